#include <boost/test/unit_test.hpp>

#include "support/loading_fixture.hpp"
#include "support/stderr_capture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct fickle_fixture : loading_fixture {
  static constexpr int many = 300;

  /// A trigger that decides by how often it was called, which no transaction takes back. `body` may ask for `call`.
  void create_trigger(const std::string& body) const {
    database.execute(
        "CREATE SEQUENCE IF NOT EXISTS calls; CREATE OR REPLACE FUNCTION decide() RETURNS trigger LANGUAGE plpgsql AS "
        "$f$ DECLARE call bigint := nextval('calls'); BEGIN " +
        body +
        " RETURN NEW; END $f$; CREATE TRIGGER decide BEFORE INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION "
        "decide()");
  }

  /// Of each event there is a row, or a line in the rejects file, and not both.
  void check_none_is_lost(int events) const {
    std::string ids;
    for (const std::string& line : rejects()) {
      BOOST_TEST(line.find("\"sqlstate\":\"02000\"") != std::string::npos, line);
      const auto begin = line.find("event-");
      ids += (ids.empty() ? "'" : ", '") + line.substr(begin, line.find('"', begin) - begin) + "'";
    }
    BOOST_REQUIRE(!ids.empty());
    BOOST_TEST(number("SELECT count(*) FROM ingested_events WHERE id IN (" + ids + ")") == 0);
    BOOST_TEST(rows() + static_cast<int>(rejects().size()) == events);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(triggers_that_decide_differently_whenever_they_are_asked, fickle_fixture)

BOOST_AUTO_TEST_CASE(lose_no_row_that_they_drop_once_and_would_take_the_next_time) {
  const auto loader = open_sink(open_target());
  create_trigger("IF call % 2 = 0 THEN RETURN NULL; END IF;");
  const auto done = loader->write(batches.next({event_rows(1, many)}));
  BOOST_TEST(done.duplicates_skipped == 0u);
  BOOST_TEST(done.rows_loaded == static_cast<std::uint64_t>(rows()));
  BOOST_TEST(done.rows_rejected == rejects().size());
  check_none_is_lost(many);
}

BOOST_AUTO_TEST_CASE(are_not_asked_about_rows_that_are_there_already) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 100)}));
  create_trigger("IF call % 2 = 0 THEN RETURN NULL; END IF;");
  const auto done = loader->write(batches.next({event_rows(1, many)}));
  BOOST_TEST(done.duplicates_skipped == 100u);
  BOOST_TEST(done.rows_loaded + done.rows_rejected == many - 100u);
  check_none_is_lost(many);
}

BOOST_AUTO_TEST_CASE(lose_none_in_an_initial_load) {
  auto o = options();
  o.initial_load = true;
  const auto loader = open_sink(open_target(o));
  create_trigger("IF call % 2 = 0 THEN RETURN NULL; END IF;");
  const auto done = loader->write(batches.last({event_rows(1, many)}));
  BOOST_TEST(done.duplicates_skipped == 0u);
  BOOST_TEST(done.rows_loaded == static_cast<std::uint64_t>(rows()));
  BOOST_TEST(done.rows_rejected == rejects().size());
  check_none_is_lost(many);
  loader->finalize();
  check_none_is_lost(many);
}

BOOST_AUTO_TEST_CASE(may_give_ids_of_chance_besides) {
  const auto loader = open_sink(open_target());
  create_trigger("IF call % 2 = 0 THEN RETURN NULL; END IF; NEW.id := 'of chance ' || call;");
  const auto done = loader->write(batches.next({event_rows(1, many)}));
  BOOST_TEST(done.duplicates_skipped == 0u);
  BOOST_TEST(done.rows_loaded == static_cast<std::uint64_t>(rows()));
  check_none_is_lost(many);
}

BOOST_AUTO_TEST_CASE(may_give_many_events_few_ids_and_then_the_log_says_so) {
  stderr_capture log;
  const auto loader = open_sink(open_target());
  create_trigger("NEW.id := left(NEW.id, 7);");
  const auto done = loader->write(batches.next({event_rows(1, many)}));
  BOOST_TEST(done.rows_loaded == 9u);
  BOOST_TEST(done.duplicates_skipped == many - 9u);
  BOOST_TEST(log.wait_for("ids_changed"));
}

BOOST_AUTO_TEST_SUITE_END()

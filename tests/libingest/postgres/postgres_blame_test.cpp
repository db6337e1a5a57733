#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

struct blame_fixture : loading_fixture {
  static constexpr int many = 300;

  void create_trigger(const std::string& body) const {
    database.execute("CREATE OR REPLACE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN " + body +
                     " RETURN NEW; END $f$; DROP TRIGGER IF EXISTS judge ON ingested_events; "
                     "CREATE TRIGGER judge BEFORE INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION judge()");
  }

  /// The table is to be blamed, with these words, and no row.
  void check_blame(const std::string& why) {
    const error e = error_of([&] { open_sink(open_target())->write(batches.next({event_rows(1, many)})); });
    BOOST_TEST(name_of(e.code()) == "config");
    BOOST_TEST(std::string(e.what()).find("refuses all rows alike") != std::string::npos, e.what());
    BOOST_TEST(std::string(e.what()).find(why) != std::string::npos, e.what());
    BOOST_TEST(rejects().empty());
    BOOST_TEST(pages() == 0);
  }

  void check_one_reject(const write_outcome& done, std::uint64_t loaded, const std::string& sqlstate) const {
    BOOST_TEST(done.rows_loaded == loaded);
    BOOST_TEST(done.rows_rejected == 1u);
    BOOST_REQUIRE(rejects().size() == 1u);
    BOOST_TEST(rejects()[0].find("\"sqlstate\":\"" + sqlstate + "\"") != std::string::npos,
               rejects()[0].substr(0, 300));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(refusals, blame_fixture)

BOOST_AUTO_TEST_CASE(of_all_rows_alike_are_the_tables_fault_and_set_no_row_aside) {
  const std::string columns = "CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL";
  database.execute("CREATE SEQUENCE numbers MAXVALUE 5; " + columns + ", n bigint DEFAULT nextval('numbers'))");
  check_blame("numbers");
  database.execute("DROP TABLE ingested_events; " + columns + ", n int NOT NULL)");
  create_trigger("");
  check_blame("\"n\"");
  database.execute("DROP TABLE ingested_events; " + columns + ") PARTITION BY RANGE (id)");
  check_blame("no partition");
  database.execute("DROP TABLE ingested_events; CREATE TABLE others (id text PRIMARY KEY); " + columns +
                   ", FOREIGN KEY (id) REFERENCES others)");
  check_blame("23503");
  database.execute("DROP TABLE ingested_events; " + columns + ")");
  for (const std::string body : {"RAISE EXCEPTION 'closed';", "RAISE EXCEPTION 'closed' USING ERRCODE = 'UE001';",
                                 "PERFORM closed();", "ASSERT false, 'closed';"}) {
    create_trigger(body);
    check_blame("closed");
  }
  create_trigger("RETURN NULL;");
  check_blame("dropped");
}

BOOST_AUTO_TEST_CASE(that_begin_in_the_middle_of_a_range_are_the_tables_fault_too) {
  open_target();
  create_trigger("IF (SELECT count(*) FROM ingested_events) >= 100 THEN RAISE EXCEPTION 'the table is full'; END IF;");
  check_blame("the table is full");
}

BOOST_AUTO_TEST_CASE(of_all_rows_alike_are_the_tables_fault_however_few_there_are_in_a_range) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  create_trigger("RAISE EXCEPTION 'closed';");
  BOOST_TEST(loader->write(batches.next({event_rows(1, 15)})).rows_rejected == 15u);
  create_trigger("");
  BOOST_TEST(loader->write(batches.next({event_rows(16, 30)})).rows_loaded == 15u);
  create_trigger("RAISE EXCEPTION 'closed';");
  BOOST_TEST(loader->write(batches.next({event_rows(31, 45)})).rows_rejected == 15u);
  const error e = error_of([&] { loader->write(batches.next({event_rows(46, 60)})); });
  BOOST_TEST(name_of(e.code()) == "config");
  BOOST_TEST(rejects().size() == 30u);
}

BOOST_AUTO_TEST_CASE(that_no_row_can_provoke_are_the_tables_fault_at_the_first) {
  const auto target = open_target();
  const auto blamed = [&](const std::string& what) {
    const error e = error_of([&] { open_sink(target)->write(batches.next({event_rows(1, 15)})); });
    BOOST_TEST(name_of(e.code()) == "config");
    BOOST_TEST(std::string(e.what()).find(what) != std::string::npos, e.what());
  };
  create_trigger("PERFORM FROM nowhere;");
  blamed("42P01");
  create_trigger("RAISE insufficient_privilege;");
  blamed("42501");
  create_trigger("");
  database.execute(
      "CREATE SEQUENCE numbers MAXVALUE 5; ALTER TABLE ingested_events ADD n int DEFAULT nextval('numbers')");
  blamed("2200H");
  BOOST_TEST(rejects().empty());
  BOOST_TEST(rows() == 0);
}

BOOST_AUTO_TEST_CASE(for_want_of_a_table_are_the_rows_fault_where_others_go_in) {
  const auto target = open_target();
  create_trigger("IF NEW.id = 'event-7' THEN EXECUTE 'SELECT FROM nowhere'; END IF;");
  check_one_reject(open_sink(target)->write(batches.next({event_rows(1, 15)})), 14, "42P01");
}

BOOST_AUTO_TEST_CASE(of_every_row_of_a_run_are_no_end_unless_somebody_has_said_how_many_may_be) {
  const auto none = page_batches::rows{"bad\tno json"};
  auto o = options();
  const auto strict = open_sink(open_target(o));
  strict->write(batches.last({none}));
  const error e = error_of([&] { strict->finalize(); });
  BOOST_TEST(name_of(e.code()) == "bad_data");
  BOOST_TEST(std::string(e.what()).find("22P02") != std::string::npos, e.what());
  o.reject_limit = 1;
  open_sink(open_target(o))->finalize();
  BOOST_TEST(number("SELECT count(*) FROM ingest.pipelines WHERE complete") == 1);
}

BOOST_AUTO_TEST_CASE(of_all_rows_alike_are_set_aside_where_somebody_has_said_how_many_may_be) {
  auto o = options();
  o.reject_limit = 50;
  const auto loader = open_sink(open_target(o));
  create_trigger("RAISE EXCEPTION 'closed';");
  BOOST_TEST(loader->write(batches.next({event_rows(1, 40)})).rows_rejected == 40u);
  const error e = error_of([&] { loader->write(batches.next({event_rows(41, 80)})); });
  BOOST_TEST(name_of(e.code()) == "bad_data");
}

BOOST_AUTO_TEST_CASE(of_values_are_the_rows_fault_however_many_they_are) {
  const auto target = open_target();
  database.execute(
      "CREATE UNIQUE INDEX ON ingested_events ((data->>'extra')); "
      "INSERT INTO ingested_events VALUES ('another', '{\"extra\": 1}')");
  page_batches::rows bad;
  for (int i = 0; i < 40; ++i) {
    bad.push_back("bad-" + std::to_string(i) + "\tno json");
    bad.push_back("\t{\"extra\": " + std::to_string(i) + "}");
  }
  const auto loader = open_sink(target);
  BOOST_TEST(loader->write(batches.next({bad})).rows_rejected == 80u);
  BOOST_TEST(loader->write(batches.next({event_rows(1, 40)})).rows_rejected == 40u);
}

BOOST_AUTO_TEST_CASE(of_most_rows_are_theirs_where_the_table_takes_some) {
  const auto loader = open_sink(open_target());
  create_trigger("IF NEW.id NOT LIKE '%7' THEN RAISE EXCEPTION 'not wanted'; END IF;");
  const auto done = loader->write(batches.next({event_rows(1, 200)}));
  BOOST_TEST(done.rows_loaded == 20u);
  BOOST_TEST(done.rows_rejected == 180u);
}

BOOST_AUTO_TEST_CASE(for_want_of_memory_are_an_outage_unless_one_large_row_provokes_them_again_and_again) {
  auto o = options();
  o.outage_deadline = 1s;
  const auto target = open_target(o);
  create_trigger("IF NEW.data ? 'poison' THEN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END IF;");
  auto page = event_rows(1, 100);
  page.push_back("poison\t{\"poison\":\"" + std::string(2 << 20, 'x') + "\"}");
  check_one_reject(open_sink(target)->write(batches.next({page})), 100, "53200");
  page.back() = "poison\t{\"poison\":1}";
  const error e = error_of([&] { open_sink(target)->write(batches.next({page})); });
  BOOST_TEST(name_of(e.code()) == "unavailable");
}

BOOST_AUTO_TEST_CASE(of_characters_that_the_databases_encoding_lacks_are_the_rows_fault) {
  const std::string name = database.name() + "_ascii";
  database.execute("CREATE DATABASE " + name + " ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'");
  auto o = options();
  o.url = postgres_cluster::shared().url(name);
  auto page = event_rows(1, 100);
  page.push_back("escape\t{\"a\": \"\\u00e9\"}");
  {
    const auto loader = open_sink(open_target(o));
    const bool is_newer = number("SELECT current_setting('server_version_num')::int") >= 160000;
    check_one_reject(loader->write(batches.next({page})), 100, is_newer ? "22P05" : "0A000");
  }
  database.execute("DROP DATABASE " + name + " WITH (FORCE)");
}

BOOST_AUTO_TEST_CASE(by_damage_of_the_database_are_nobodys_fault_and_end_the_run) {
  const auto target = open_target();
  create_trigger("IF NEW.id = 'event-7' THEN RAISE EXCEPTION 'broken page' USING ERRCODE = 'XX001'; END IF;");
  const error e = error_of([&] { open_sink(target)->write(batches.next({event_rows(1, 100)})); });
  BOOST_TEST(name_of(e.code()) == "internal");
  BOOST_TEST(rejects().empty());
}

BOOST_AUTO_TEST_SUITE_END()

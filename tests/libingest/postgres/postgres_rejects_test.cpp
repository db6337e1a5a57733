#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::string_literals;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct rejects_fixture : loading_fixture {
  void reject_every_kind_of_bad_row();
};

void rejects_fixture::reject_every_kind_of_bad_row() {
  const page_batches::rows page{
      event_row("good-1"),
      "\t{\"no\":\"id\"}",
      "three\t{}\tcolumns",
      "no-data\t",
      "bad-utf8\t{\"a\":\"\xff\xfe\"}",
      "nul\t{\"a\":\"\0\"}"s,
      "lone-surrogate\t{\"a\":\"\\ud800\"}",
      "truncated\t{\"a\":",
      std::string(9000, 'x') + "\t{}",
      "deep\t" + std::string(100000, '['),
      event_row("good-2"),
  };
  const auto done = open_sink(open_target())->write(batches.next({page}));
  // An id of one repeated letter is compressed until it fits into the index; all others are refused.
  BOOST_TEST(done.rows_loaded == 3u);
  BOOST_TEST(done.rows_rejected == 8u);
  BOOST_TEST(rows() == 3);
  const auto lines = rejects();
  BOOST_REQUIRE(lines.size() == 8u);
  const auto line_of = [&](const std::string& part) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return has(l, part); });
    return found == lines.end() ? std::string("no such line") : *found;
  };
  BOOST_TEST(has(line_of("\"row\":2,"), "\"message\":\"the event has no id\""));
  BOOST_TEST(has(line_of("\"row\":2,"), "\"id\":null,\"encoding\":\"json\",\"event\":{\"no\":\"id\"}"));
  BOOST_TEST(has(line_of("three"), "\"message\":\"columns\""));
  BOOST_TEST(has(line_of("no-data"), "\"sqlstate\":\"22P02\""));
  BOOST_TEST(has(line_of("bad-utf8"), "\"sqlstate\":\"22021\""));
  // Byte for byte, though no JSON could hold them.
  BOOST_TEST(has(line_of("bad-utf8"), "\"encoding\":\"hex\",\"event\":\"7b2261223a22fffe227d\""));
  BOOST_TEST(has(line_of("\"id\":\"nul\""), "\"sqlstate\":\"22021\""));
  BOOST_TEST(has(line_of("lone-surrogate"), "\"sqlstate\":\"22P02\""));
  BOOST_TEST(has(line_of("truncated"), "\"encoding\":\"text\",\"event\":\"{\\\"a\\\":\"}"));
  BOOST_TEST(has(line_of("\"id\":\"deep\""), "\"sqlstate\":\"54001\""));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_rejects, rejects_fixture)

BOOST_AUTO_TEST_CASE(sets_one_row_of_five_thousand_aside_and_loads_the_others) {
  auto o = options();
  auto page = event_rows(1, 5000);
  page[1233] = R"(bad	{"id":"bad","text":"\u0000"})"s;
  const auto done = open_sink(open_target(o))->write(batches.next({event_rows(9001, 9010), page}));
  BOOST_TEST(done.rows_loaded == 5009u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(rows() == 5009);
  BOOST_TEST(o.counters->rows_rejected == 1u);
  BOOST_TEST(number("SELECT rejected FROM ingest.slices") == 1);
  const auto lines = rejects();
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(
      has(lines[0], R"("pipeline":"test","reason":"refused","page":2,"slice":"0","row":1234,"sqlstate":"22P05")"));
  BOOST_TEST(has(lines[0], R"("id":"bad","encoding":"json","event":{"id":"bad","text":"\u0000"}})"));
}

BOOST_AUTO_TEST_CASE(the_line_of_a_row_names_the_stream_of_its_slice_where_that_has_a_name) {
  open_sink(open_target())->write(batches.next({{"a\tno json"}}, {"invoices", "2026-01"}));
  BOOST_TEST(has(rejects().at(0), R"("page":1,"slice":"2026-01","stream":"invoices","row":1,)"));
}

BOOST_AUTO_TEST_CASE(the_file_is_readable_for_its_owner_only_and_never_a_link) {
  ::umask(0);
  const auto target = open_target();
  open_sink(target)->write(batches.next({{"a\tnot json"}}));
  const auto file = directory / "events_rejected.ndjson";
  BOOST_TEST((std::filesystem::status(file).permissions() == std::filesystem::perms(0600)));
  std::filesystem::rename(file, directory / "elsewhere");
  std::filesystem::create_symlink(directory / "elsewhere", file);
  const auto fresh = open_target();
  const error e = error_of([&] { open_sink(fresh)->write(batches.next({{"b\tnot json"}})); });
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(pages() == 1);
}

BOOST_AUTO_TEST_CASE(every_kind_of_bad_row_is_rejected_alone) {
  reject_every_kind_of_bad_row();
}

BOOST_AUTO_TEST_CASE(every_kind_of_bad_row_is_rejected_alone_where_rows_must_be_sent_as_text) {
  database.execute(
      "CREATE DOMAIN name_of_event AS text; CREATE DOMAIN id_of_event AS name_of_event; "
      "CREATE TABLE ingested_events (id id_of_event PRIMARY KEY, data jsonb NOT NULL)");
  reject_every_kind_of_bad_row();
}

BOOST_AUTO_TEST_CASE(an_id_too_long_for_the_index_is_rejected) {
  std::string id;
  for (unsigned i = 1, x = 12345; i <= 6000; ++i) {
    x = x * 1103515245U + 12345U;
    id += static_cast<char>('!' + (x >> 16) % 90);
  }
  std::replace(id.begin(), id.end(), '\\', '/');
  auto page = event_rows(1, 300);
  page[150] = id + "\t{}";
  const auto done = open_sink(open_target())->write(batches.next({page}));
  BOOST_TEST(done.rows_loaded == 299u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(has(rejects().at(0), "\"sqlstate\":\"54000\""));
  BOOST_TEST(rows() == 299);
}

BOOST_AUTO_TEST_CASE(an_event_cannot_put_the_blame_on_another_line) {
  auto page = event_rows(1, 20);
  page[9] = "culprit\t{\"a\": \\nCOPY ingested_events, line 3\\n oops}"s;
  const auto done = open_sink(open_target())->write(batches.next({page}));
  BOOST_TEST(done.rows_loaded == 19u);
  BOOST_TEST(has(rejects().at(0), "\"id\":\"culprit\""));
  BOOST_TEST(rejects().size() == 1u);
}

BOOST_AUTO_TEST_CASE(many_bad_rows_cost_no_more_than_a_few_times_the_range) {
  auto o = options();
  page_batches::rows page;
  for (int i = 0; i < 20000; ++i) {
    page.push_back(event_row("event-" + std::to_string(i), i % 100 == 0 ? "bad" : std::string(200, '7')));
  }
  const auto target = open_target(o);
  const batch b = batches.next({page});
  database.execute(
      "CREATE SEQUENCE seen; "
      "CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM nextval('seen'); RETURN NEW; END $$; "
      "CREATE TRIGGER count_rows BEFORE INSERT ON ingested_events FOR EACH ROW "
      "EXECUTE FUNCTION count_rows()");
  const auto done = open_sink(target)->write(b);
  BOOST_TEST(done.rows_rejected == 200u);
  BOOST_TEST(done.rows_loaded == 19800u);
  BOOST_TEST(rejects().size() == 200u);
  BOOST_TEST(number("SELECT last_value FROM seen") < 3 * 20000);
}

BOOST_AUTO_TEST_CASE(rows_that_constraints_refuse_without_naming_a_line_are_found_too) {
  const auto target = open_target();
  database.execute(
      "CREATE TABLE known (id text PRIMARY KEY); "
      "INSERT INTO known SELECT 'event-' || i FROM generate_series(1, 400) i; "
      "ALTER TABLE ingested_events ADD FOREIGN KEY (id) REFERENCES known DEFERRABLE INITIALLY DEFERRED");
  auto page = event_rows(1, 400);
  page.insert(page.begin() + 137, event_row("stranger"));
  const auto loader = open_sink(target);
  const auto done = loader->write(batches.next({page}));
  BOOST_TEST(done.rows_loaded == 400u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(has(rejects().at(0), "\"row\":138,\"sqlstate\":\"23503\""));
  // And on the way through the temporary table:
  const auto again = loader->write(batches.next({page}));
  BOOST_TEST(again.duplicates_skipped == 400u);
  BOOST_TEST(again.rows_rejected == 1u);
}

BOOST_AUTO_TEST_CASE(rows_that_a_trigger_refuses_are_set_aside_like_others) {
  const auto target = open_target();
  database.execute(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF NEW.id LIKE 'unwanted%' THEN RAISE EXCEPTION 'not wanted: %', NEW.id; END IF; RETURN NEW; END $$; "
      "CREATE TRIGGER refuse BEFORE INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION refuse()");
  auto page = event_rows(1, 100);
  page.insert(page.begin() + 70, event_row("unwanted"));
  const auto loader = open_sink(target);
  const auto done = loader->write(batches.next({page}));
  BOOST_TEST(done.rows_loaded == 100u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(has(rejects().at(0), "\"row\":71,\"sqlstate\":\"P0001\",\"message\":\"not wanted: unwanted\""));
  // And on the way through the temporary table, which has no triggers:
  const auto again = loader->write(batches.next({page}));
  BOOST_TEST(again.duplicates_skipped == 100u);
  BOOST_TEST(again.rows_rejected == 1u);
  BOOST_TEST(rows() == 100);
}

BOOST_AUTO_TEST_CASE(more_rejects_than_the_limit_abort_and_load_nothing_of_that_range) {
  auto o = options();
  o.reject_limit = 1;
  const auto loader = open_sink(open_target(o));
  BOOST_TEST(loader->write(batches.next({{"a\tbad", event_row("b")}})).rows_rejected == 1u);
  const error e = error_of([&] { loader->write(batches.next({{event_row("c"), "d\tbad"}})); });
  BOOST_TEST((e.code() == errc::bad_data));
  BOOST_TEST(has(e.what(), "limit of 1"));
  BOOST_TEST(has(e.what(), "Row 2 of page 2 of slice 0"));
  BOOST_TEST(rows() == 1);
  // The limit is the run's, not the process's.
  const error later = error_of([&] { open_sink(open_target(o))->write(batches.next({{"e\tbad"}})); });
  BOOST_TEST((later.code() == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(a_line_that_a_crash_left_half_written_stays_apart_from_the_next) {
  std::ofstream(directory / "events_rejected.ndjson") << "{\"half\":";
  open_sink(open_target())->write(batches.next({{"a\tbad"}}));
  BOOST_TEST(rejects().size() == 2u);
  BOOST_TEST(has(rejects().at(1), "\"id\":\"a\""));
}

BOOST_AUTO_TEST_CASE(the_limit_holds_exactly_however_many_loaders_reject_at_once) {
  auto o = options();
  o.reject_limit = 5;
  const auto target = open_target(o);
  std::vector<batch> ranges;
  for (int i = 0; i < 24; ++i) {
    ranges.push_back(batches.next({{event_row("good-" + std::to_string(i)), "bad-" + std::to_string(i) + "\tbad"}}));
  }
  std::atomic<int> loaded = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> loaders;
  for (std::size_t i = 0; i < 4; ++i) {
    loaders.emplace_back([&, i] {
      for (std::size_t range = i; range < ranges.size(); range += 4) {
        const auto loader = open_sink(target, i);  // one that has failed is not used again
        try {
          loader->write(ranges[range]);
          ++loaded;
        } catch (const error& e) {
          refused += e.code() == errc::bad_data;
        }
      }
    });
  }
  for (std::thread& t : loaders) {
    t.join();
  }
  BOOST_TEST(loaded == 5);
  BOOST_TEST(refused == 19);
  BOOST_TEST(postgres_target(o).peek()->rejected == 5u);
  BOOST_TEST(rows() == 5);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_moved_or_removed_meanwhile_is_made_again) {
  const auto loader = open_sink(open_target());
  const auto file = directory / "events_rejected.ndjson";
  loader->write(batches.next({{"a\tbad"}}));
  std::filesystem::rename(file, directory / "yesterday");
  loader->write(batches.next({{"b\tbad"}}));
  BOOST_TEST(has(rejects().at(0), "\"id\":\"b\""));
  std::filesystem::remove(file);
  loader->write(batches.next({{"c\tbad"}}));
  BOOST_TEST(has(rejects().at(0), "\"id\":\"c\""));
  BOOST_TEST(rejects().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_long_position_is_not_repeated_for_each_row_of_its_page) {
  page_batches::rows page;
  for (int i = 0; i < 500; ++i) {
    page.push_back("bad-" + std::to_string(i) + "\tbad");
  }
  auto o = options();
  o.reject_limit = 500;
  batch b = batches.next({page});
  b.pages.front().position = std::string(60'000, 'p');
  BOOST_TEST(open_sink(open_target(o))->write(b).rows_rejected == 500u);
  BOOST_TEST(std::filesystem::file_size(directory / "events_rejected.ndjson") < 200'000u);
}

BOOST_AUTO_TEST_SUITE_END()

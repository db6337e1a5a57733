#include <libpq-fe.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

BOOST_FIXTURE_TEST_SUITE(postgres_duplicates, loading_fixture)

BOOST_AUTO_TEST_CASE(loads_the_new_ones_of_a_range_and_counts_those_that_are_there_already) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 100)}));
  const auto done = loader->write(batches.next({event_rows(51, 80), event_rows(81, 200)}));
  BOOST_TEST(done.rows_loaded == 100u);
  BOOST_TEST(done.duplicates_skipped == 50u);
  BOOST_TEST(rows() == 200);
  BOOST_TEST(o.counters->duplicates_skipped == 50u);
  BOOST_TEST(number("SELECT sum(duplicates) FROM ingest.slices") == 50);
  const ledger_view view = postgres_target(o).peek().value();
  BOOST_TEST(view.rows == 200u);
  BOOST_TEST(view.duplicates == 50u);
}

BOOST_AUTO_TEST_CASE(do_not_get_in_when_the_key_is_dropped_while_the_table_is_loaded) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 100)}));
  database.execute("ALTER TABLE ingested_events DROP CONSTRAINT ingested_events_pkey");
  const error refused = error_of([&] { loader->write(batches.next({event_rows(1, 100)})); });
  BOOST_TEST((refused.code() == errc::config));
  BOOST_TEST(std::string(refused.what()).find("ADD PRIMARY KEY") != std::string::npos, refused.what());
  BOOST_TEST(rows() == 100);
}

BOOST_AUTO_TEST_CASE(keeps_the_first_of_two_events_with_one_id_in_a_range) {
  const auto loader = open_sink(open_target());
  const auto done = loader->write(batches.next({{event_row("a", "1"), event_row("b", "1")}, {event_row("a", "2")}}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(done.duplicates_skipped == 1u);
  BOOST_TEST(database.value("SELECT data->>'extra' FROM ingested_events WHERE id = 'a'") == "1");
  BOOST_TEST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("\"reason\":\"differs\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_other_content_than_the_row_that_is_there_are_kept_aside_and_count_against_no_limit) {
  auto o = options();
  o.reject_limit = 0;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{event_row("1", "\"same\""), event_row("2", "\"one\"")}}));
  const auto done = loader->write(
      batches.next({{event_row("1", "\"same\""), event_row("2", "\"another\""), event_row("3", "\"new\"")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.duplicates_skipped == 2u);
  BOOST_TEST(done.rows_rejected == 0u);
  BOOST_TEST(o.counters->duplicates_differing == 1u);
  BOOST_TEST(database.value("SELECT data->>'extra' FROM ingested_events WHERE id = '2'") == "one");
  BOOST_TEST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("another") != std::string::npos);
  BOOST_TEST(rejects()[0].find("\"reason\":\"differs\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_a_row_that_was_there_before_the_run_are_duplicates_and_no_more) {
  auto o = options();
  database.execute("CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL)");
  database.execute("INSERT INTO ingested_events VALUES ('1', '{}')");
  const auto loader = open_sink(open_target(o));
  const auto done = loader->write(batches.next({{event_row("1", "\"new\""), event_row("2", "\"one\"")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.duplicates_skipped == 1u);
  BOOST_TEST(o.counters->duplicates_differing == 0u);
  // A process that goes on with the run knows its rows from those, too.
  const auto next = open_sink(open_target(o));
  next->write(batches.next({{event_row("1", "\"newer\""), event_row("2", "\"another\"")}}));
  BOOST_TEST(o.counters->duplicates_differing == 1u);
  BOOST_TEST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("another") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_other_content_are_kept_where_a_restored_dump_does_not_tell_whose_row_is_there) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{event_row("1", "\"one\"")}}));
  loader->write(batches.next({{event_row("2", "\"one\"")}}));
  // As pg_dump's scripts do, which restore the tables in an order of their own.
  database.execute("CREATE TABLE events AS SELECT * FROM ingested_events; TRUNCATE ingested_events");
  database.execute("INSERT INTO ingested_events SELECT * FROM events");
  database.execute("CREATE TABLE pages AS SELECT * FROM ingest.pages; TRUNCATE ingest.pages");
  database.execute("INSERT INTO ingest.pages SELECT * FROM pages");
  open_sink(open_target(o))->write(batches.next({{event_row("1", "\"another\""), event_row("2", "\"one\"")}}));
  BOOST_TEST(o.counters->duplicates_differing == 1u);
  BOOST_TEST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("another") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_not_ids_with_blanks_behind_that_a_column_would_cut_off) {
  auto o = options();
  database.execute(
      "CREATE DOMAIN short AS varchar(3); CREATE TABLE ingested_events (id short PRIMARY KEY NOT NULL, data jsonb)");
  database.execute("INSERT INTO ingested_events VALUES ('abc', '{}')");
  const auto done =
      open_sink(open_target(o))
          ->write(batches.next({{event_row("abc ", "1"), event_row("ab ", "1"), event_row("\u00e4\u00f6 ", "1"),
                                 event_row("abcd", "1"), event_row("x   ", "1")}}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(done.duplicates_skipped == 0u);
  BOOST_TEST(done.rows_rejected == 3u);
  BOOST_TEST_REQUIRE(rejects().size() == 3u);
  for (const std::string& line : rejects()) {
    BOOST_TEST(line.find("22001") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(of_a_row_that_another_loader_began_to_write_before_the_first_comparison_are_compared) {
  auto o = options();
  const auto target = open_target(o);
  const auto loader = open_sink(target);
  const auto slow_loader = open_sink(target, 1);
  std::unique_ptr<PGconn, decltype(&PQfinish)> in_the_way(PQconnectdb(database.url().c_str()), PQfinish);
  PQclear(PQexec(in_the_way.get(), "BEGIN; INSERT INTO ingested_events VALUES ('held up', '{}')"));
  const batch slow_page = batches.next({{event_row("1", "\"one\""), event_row("held up")}});
  std::thread slow([&] { slow_loader->write(slow_page); });
  BOOST_TEST_REQUIRE(eventually([&] {
    return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'") == 1;
  }));
  loader->write(batches.next({{event_row("2", "1"), event_row("2", "2")}}));
  in_the_way.reset();
  slow.join();
  BOOST_TEST(o.counters->duplicates_differing == 1u);
  loader->write(batches.next({{event_row("1", "\"another\"")}}));
  BOOST_TEST(o.counters->duplicates_differing == 2u);
}

BOOST_AUTO_TEST_CASE(are_those_of_the_key_and_not_of_another_index_on_id_that_takes_several_ids_for_one) {
  auto o = options();
  database.execute(
      "CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); "
      "CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL); "
      "CREATE UNIQUE INDEX ON ingested_events (id COLLATE no_case)");
  const auto done =
      open_sink(open_target(o))->write(batches.next({{event_row("A", "1"), event_row("a", "2"), event_row("A", "1")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.duplicates_skipped == 1u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("23505") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_not_compared_where_a_trigger_changes_rows_as_they_go_in_or_when_they_are_there) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 1)}));
  database.execute(
      "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "UPDATE ingested_events SET data = data || '{\"stamp\": 1}' WHERE id = NEW.id; RETURN NULL; END $$; "
      "CREATE TRIGGER stamp AFTER INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION stamp()");
  const auto done = loader->write(batches.next({event_rows(1, 5)}));
  BOOST_TEST(done.rows_loaded == 4u);
  BOOST_TEST(done.duplicates_skipped == 1u);
  BOOST_TEST(o.counters->duplicates_differing == 0u);
  BOOST_TEST(rejects().empty());
}

BOOST_AUTO_TEST_CASE(of_other_content_are_kept_up_to_a_limit_and_only_counted_behind_it) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  const auto page = [](int from, int to, const std::string& extra) {
    page_batches::rows events;
    for (int i = from; i <= to; ++i) {
      events.push_back(event_row(std::to_string(i), extra));
    }
    return events;
  };
  loader->write(batches.next({page(1, 10'100, "1")}));
  loader->write(batches.next({page(1, 6'000, "2")}));
  loader->write(batches.next({page(6'001, 10'100, "2")}));
  BOOST_TEST(o.counters->duplicates_differing == 10'100u);
  BOOST_TEST(rejects().size() == 10'000u);
}

BOOST_AUTO_TEST_CASE(goes_back_to_direct_copy_for_the_next_range) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(loader->write(batches.next({event_rows(1, 10)})).duplicates_skipped == 10u);
  BOOST_TEST(loader->write(batches.next({event_rows(11, 20)})).rows_loaded == 10u);
  BOOST_TEST(number("SELECT count(*) FROM pg_class WHERE relname = 'ingest_staging'") == 0);
  BOOST_TEST(rows() == 20);
}

BOOST_AUTO_TEST_CASE(two_loaders_with_the_same_events_on_different_pages_end_with_each_once) {
  const auto target = open_target();
  std::vector<batch> work;
  for (int i = 0; i < 10; ++i) {
    work.push_back(batches.next({event_rows(1, 500)}));
  }
  std::atomic<std::uint64_t> loaded{0};
  std::atomic<std::uint64_t> skipped{0};
  const auto load = [&](std::size_t number) {
    const auto loader = open_sink(target, number);
    for (std::size_t i = number; i < work.size(); i += 2) {
      const auto done = loader->write(work[i]);
      loaded += done.rows_loaded;
      skipped += done.duplicates_skipped;
    }
  };
  std::thread first(load, 0);
  std::thread second(load, 1);
  first.join();
  second.join();
  BOOST_TEST(loaded == 500u);
  BOOST_TEST(skipped == 4500u);
  BOOST_TEST(rows() == 500);
}

BOOST_AUTO_TEST_CASE(a_deadlock_with_another_session_is_tried_again) {
  auto o = options();
  const auto target = open_target(o);
  database.execute(
      "CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('attempts') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF; "
      "RETURN NEW; END $$; CREATE SEQUENCE attempts;"
      "CREATE TRIGGER fail_once BEFORE INSERT ON ingested_events EXECUTE FUNCTION fail_once()");
  const auto done = open_sink(target)->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(done.rows_loaded == 10u);
  BOOST_TEST(o.counters->load_retries == 1u);
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(duplicates_and_refused_rows_in_one_range_are_told_apart) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 50)}));
  auto mixed = event_rows(41, 140);
  mixed[70] = std::string("broken\t{no json}");
  const auto done = loader->write(batches.next({mixed}));
  BOOST_TEST(done.duplicates_skipped == 10u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(done.rows_loaded == 89u);
  BOOST_TEST(rows() == 139);
  BOOST_TEST(rejects().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

BOOST_FIXTURE_TEST_SUITE(postgres_sink, loading_fixture)

BOOST_AUTO_TEST_CASE(loads_rows_and_their_ledger_rows_in_one_transaction) {
  const auto target = open_target();
  database.execute(
      "CREATE TABLE seen (transaction xid8); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN INSERT INTO seen VALUES (pg_current_xact_id()); RETURN NULL; END $$; "
      "CREATE TRIGGER note AFTER INSERT ON ingested_events FOR EACH STATEMENT EXECUTE FUNCTION note(); "
      "CREATE TRIGGER note AFTER UPDATE ON ingest.slices FOR EACH ROW WHEN (NEW.pages > OLD.pages) "
      "EXECUTE FUNCTION note()");
  const auto loader = open_sink(target);
  const auto done = loader->write(batches.next({event_rows(1, 100), event_rows(101, 150)}));
  BOOST_TEST(done.rows_loaded == 150u);
  BOOST_TEST(done.rows_already_loaded == 0u);
  BOOST_TEST(rows() == 150);
  BOOST_TEST(number("SELECT sum(rows) FROM ingest.slices WHERE pipeline = 'test' AND fence = 1") == 150);
  BOOST_TEST(number("SELECT count(*) FROM seen") == 2);
  BOOST_TEST(number("SELECT count(DISTINCT transaction) FROM seen") == 1);
  BOOST_TEST(database.value("SELECT pages || ' ' || position FROM ingest.slices") == "2 after \"page\" 2 of 0 \\");
  BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0);
}

BOOST_AUTO_TEST_CASE(keeps_a_row_of_each_page_behind_a_hole_until_that_is_filled) {
  const auto loader = open_sink(open_target());
  const batch first = batches.next({event_rows(1, 10)});
  loader->write(batches.next({event_rows(11, 20), event_rows(21, 30)}));
  BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 2);
  BOOST_TEST(number("SELECT pages FROM ingest.slices") == 0);
  loader->write(first);
  BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0);
  BOOST_TEST(database.value("SELECT pages || ' ' || rows FROM ingest.slices") == "3 30");
}

BOOST_AUTO_TEST_CASE(loads_a_batch_once_however_often_it_is_offered) {
  const auto target = open_target();
  const batch b = batches.next({event_rows(1, 10)});
  open_sink(target)->write(b);
  const auto again = open_sink(target, 1)->write(b);
  BOOST_TEST(again.rows_loaded == 0u);
  BOOST_TEST(again.rows_already_loaded == 10u);
  BOOST_TEST(again.duplicates_skipped == 0u);
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(loads_only_the_pages_of_a_batch_that_are_not_loaded) {
  const auto target = open_target();
  const batch all = batches.next({event_rows(1, 10), event_rows(11, 30), event_rows(31, 60)});
  page_batches other;
  open_sink(target)->write(other.next({event_rows(1, 10)}));
  batch last = all;
  last.pages.erase(last.pages.begin(), last.pages.begin() + 2);
  last.data = std::make_shared<const std::string>(all.data->substr(last.pages[0].offset));
  open_sink(target)->write(last);
  const auto done = open_sink(target)->write(all);
  BOOST_TEST(done.rows_loaded == 20u);
  BOOST_TEST(done.rows_already_loaded == 40u);
  BOOST_TEST(rows() == 60);
}

BOOST_AUTO_TEST_CASE(two_loaders_that_get_the_same_batches_load_each_once) {
  const auto target = open_target();
  std::vector<batch> work;
  for (int i = 0; i < 20; ++i) {
    work.push_back(batches.next({event_rows(i * 100, i * 100 + 99)}));
  }
  std::atomic<std::uint64_t> loaded{0};
  const auto load = [&](std::size_t number) {
    const auto loader = open_sink(target, number);
    for (const batch& b : work) {
      loaded += loader->write(b).rows_loaded;
    }
  };
  std::thread first(load, 0);
  std::thread second(load, 1);
  first.join();
  second.join();
  BOOST_TEST(loaded == 2000u);
  BOOST_TEST(rows() == 2000);
}

BOOST_AUTO_TEST_CASE(refuses_a_page_whose_ledger_row_tells_of_other_content) {
  const auto target = open_target();
  const auto loader = open_sink(target);
  page_batches other;
  batches.next({event_rows(1, 10)});
  other.next({event_rows(1, 10)});
  loader->write(batches.next({event_rows(11, 20)}));
  const error e = error_of([&] { loader->write(other.next({event_rows(501, 510)})); });
  BOOST_TEST((e.code() == errc::bad_data));
  BOOST_TEST(std::string(e.what()).find("page 2 of slice 0") != std::string::npos);
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(refuses_the_last_page_of_a_slice_with_another_position_than_the_ledger_has) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 10)}));
  page_batches other;
  batch b = other.next({event_rows(501, 510)});
  b.pages[0].position = "after something else";
  const error e = error_of([&] { loader->write(b); });
  BOOST_TEST((e.code() == errc::bad_data));
  BOOST_TEST(std::string(e.what()).find("page 1 of slice 0") != std::string::npos);
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(keeps_every_character_of_an_event) {
  const std::string text = R"({"id":"x","text":"tab\t quote\" backslash\\ newline\n ü 😀"})";
  open_sink(open_target())->write(batches.next({{"x\t" + text}}));
  BOOST_TEST(database.value("SELECT data->>'text' FROM ingested_events") == "tab\t quote\" backslash\\ newline\n ü 😀");
}

BOOST_AUTO_TEST_CASE(records_pages_without_rows) {
  const auto target = open_target();
  const auto loader = open_sink(target);
  const auto done = loader->write(batches.next({{}}));
  BOOST_TEST(done.rows_loaded == 0u);
  BOOST_TEST(number("SELECT pages FROM ingest.slices") == 1);
}

BOOST_AUTO_TEST_CASE(finalize_marks_the_pipeline_complete_and_doing_so_twice_changes_nothing) {
  const auto target = open_target();
  auto loader = open_sink(target);
  loader->write(batches.last({event_rows(1, 10)}));
  BOOST_TEST(!target->peek().value().complete);
  loader->finalize();
  BOOST_TEST(target->peek().value().complete);
  open_sink(target, 1)->finalize();
  BOOST_TEST(target->peek().value().complete);
}

BOOST_AUTO_TEST_CASE(a_sink_that_is_not_to_complete_the_run_does_not) {
  const auto target = open_target();
  const auto loader = make_postgres_sink(target, 0, false);
  loader->open({});
  loader->write(batches.last({event_rows(1, 10)}));
  loader->finalize();
  BOOST_TEST(!target->peek().value().complete);
}

BOOST_AUTO_TEST_CASE(counts_what_it_does) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  const batch b = batches.next({event_rows(1, 10)});
  loader->write(b);
  loader->write(b);
  BOOST_TEST(o.counters->rows_loaded == 10u);
  BOOST_TEST(o.counters->bytes_loaded == b.bytes().size());
  BOOST_TEST(o.counters->ranges_loaded == 1u);
  BOOST_TEST(o.counters->first_load_us > 0u);
  BOOST_TEST(o.counters->last_load_us >= o.counters->first_load_us);
}

BOOST_AUTO_TEST_CASE(loads_a_large_range_and_reports_a_stop_within_a_second) {
  const auto target = open_target();
  page_batches::rows many;
  for (int i = 0; i < 40000; ++i) {
    many.push_back(event_row("event-" + std::to_string(i), std::string(300, '7')));
  }
  std::stop_source stop;
  const auto loader = open_sink(target, 0, stop.get_token());
  BOOST_TEST(loader->write(batches.next({many})).rows_loaded == 40000u);

  // From here on the server takes its time.
  const batch next = batches.next({event_rows(1, 10, "other-")});
  database.execute(
      "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_sleep(100); RETURN NEW; END $$;"
      "CREATE TRIGGER wait BEFORE INSERT ON ingested_events EXECUTE FUNCTION wait()");
  std::chrono::steady_clock::time_point stopped;
  std::thread stopper([&] {
    eventually([&] { return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1; });
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  const error e = error_of([&] { loader->write(next); });
  const auto took = std::chrono::steady_clock::now() - stopped;
  stopper.join();
  BOOST_TEST((e.code() == errc::cancelled));
  BOOST_TEST((took < std::chrono::seconds(1)));
  loader->abort(e);
  BOOST_TEST(rows() == 40000);
}

BOOST_AUTO_TEST_CASE(a_batch_without_pages_is_a_defect_of_the_program) {
  const auto loader = open_sink(open_target());
  const error e = error_of([&] { loader->write(batch{}); });
  BOOST_TEST((e.code() == errc::internal));
  BOOST_TEST(!e.transient());
}

BOOST_AUTO_TEST_CASE(sends_what_a_table_takes_that_somebody_alters_meanwhile) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 2)}));
  database.execute("ALTER TABLE ingested_events ALTER data TYPE text");
  loader->write(batches.next({event_rows(3, 4)}));
  BOOST_TEST(number("SELECT count(*) FROM ingested_events WHERE data LIKE '{%}'") == 4);
  database.execute("ALTER TABLE ingested_events ALTER data TYPE jsonb USING data::jsonb");
  BOOST_TEST(loader->write(batches.next({event_rows(4, 5)})).rows_loaded == 1u);
  BOOST_TEST(number("SELECT count(*) FROM ingested_events WHERE data->>'id' = id") == 5);
}

BOOST_AUTO_TEST_SUITE_END()

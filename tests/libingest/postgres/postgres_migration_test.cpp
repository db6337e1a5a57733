/// Ledgers that earlier versions have left: before 0.2 with a row for each page, numbered over all slices; later
/// without some columns.

#include <boost/test/unit_test.hpp>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct version_1_fixture : loading_fixture {
  version_1_fixture() {
    database.execute(
        "CREATE SCHEMA ingest; CREATE TABLE ingest.pipelines (name text PRIMARY KEY, run_id text NOT NULL, "
        "plan text NOT NULL, target text NOT NULL, epoch bigint NOT NULL, complete boolean NOT NULL DEFAULT false, "
        "initial_load boolean NOT NULL DEFAULT false, taken_over_at timestamptz NOT NULL DEFAULT now(), "
        "completed_at timestamptz); "
        "CREATE TABLE ingest.pages (pipeline text NOT NULL, page bigint NOT NULL, slice bigint NOT NULL, "
        "last boolean NOT NULL, segment bigint NOT NULL, bytes bigint NOT NULL, rows bigint NOT NULL, "
        "crc bigint NOT NULL, position text NOT NULL, duplicates bigint NOT NULL DEFAULT 0, "
        "rejected bigint NOT NULL DEFAULT 0, epoch bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now(), "
        "PRIMARY KEY (pipeline, page)); "
        "CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb NOT NULL)");
  }

  void add_pipeline(bool complete) {
    database.execute("INSERT INTO ingest.pipelines (name, run_id, plan, target, epoch, complete) VALUES ('test', '" +
                     identity.run_id + "', '" + identity.plan + "', 'public.ingested_events', 3, " +
                     (complete ? "true)" : "false)"));
  }

  /// A page of ten events, `first` and those behind it.
  void add_page(int page, int slice, int first, bool last = false) {
    database.execute(
        "INSERT INTO ingest.pages (pipeline, page, slice, last, segment, bytes, rows, crc, position, epoch) "
        "VALUES ('test', " +
        std::to_string(page) + ", " + std::to_string(slice) + ", " + (last ? "true" : "false") +
        ", 1, 100, 10, 7, 'after page " + std::to_string(page) +
        "', 3); INSERT INTO ingested_events SELECT 'event-' || i, jsonb_build_object('id', "
        "'event-' || i, 'extra', 1) FROM generate_series(" +
        std::to_string(first) + ", " + std::to_string(first + 9) + ") i");
  }

  bool is_of_version_1() const { return database.value("SELECT to_regclass('ingest.slices') IS NULL") == "t"; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ledger_of_version_1, version_1_fixture)

BOOST_AUTO_TEST_CASE(of_a_complete_run_says_what_it_said) {
  add_pipeline(true);
  add_page(1, 0, 1);
  add_page(2, 1, 11, true);
  add_page(3, 0, 21, true);
  const auto as_before = postgres_target(options()).peek().value();
  BOOST_TEST(as_before.complete);
  BOOST_TEST(as_before.slices_done == 2u);
  BOOST_TEST(as_before.pages == 3u);
  BOOST_TEST(as_before.rows == 30u);
  BOOST_TEST(is_of_version_1(), "a look changes nothing");
  const auto view = open_target()->opened().value();
  BOOST_TEST(!is_of_version_1());
  BOOST_TEST(view.complete);
  BOOST_TEST((view.identity == identity));
  BOOST_TEST(view.slices_done == 2u);
  BOOST_TEST(view.rows == 30u);
  BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0);
  BOOST_TEST(database.value("SELECT to_regclass('ingest.pages_of_version_1') IS NULL") == "t");
  BOOST_TEST(database.value("SELECT string_agg(slice || ' ' || pages || ' ' || position, ', ' ORDER BY slice) "
                            "FROM ingest.slices") == "0 2 after page 3, 1 1 after page 2");
}

BOOST_AUTO_TEST_CASE(of_a_run_with_a_hole_goes_on_before_it_and_what_was_loaded_behind_comes_as_duplicates) {
  add_pipeline(false);
  add_page(1, 0, 1);
  add_page(2, 1, 11);
  add_page(4, 0, 31);
  add_page(5, 2, 41, true);
  const auto target = std::make_shared<postgres_target>(options());
  const ledger_view view = target->open_run(identity, false);
  BOOST_TEST(view.rows == 40u);
  BOOST_REQUIRE(view.slices.size() == 3u);
  BOOST_TEST((view.slices[0].reached == slice_progress{0, 1, "after page 1", false, 20}));
  BOOST_TEST((view.slices[1].reached == slice_progress{1, 1, "after page 2", false, 10}));
  BOOST_TEST((view.slices[2].reached == slice_progress{2, 0, "", false, 10}));

  // What an empty directory reads again: page 3, which was lost, and what had come behind it.
  const auto found = target->claim(std::vector<slice_id>{0, 1, 2});
  BOOST_TEST(found[0].pages == 1u);
  batches.next({event_rows(1, 10)}, 0);
  batches.next({event_rows(11, 20)}, 1);
  const auto loader = open_sink(target);
  BOOST_TEST(loader->write(batches.last({event_rows(21, 40)}, 0)).duplicates_skipped == 10u);
  BOOST_TEST(loader->write(batches.last({{}}, 1)).rows_loaded == 0u);
  BOOST_TEST(loader->write(batches.last({event_rows(41, 50)}, 2)).duplicates_skipped == 10u);
  loader->finalize();
  const ledger_view done = target->peek().value();
  BOOST_TEST(done.complete);
  BOOST_TEST(done.slices_done == 3u);
  BOOST_TEST(rows() == 50);
}

BOOST_AUTO_TEST_CASE(of_another_run_is_refused_as_it_was_and_stays_what_it_is) {
  add_pipeline(false);
  add_page(1, 0, 1);
  identity.run_id = std::string(32, 'b');
  BOOST_TEST(name_of(error_of([&] { open_target(); }).code()) == "bad_data");
  BOOST_TEST(is_of_version_1());
  BOOST_TEST(open_target(options(), true)->opened()->pages == 0u);
}

BOOST_AUTO_TEST_CASE(is_no_obstacle_to_a_rehearsal) {
  add_pipeline(false);
  BOOST_TEST(postgres_target(options()).rehearse().find("is suitable") != std::string::npos);
  BOOST_TEST(is_of_version_1());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(ledger_that_lacks_columns, loading_fixture)

BOOST_AUTO_TEST_CASE(is_read_as_it_is_and_gets_them_when_it_is_opened) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  database.execute("ALTER TABLE ingest.pipelines DROP COLUMN shape, DROP COLUMN disposition");
  const auto columns = [this] {
    return number(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'ingest.pipelines'::regclass AND NOT attisdropped "
        "AND attname IN ('shape', 'disposition')");
  };
  BOOST_TEST(postgres_target(options()).peek()->rows == 10u);
  BOOST_TEST(postgres_target(options()).rehearse().find("is suitable") != std::string::npos);
  BOOST_TEST(columns() == 0);
  const auto loader = open_sink(open_target());
  BOOST_TEST(columns() == 2);
  loader->write(batches.last({event_rows(11, 20)}));
  loader->finalize();
  BOOST_TEST(rows() == 20);
  BOOST_TEST(database.value("SELECT shape || ', ' || disposition FROM ingest.pipelines") == "(id, data), skip");
}

BOOST_AUTO_TEST_SUITE_END()

#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;

struct initial_load_run : ingest_run {
  initial_load_run() : ingest_run(events, {"--duplicates", "30"}) {}

  bool has_key() const {
    return number("SELECT count(*) FROM pg_index WHERE indrelid = to_regclass('ingested_events') AND indisprimary") ==
           1;
  }

  std::uint64_t duplicates_in_ledger() const { return number("SELECT sum(duplicates) FROM ingest.slices"); }

  void check_result() {
    BOOST_TEST(table_difference() == "");
    BOOST_TEST(has_key());
    BOOST_TEST(rows() == std::uint64_t{events});
    BOOST_TEST(duplicates_in_ledger() > 0u);
    BOOST_TEST(count_in(status(), "rows_loaded") == std::uint64_t{events});
    BOOST_TEST(count_in(status(), "duplicates_skipped") == duplicates_in_ledger());
  }

  /// From now on, building the key takes a hundred seconds.
  void slow_down_the_key() const {
    database.execute(
        "CREATE FUNCTION take_long() RETURNS event_trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep(100); END $$;"
        "CREATE EVENT TRIGGER take_long ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION take_long()");
  }

  bool key_is_being_built() const {
    return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_with_initial_load, initial_load_run)

BOOST_AUTO_TEST_CASE(ends_with_each_event_once_and_the_key_and_says_so) {
  const auto p = run("run", {"--initial-load", "--report", report_file().string()});
  BOOST_TEST(p.exit_code == 0, p.err);
  check_result();
  BOOST_TEST(count_in(report(), "rows_loaded") == std::uint64_t{events});
  BOOST_TEST(count_in(report(), "duplicates_skipped") == duplicates_in_ledger());
  BOOST_TEST(run("run", {"--initial-load"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(killed_again_and_again_while_it_loads_and_while_the_key_is_built_comes_to_the_same_end) {
  for (const std::uint64_t pages : {20, 60, 120}) {
    auto p = start("run", {"--initial-load"});
    await(p, [&] { return pages_in_ledger() >= pages; });
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
    BOOST_TEST(!has_key());
  }
  slow_down_the_key();
  for (const char* option : {"--initial-load=true", "--initial-load=false"}) {
    auto p = start("run", {option});
    await(p, [&] { return key_is_being_built(); });
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
    BOOST_TEST(!has_key());
    BOOST_TEST(eventually([&] { return !key_is_being_built(); }));
  }
  database.execute("DROP EVENT TRIGGER take_long");
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  check_result();
}

BOOST_AUTO_TEST_CASE(stopped_while_the_key_is_built_ends_in_order_and_the_next_run_builds_it) {
  slow_down_the_key();
  auto p = start("run", {"--initial-load", "--shutdown-timeout-ms", "100ms"});
  await(p, [&] { return key_is_being_built(); });
  p.signal(SIGTERM);
  BOOST_TEST(p.wait() == 128 + SIGTERM);
  BOOST_TEST(eventually([&] { return !key_is_being_built(); }));
  BOOST_TEST(!has_key());
  BOOST_TEST(text_in(status(), "status") == "interrupted");
  database.execute("DROP EVENT TRIGGER take_long");
  BOOST_TEST(run("load").exit_code == 0);
  check_result();
}

BOOST_AUTO_TEST_CASE(is_refused_for_a_table_that_is_there) {
  database.execute("CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL)");
  const auto p = run("run", {"--initial-load"});
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(p.err.find("INITIAL_LOAD is for a table that it creates") != std::string::npos, p.err);
  BOOST_TEST(run("validate", {"--initial-load"}).exit_code == 78);
}

BOOST_AUTO_TEST_SUITE_END()

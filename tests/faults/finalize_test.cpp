#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "faults/faulty_run.hpp"

using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

constexpr int events = 10'000;

/// A run that hangs while it is being completed: everything is loaded, the ledger is about to say so.
struct run_in_finalize {
  ingest_run r{events, {"--delay", "5"}};

  void reach_finalize(child_process& p) {
    await(p, [&] { return r.pages_in_ledger() >= 1; });
    r.database.execute(
        "CREATE OR REPLACE FUNCTION ingest.hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); "
        "RETURN NEW; END $$;"
        "CREATE TRIGGER hang BEFORE UPDATE ON ingest.pipelines FOR EACH ROW WHEN (NEW.complete) "
        "EXECUTE FUNCTION ingest.hang()");
    await(p, [&] { return r.number("SELECT count(*)" + backends + " AND wait_event = 'PgSleep'") > 0; });
    BOOST_TEST(r.rows() == events);
  }

  // Of every loader: each of them marks the run as complete, and a server that sleeps does not notice that its client
  // is gone.
  void let_go() {
    r.database.value("SELECT count(pg_terminate_backend(pid, 10000))" + backends);
    r.database.execute("DROP TRIGGER hang ON ingest.pipelines");
  }

  const std::string backends =
      " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ingest/%'";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(finalizing, run_in_finalize)

BOOST_AUTO_TEST_CASE(that_is_stopped_by_two_signals_is_made_up_for_by_the_next_run) {
  {
    child_process p = r.start("run", {"--shutdown-timeout-ms", "60s"});
    reach_finalize(p);
    p.signal(SIGTERM);
    p.wait_for_output("signal_received");
    p.signal(SIGTERM);
    BOOST_TEST(p.wait(2s) == 128 + SIGTERM, p.err());
  }
  let_go();
  BOOST_TEST(text_in(r.status(), "status") == "interrupted");
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(that_is_stopped_in_order_or_killed_is_made_up_for_as_well) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    child_process p = r.start("run", {"--shutdown-timeout-ms", "500"});
    reach_finalize(p);
    p.signal(signal);
    BOOST_TEST(p.wait(5s) == 128 + signal, p.err());
    let_go();
  }
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(a_second_time_changes_nothing) {
  check_completes(r);
  const auto completed = r.database.value("SELECT completed_at FROM ingest.pipelines");
  // The state is gone, so that the run has to find out from the ledger that all is done.
  std::filesystem::remove(r.data_dir() / "ingestion.state");
  const auto requests = r.counter("requests");
  check_completes(r);
  BOOST_TEST(r.counter("requests") == requests);
  BOOST_TEST(r.database.value("SELECT completed_at FROM ingest.pipelines") == completed);
}

BOOST_AUTO_TEST_CASE(is_left_to_the_next_run_when_this_one_is_aborted) {
  r.environment["MAX_RESTARTS"] = "0";
  {
    child_process p = r.start("run", {"--database-deadline-ms", "0", "--loaders", "1"});
    reach_finalize(p);
    let_go();
    BOOST_TEST(p.wait() == 69, p.err());
  }
  BOOST_TEST(text_in(r.status(), "status") == "aborted");
  BOOST_TEST(r.database.value("SELECT complete FROM ingest.pipelines") == "f");
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "support/ingest_run.hpp"

using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

constexpr int events = 10'000;

/// The exit code after a signal. It takes 4 s, the default of SHUTDOWN_TIMEOUT_MS, and a little at the most.
int stop(child_process& p, int signal) {
  p.signal(signal);
  return p.wait(5s);
}

void check_interrupted(const ingest_run& r) {
  BOOST_TEST(text_in(r.status(), "status") == "interrupted");
  BOOST_TEST(text_in(r.report(), "status") == "interrupted");
  BOOST_TEST(text_in(r.report(), "error") == "");
}

void check_completes(ingest_run& r, const std::vector<std::string>& flags = {}) {
  const auto p = r.run("run", flags);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(count_in(r.status(), "rows_loaded") == events);
}

/// Another session that holds the table, so that no row can be loaded.
class table_lock {
 public:
  explicit table_lock(const ingest_run& r)
      : database_(r.database),
        session_({"psql", "--quiet", "--no-psqlrc", "-c",
                  "BEGIN; LOCK TABLE ingested_events IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)",
                  database_.url()}) {}

  // A server process that sleeps does not notice that its client is gone.
  ~table_lock() {
    database_.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'psql' "
        "AND datname = current_database()");
  }

 private:
  const test_database& database_;
  child_process session_;
};

bool loader_waits(const ingest_run& r) {
  return r.number(
             "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
             "AND wait_event_type = 'Lock' AND application_name LIKE 'ingest/%'") > 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_that_is_asked_to_stop)

BOOST_AUTO_TEST_CASE(exits_in_order_and_the_next_run_goes_on_from_there) {
  for (const auto& [signal, slices] : {std::pair{SIGTERM, 1}, std::pair{SIGINT, 4}}) {
    BOOST_TEST_CONTEXT("signal " << signal << ", " << slices << " slices") {
      ingest_run r(events, {"--delay", "10"});
      const auto flags = slices == 1 ? std::vector<std::string>() : ingest_run::slices(slices);
      {
        child_process p = r.start("run", flags);
        await(p, [&] { return r.pages_in_ledger() >= 10; });
        BOOST_TEST(stop(p, signal) == 128 + signal, p.err());
      }
      check_interrupted(r);
      check_completes(r, flags);
      // What was read is made durable. Only what was under way is asked for again: a slice's page, and its next one,
      // which is requested early.
      BOOST_TEST(r.counter("pages_served") - r.counter("distinct_pages") <= 2 * static_cast<std::uint64_t>(slices));
    }
  }
}

BOOST_AUTO_TEST_CASE(can_be_stopped_again_and_again) {
  ingest_run r(events, {"--delay", "10"});
  for (int i = 0; i < 6; ++i) {
    child_process p = r.start("run");
    if (i % 2 == 0) {
      await(p, [&, goal = r.pages_in_ledger() + 5] { return r.pages_in_ledger() >= goal; });
    } else {
      p.wait_for_output("run_resumed");
    }
    BOOST_TEST(stop(p, SIGTERM) == 143, p.err());
  }
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(gives_up_a_transaction_that_does_not_end) {
  ingest_run r(events, {"--delay", "10"});
  {
    child_process p = r.start("run");
    await(p, [&] { return r.pages_in_ledger() >= 5; });
    const table_lock lock(r);
    await(p, [&] { return loader_waits(r); });
    BOOST_TEST(stop(p, SIGTERM) == 143, p.err());
  }
  check_interrupted(r);
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(says_what_it_waits_for_when_the_table_is_locked) {
  ingest_run r(events, {"--delay", "10"});
  child_process p = r.start("run", {"--database-io-timeout-ms", "2s"});
  await(p, [&] { return r.pages_in_ledger() >= 5; });
  {
    const table_lock lock(r);
    p.wait_for_output("lock timeout");
  }
  BOOST_TEST(p.wait() == 0, p.err());
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(leaves_at_once_at_the_second_signal) {
  ingest_run r(events, {"--delay", "10"});
  {
    child_process p = r.start("run", {"--shutdown-timeout-ms", "60s"});
    await(p, [&] { return r.pages_in_ledger() >= 5; });
    const table_lock lock(r);
    await(p, [&] { return loader_waits(r); });
    p.signal(SIGTERM);
    p.wait_for_output("signal_received");
    BOOST_TEST(p.running());
    p.signal(SIGINT);
    BOOST_TEST(p.wait(2s) == 130);
  }
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(exits_while_the_api_hangs) {
  ingest_run r(events, {"--delay", "600000"});
  child_process p = r.start("run");
  await(p, [&] { return r.counter("requests_stream") >= 1; });
  BOOST_TEST(stop(p, SIGTERM) == 143, p.err());
  check_interrupted(r);
}

BOOST_AUTO_TEST_CASE(exits_while_it_waits_for_the_time_of_a_retry_after) {
  ingest_run r(events, {"--fault-429", "100", "--retry-after", "600"});
  child_process p = r.start("run");
  await(p, [&] { return r.counter("fault_429") >= 1; });
  BOOST_TEST(stop(p, SIGTERM) == 143, p.err());
  check_interrupted(r);
}

BOOST_AUTO_TEST_CASE(exits_while_it_backs_off_from_an_api_that_fails) {
  ingest_run r(events, {"--fault-5xx", "100"});
  child_process p = r.start("run");
  await(p, [&] { return r.counter("fault_5xx") >= 3; });
  BOOST_TEST(stop(p, SIGINT) == 130, p.err());
  check_interrupted(r);
}

BOOST_AUTO_TEST_CASE(exits_while_the_database_is_away) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {"--delay", "10"}, cluster);
  {
    child_process p = r.start("run");
    await(p, [&] { return r.pages_in_ledger() >= 10; });
    cluster.stop_immediate();
    p.wait_for_output("database_unavailable");
    const int code = stop(p, SIGTERM);
    cluster.start();
    BOOST_TEST(code == 143, p.err());
  }
  check_interrupted(r);
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(exits_while_the_database_was_never_there) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {"--delay", "10"}, cluster);
  {
    cluster.stop_immediate();
    child_process p = r.start("run");
    p.wait_for_output("database_unavailable");
    const int code = stop(p, SIGTERM);
    cluster.start();
    BOOST_TEST(code == 143, p.err());
  }
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

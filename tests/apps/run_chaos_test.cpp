#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

std::vector<std::string> flags_of(int slices) {
  return slices == 1 ? std::vector<std::string>() : ingest_run::slices(slices);
}

void check_complete(ingest_run& r, const finished_process& p) {
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(r.counter("requests_before_retry_after") == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_from_an_api_in_trouble)

BOOST_AUTO_TEST_CASE(loads_every_event_once_whatever_goes_wrong) {
  for (const int slices : {1, 4}) {
    BOOST_TEST_CONTEXT(slices << " slices") {
      ingest_run r(7'000, {"--fault-all", "6", "--fault-429", "3", "--latency", "50"});
      check_complete(r, r.run("run", flags_of(slices)));
      const auto counters = r.api.counters();
      for (const char* fault : {"fault_429", "fault_5xx", "fault_reset", "fault_truncate", "fault_garbage",
                                "fault_revoke", "fault_expire", "fault_latency"}) {
        BOOST_TEST(counters.at(fault) > 0, fault);
      }
      const auto report = r.report();
      BOOST_TEST(count_in(report, "retries.retries_429") == counters.at("fault_429"));
      BOOST_TEST(count_in(report, "cursor_resets") >= 1);
      BOOST_TEST(count_in(report, "retries.token_refreshes") >= 1);
      BOOST_TEST(count_in(report, "restarts") == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(loads_every_event_once_when_it_is_killed_too) {
  ingest_run r(10'000, {"--fault-all", "3", "--latency", "50"});
  for (int i = 0; i < 5; ++i) {
    child_process p = r.start("run", flags_of(2));
    await(p, [&, goal = r.pages_in_ledger() + 10] { return r.pages_in_ledger() >= goal; });
    p.signal(SIGKILL);
    p.wait();
  }
  const auto p = r.run("run", flags_of(2));
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(goes_on_behind_expired_cursors_however_they_are_refused) {
  for (const char* status : {"400", "410", "502"}) {
    BOOST_TEST_CONTEXT(status) {
      ingest_run r(4'000, {"--fault-expire", "15", "--cursor-expiry", status});
      check_complete(r, r.run("run"));
      BOOST_TEST(r.counter("fault_expire") >= 1);
      BOOST_TEST(count_in(r.report(), "cursor_resets") >= 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(starts_anew_behind_expired_cursors_of_the_standard_endpoint) {
  // It knows no time to go on from: all that was fetched is fetched again, and skipped as duplicates.
  ingest_run r(2'000, {"--fault-expire", "8", "--stream", "403", "--rate-limit", "0"});
  check_complete(r, r.run("run"));
  BOOST_TEST(r.counter("fault_expire") >= 1);
  BOOST_TEST(count_in(r.report(), "duplicates_skipped") >= 1);
}

BOOST_AUTO_TEST_CASE(honours_retry_after_as_a_date) {
  ingest_run r(2'000, {"--fault-429", "10", "--retry-after", "date:2"});
  check_complete(r, r.run("run"));
  BOOST_TEST(r.counter("fault_429") >= 1);
}

BOOST_AUTO_TEST_CASE(ends_with_69_when_the_api_never_recovers_and_goes_on_when_it_does) {
  ingest_run r(4'000, {"--fault-5xx", "100"});
  const auto p = r.run("run", {"--retry-deadline-ms", "1000", "--max-restarts", "0"});
  BOOST_TEST((p.exit_code == 69 || p.exit_code == 70), p.exit_code);
  BOOST_TEST(text_in(r.status(), "status") == "aborted");

  const std::string port = std::to_string(r.api.port());  // the API is the same one
  r.api.stop();
  const demo_api_process healthy(
      {"--events", "4000", "--from", "1766966400000", "--until", "1769558400000", "--port", port});
  const auto next = r.run("run");
  BOOST_TEST(next.exit_code == 0, next.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_SUITE_END()

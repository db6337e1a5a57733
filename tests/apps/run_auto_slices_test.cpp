#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;
const std::vector<std::string> automatic{"--slices", "auto", "--readers", "3"};

void check_complete(ingest_run& r, const finished_process& p) {
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

std::string plan_of(const ingest_run& r) {
  return text_in(r.state(), "plan");
}

bool has_planned(const std::string& log) {
  return log.find("slices_planned") != std::string::npos;
}

/// Starts a run and stops it when some pages are loaded.
void interrupt(ingest_run& r, int signal) {
  child_process p = r.start("run", automatic);
  await(p, [&] { return r.pages_in_ledger() >= 10; });
  p.signal(signal);
  p.wait();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_that_finds_its_slices_by_itself)

BOOST_AUTO_TEST_CASE(loads_every_event_once_and_has_nothing_to_do_afterwards) {
  ingest_run r(events);
  check_complete(r, r.run("run", automatic));
  BOOST_TEST(r.status()["slices"].Size() == 24u);
  const auto requests = r.counter("requests");
  check_complete(r, r.run("run", automatic));
  BOOST_TEST(r.counter("requests") == requests);
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_same_slices_after_a_stop_or_a_kill) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    ingest_run r(events, {"--delay", "10"});
    interrupt(r, signal);
    const std::string plan = plan_of(r);
    BOOST_TEST(plan.find(" EDGES=1") != std::string::npos, plan);
    const auto p = r.run("run", automatic);
    check_complete(r, p);
    BOOST_TEST(!has_planned(p.err), p.err);
    BOOST_TEST(plan_of(r) == plan);
  }
}

BOOST_AUTO_TEST_CASE(knows_its_slices_from_the_ledger_if_all_else_is_lost) {
  ingest_run r(events);
  check_complete(r, r.run("run", automatic));
  const std::string plan = plan_of(r);
  std::filesystem::remove_all(r.data_dir());
  const auto p = r.run("run", automatic);
  check_complete(r, p);
  BOOST_TEST(!has_planned(p.err), p.err);
  BOOST_TEST(plan_of(r) == plan);
}

BOOST_AUTO_TEST_CASE(finds_them_anew_when_it_starts_over) {
  ingest_run r(events, {"--delay", "10"});
  interrupt(r, SIGKILL);
  auto flags = automatic;
  flags.insert(flags.end(), {"--fresh", "--yes"});
  const auto p = r.run("run", flags);
  check_complete(r, p);
  BOOST_TEST(has_planned(p.err), p.err);
}

BOOST_AUTO_TEST_CASE(refuses_to_go_on_with_other_settings) {
  ingest_run r(1000);
  check_complete(r, r.run("run", automatic));
  BOOST_TEST(r.run("run").exit_code == 78);
  BOOST_TEST(r.run("run", ingest_run::slices(4)).exit_code == 78);
}

BOOST_AUTO_TEST_CASE(is_not_taken_for_complete_by_a_load_of_what_has_been_fetched) {
  ingest_run r(events, {"--delay", "10"});
  {
    child_process p = r.start("fetch", automatic);
    await(p, [&] { return r.in_state("rows_durable") >= 2000; });
    p.signal(SIGTERM);
    p.wait();
  }
  const auto load = r.run("load");
  BOOST_TEST(load.exit_code == 0, load.err);
  BOOST_TEST(r.rows() > 0u);
  BOOST_TEST(r.rows() < events);
  BOOST_TEST(r.number("SELECT complete::int FROM ingest.pipelines") == 0u);
  check_complete(r, r.run("run", automatic));
}

BOOST_AUTO_TEST_CASE(reads_in_one_slice_where_the_stream_is_refused) {
  ingest_run r(500, {"--stream", "403"});
  check_complete(r, r.run("run", automatic));
  BOOST_TEST(plan_of(r).ends_with(" EDGES=none"), plan_of(r));
}

BOOST_AUTO_TEST_SUITE_END()

#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;

bool any_buffer_file(const ingest_run& r) {
  for (const auto& entry : std::filesystem::directory_iterator(r.data_dir())) {
    if (entry.path().filename().string().starts_with("events_buffer.")) {
      return true;
    }
  }
  return false;
}

void check_complete(ingest_run& r, const finished_process& p) {
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ingest_run_from_end_to_end)

BOOST_AUTO_TEST_CASE(loads_every_event_once_from_one_slice) {
  ingest_run r(events);
  check_complete(r, r.run("run"));
  BOOST_TEST(r.counter("requests_standard") == 0);
  BOOST_TEST(r.counter("pages_served") == events / ingest_run::batch_size);
}

BOOST_AUTO_TEST_CASE(loads_every_event_once_from_four_slices_side_by_side) {
  ingest_run r(events);
  check_complete(r, r.run("run", ingest_run::slices(4)));
  BOOST_TEST(r.status()["slices"].Size() == 4);
}

BOOST_AUTO_TEST_CASE(loads_pages_larger_than_every_window) {
  for (const int slices : {1, 4}) {
    // A page is more than CREDIT_BYTES, SEGMENT_BYTES and RANGE_BYTES, and goes alone everywhere.
    ingest_run r(events);
    auto flags = ingest_run::slices(slices);
    flags.insert(flags.end(), {"--batch-size", "5000"});
    check_complete(r, r.run("run", flags));
    BOOST_TEST(r.counter("pages_served") == 4);
  }
}

BOOST_AUTO_TEST_CASE(loads_pages_of_a_single_event) {
  ingest_run r(200);
  auto flags = ingest_run::slices(8);
  flags.insert(flags.end(), {"--batch-size", "1", "--loaders", "8"});
  check_complete(r, r.run("run", flags));
}

BOOST_AUTO_TEST_CASE(is_complete_when_there_are_no_events) {
  for (const int slices : {1, 4}) {
    ingest_run r(0);
    check_complete(r, r.run("run", ingest_run::slices(slices)));
    const auto requests = r.counter("requests");
    check_complete(r, r.run("run", ingest_run::slices(slices)));
    BOOST_TEST(r.counter("requests") == requests);
  }
}

BOOST_AUTO_TEST_CASE(understands_every_shape_of_response) {
  for (const char* shape : {"flat", "nested", "mixed"}) {
    BOOST_TEST_CONTEXT(shape) {
      ingest_run r(5'000, {"--shape", shape});
      check_complete(r, r.run("run"));
    }
  }
}

BOOST_AUTO_TEST_CASE(goes_to_the_standard_endpoint_where_the_stream_is_refused) {
  for (const char* answer : {"403", "404"}) {
    BOOST_TEST_CONTEXT(answer) {
      ingest_run r(5'000, {"--stream", answer, "--rate-limit", "0"});
      check_complete(r, r.run("run"));
      BOOST_TEST(r.counter("requests_stream") == 0);
      BOOST_TEST(r.counter("pages_served") == 50);
    }
  }
}

BOOST_AUTO_TEST_CASE(keeps_to_the_rate_limit_of_the_standard_endpoint) {
  ingest_run r(3'000, {"--stream", "403", "--rate-limit", "10", "--rate-window", "1"});
  check_complete(r, r.run("run"));
  BOOST_TEST(r.counter("rate_limited") == 0);
}

BOOST_AUTO_TEST_CASE(loads_while_it_fetches) {
  ingest_run r(events, {"--delay", "5"});
  check_complete(r, r.run("run"));
  const auto report = r.report();
  BOOST_TEST(seconds_in(report, "seconds.overlap") > 0.5 * seconds_in(report, "seconds.fetch_phase"));
}

BOOST_AUTO_TEST_CASE(reports_what_it_did) {
  ingest_run r(events);
  const auto p = r.run("run");
  check_complete(r, p);
  BOOST_TEST(p.err.find("ingestion complete") != std::string::npos, p.err);

  const auto report = r.report();
  BOOST_TEST(text_in(report, "status") == "complete");
  BOOST_TEST(count_in(report, "exit_code") == 0);
  for (const char* key : {"rows_fetched", "rows_durable", "rows_loaded", "total_expected"}) {
    BOOST_TEST(count_in(report, key) == events, key);
  }
  for (const char* key : {"rows_rejected", "duplicates_skipped", "restarts", "cursor_resets", "bytes_buffered"}) {
    BOOST_TEST(count_in(report, key) == 0, key);
  }
  BOOST_TEST(count_in(report, "pages_fetched") == r.counter("pages_served"));
  BOOST_TEST(count_in(report, "requests") == r.counter("requests"));
  // A page is cut into no two ranges, and two ranges into no one transaction.
  BOOST_TEST(count_in(report, "ranges_loaded") >= count_in(report, "bytes_loaded") / (2 * ingest_run::range_bytes));
  BOOST_TEST(count_in(report, "bytes_loaded") == count_in(report, "bytes_appended"));
}

BOOST_AUTO_TEST_CASE(leaves_a_state_that_says_so_and_no_buffer) {
  ingest_run r(events);
  check_complete(r, r.run("run"));
  for (const auto& json : {r.state(), r.status()}) {
    BOOST_TEST(text_in(json, "status") == "complete");
    BOOST_TEST(text_in(json, "command") == "run");
    BOOST_TEST(count_in(json, "rows_fetched") == events);
    BOOST_TEST(count_in(json, "rows_durable") == events);
    BOOST_TEST(count_in(json, "rows_loaded") == events);
    BOOST_TEST(count_in(json, "bytes_buffered") == 0);
  }
  BOOST_TEST(!any_buffer_file(r));
  BOOST_TEST(r.database.value("SELECT complete FROM ingest.pipelines") == "t");
}

BOOST_AUTO_TEST_CASE(keeps_segments_when_asked_to) {
  ingest_run r(5'000);
  check_complete(r, r.run("run", {"--keep-segments"}));
  BOOST_TEST(any_buffer_file(r));
  BOOST_TEST(r.run("run").exit_code == 0);
  BOOST_TEST(r.rows() == 5'000);
}

BOOST_AUTO_TEST_CASE(does_nothing_when_it_is_complete_already) {
  ingest_run r(events);
  check_complete(r, r.run("run"));
  const auto requests = r.counter("requests");
  const auto again = r.run("run");
  check_complete(r, again);
  BOOST_TEST(r.counter("requests") == requests);
  BOOST_TEST(again.err.find("already_complete") != std::string::npos, again.err);
}

BOOST_AUTO_TEST_CASE(starts_over_only_when_that_is_confirmed) {
  ingest_run r(events);
  check_complete(r, r.run("run"));
  const auto pages = r.counter("pages_served");

  const auto refused = r.run("run", {"--fresh"});
  BOOST_TEST(refused.exit_code == 64);
  BOOST_TEST(refused.err.find("--yes") != std::string::npos, refused.err);
  BOOST_TEST(r.counter("pages_served") == pages);

  check_complete(r, r.run("run", {"--fresh", "--yes"}));
  BOOST_TEST(r.counter("pages_served") == 2 * pages);
  const auto report = r.report();
  BOOST_TEST(count_in(report, "duplicates_skipped") == events);
  BOOST_TEST(count_in(report, "rows_loaded") == 0);
}

BOOST_AUTO_TEST_CASE(starts_over_after_a_kill_between_forgetting_and_beginning_anew) {
  ingest_run r(5'000, {"--delay", "20"});
  {
    child_process first = r.start("run");
    await(first, [&] { return r.pages_in_ledger() >= 5; });
    first.signal(SIGKILL);
    first.wait();
  }
  const auto first_run = text_in(r.state(), "run_id");
  {
    // As soon as the state is of a new run, everything else may still be of the old one.
    child_process second = r.start("run", {"--fresh", "--yes"});
    await(second, [&] { return text_in(r.state(), "run_id") != first_run; });
    second.signal(SIGKILL);
    second.wait();
  }
  check_complete(r, r.run("run"));
}

BOOST_AUTO_TEST_CASE(refuses_to_go_on_with_other_slices) {
  ingest_run r(5'000, {"--delay", "20"});
  {
    child_process first = r.start("run");
    await(first, [&] { return r.pages_in_ledger() >= 5; });
    first.signal(SIGKILL);
    first.wait();
  }
  const auto p = r.run("run", ingest_run::slices(4));
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(p.err.find("SLICES=4") != std::string::npos, p.err);
  check_complete(r, r.run("run", {"--loaders", "3"}));
}

BOOST_AUTO_TEST_SUITE_END()

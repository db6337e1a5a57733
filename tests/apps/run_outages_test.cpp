#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;

/// A run against a PostgreSQL of its own, which the test may stop.
struct fixture {
  postgres_cluster cluster{{.durable = false, .settings = {}}};
  ingest_run r{events, {"--delay", "10"}, cluster};

  ~fixture() {
    // The database is dropped at the end, and that needs a server.
    if (down_) {
      cluster.start();
    }
  }

  void stop_database() {
    cluster.stop_immediate();
    down_ = true;
  }

  void start_database() {
    cluster.start();
    down_ = false;
  }

  void check_complete(child_process& p) {
    BOOST_TEST(p.wait(std::chrono::seconds(60)) == 0, p.err());
    BOOST_TEST(r.table_difference() == "");
    BOOST_TEST(count_in(r.status(), "rows_loaded") == events);
  }

 private:
  bool down_ = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_whose_database_goes_away, fixture)

BOOST_AUTO_TEST_CASE(completes_by_itself_after_several_immediate_stops) {
  child_process p = r.start("run");
  for (int i = 0; i < 4; ++i) {
    await(p, [&, goal = r.pages_in_ledger() + 10] { return r.pages_in_ledger() >= goal; });
    cluster.restart();
  }
  check_complete(p);
  BOOST_TEST(count_in(r.report(), "seconds.wall") > 0);
  BOOST_TEST(count_in(r.report(), "retries.load_retries") >= 1);
}

BOOST_AUTO_TEST_CASE(goes_on_fetching_and_loads_when_the_database_comes_at_last) {
  stop_database();
  child_process p = r.start("run");
  p.wait_for_output("database_unavailable");
  await(p, [&] { return r.in_state("rows_durable") >= events / 4; });
  start_database();
  check_complete(p);
}

BOOST_AUTO_TEST_CASE(ends_with_69_when_it_stays_away_and_keeps_what_it_fetched) {
  stop_database();
  const auto p = r.run("run", {"--database-deadline-ms", "1500"});
  BOOST_TEST(p.exit_code == 69, p.err);
  const auto durable = count_in(r.status(), "rows_durable");
  BOOST_TEST(durable >= 1'000);
  BOOST_TEST(text_in(r.status(), "status") == "aborted");
  BOOST_TEST(text_in(r.status(), "error").find("the database") != std::string::npos, text_in(r.status(), "error"));

  const auto served = r.counter("pages_served");
  start_database();
  child_process next = r.start("run");
  check_complete(next);
  // An abort, too, makes durable what was read: only what was under way is fetched again, a page and its next one.
  BOOST_TEST(r.counter("pages_served") - r.counter("distinct_pages") <= 2);
  BOOST_TEST(served < r.counter("distinct_pages"));
}

BOOST_AUTO_TEST_CASE(resumes_after_a_kill_in_the_middle_of_an_outage) {
  {
    child_process first = r.start("run");
    await(first, [&] { return r.pages_in_ledger() >= 20; });
    stop_database();
    await(first, [&, goal = r.in_state("rows_durable") + 1'000] { return r.in_state("rows_durable") >= goal; });
    first.signal(SIGKILL);
    first.wait();
  }
  // Nobody can say what is loaded; the next run fetches on all the same.
  child_process second = r.start("run");
  await(second, [&, goal = r.in_state("rows_durable") + 1'000] { return r.in_state("rows_durable") >= goal; });
  start_database();
  check_complete(second);
}

BOOST_AUTO_TEST_CASE(counts_what_was_committed_before_a_kill_though_nobody_had_said_so_and_the_database_is_away) {
  r.environment["SEGMENT_BYTES"] = std::to_string(64 << 20);  // what is loaded stays in the buffer
  const auto state = r.data_dir() / "ingestion.state";
  const auto older = r.directory / "older.state";
  {
    child_process first = r.start("run");
    await(first, [&] { return r.pages_in_ledger() >= 5 && std::filesystem::exists(state); });
    std::filesystem::copy_file(state, older);
    const auto known = r.in_state("rows_loaded");
    await(first, [&] { return r.in_state("rows_loaded") >= known + 2'000; });
    stop_database();
    first.signal(SIGKILL);
    first.wait();
  }
  // As if the process had been killed before it could write a newer one.
  std::filesystem::copy_file(older, state, std::filesystem::copy_options::overwrite_existing);
  child_process second = r.start("run");
  await(second, [&, goal = r.in_state("rows_durable") + 1'000] { return r.in_state("rows_durable") >= goal; });
  start_database();
  check_complete(second);
  BOOST_TEST(count_in(r.status(), "duplicates_skipped") == 0u);
}

BOOST_AUTO_TEST_CASE(resumes_after_a_kill_just_before_the_database_returns) {
  {
    child_process first = r.start("run");
    await(first, [&] { return r.pages_in_ledger() >= 20; });
    cluster.stop_immediate();
    first.signal(SIGKILL);
    first.wait();
    cluster.start();
  }
  child_process second = r.start("run");
  check_complete(second);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_whose_buffer_is_full)

BOOST_AUTO_TEST_CASE(waits_and_goes_on_behind_the_cursor_that_expired_meanwhile) {
  constexpr std::uint64_t quota = 1024 * 1024;
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {"--cursor-ttl", "1"}, cluster);
  cluster.stop_immediate();
  child_process p = r.start("run", {"--buffer-quota-bytes", std::to_string(quota)});
  p.wait_for_output("buffer_full");
  const auto expired = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'200);
  await(p, [&] { return std::chrono::steady_clock::now() > expired; });
  const auto buffered = r.in_state("bytes_buffered");
  cluster.start();
  BOOST_TEST(buffered >= quota * 3 / 4, "some of the quota is for what a page takes beside its bytes");
  BOOST_TEST(buffered <= quota + ingest_run::credit_bytes);
  BOOST_TEST(p.wait() == 0, p.err());
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(count_in(r.report(), "cursor_resets") >= 1);
}

BOOST_AUTO_TEST_SUITE_END()

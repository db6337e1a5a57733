#include <signal.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 80'000;
constexpr int kills = 20;
constexpr std::uint64_t pages = events / ingest_run::batch_size;

/// Starts a run and kills it when it has got a little further, in one of several ways.
class victim {
 public:
  victim(const ingest_run& r, const std::vector<std::string>& flags) : run_(r), process_(r.start("run", flags)) {}

  void kill_at_once() { kill(); }

  void kill_when_it_says_that_it_begins() {
    process_.wait_for_output("\"run_");
    kill();
  }

  void kill_when_served(std::uint64_t more) {
    kill_when([this, goal = run_.counter("pages_served") + more] { return run_.counter("pages_served") >= goal; });
  }

  void kill_when_durable(std::uint64_t more) {
    kill_when([this, goal = run_.in_state("rows_durable") + more * ingest_run::batch_size] {
      return run_.in_state("rows_durable") >= goal;
    });
  }

  void kill_when_loaded(std::uint64_t more) {
    kill_when([this, goal = run_.pages_in_ledger() + more] { return run_.pages_in_ledger() >= goal; });
  }

  /// It may just have come to its end.
  void kill_near_the_end() {
    await_end_or([this] { return run_.pages_in_ledger() > 0 && run_.rows() + 300 >= events; });
    process_.signal(SIGKILL);
    const int code = process_.wait();
    BOOST_TEST((code == 128 + SIGKILL || code == 0), code);
  }

 private:
  void await_end_or(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (process_.running() && !condition()) {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  void kill_when(const std::function<bool()>& condition) {
    await(process_, condition);
    kill();
  }

  void kill() {
    process_.signal(SIGKILL);
    BOOST_TEST(process_.wait() == 128 + SIGKILL);
  }

  const ingest_run& run_;
  child_process process_;
};

/// How many pages a kill can make the next run fetch again.
///
/// A page is not fetched again once it is durable. What is not durable is bounded by credit: per slice the window
/// (CREDIT_BYTES divided by the slices, at least one page), which includes the group that is not yet synced, and one
/// page more that waits for credit, and one whose request was sent early.
std::uint64_t most_pages_lost_by_a_kill(const ingest_run& r, std::uint64_t slices) {
  const std::uint64_t smallest_page = r.counter("bytes_served") / r.counter("pages_served") * 9 / 10;
  return slices * (std::max<std::uint64_t>(1, ingest_run::credit_bytes / slices / smallest_page) + 2);
}

void check_kills(int slices, unsigned seed) {
  // At most 100 pages a second, whatever the number of slices, so that no moment is missed: 20 kills need a few hundred
  // of the 800 pages, on a busy machine too.
  ingest_run r(events, {"--delay", std::to_string(10 * slices)});
  const auto flags = slices == 1 ? std::vector<std::string>() : ingest_run::slices(slices);
  std::mt19937 random(seed);
  const auto some = [&] { return 1 + random() % 12; };
  for (int i = 0; i + 1 < kills; ++i) {
    BOOST_TEST_CONTEXT("kill " << i + 1) {
      victim v(r, flags);
      switch (i % 5) {
        case 0:
          v.kill_when_served(some());
          break;
        case 1:
          v.kill_when_loaded(some());
          break;
        case 2:
          v.kill_when_durable(some());
          break;
        case 3:
          v.kill_when_it_says_that_it_begins();
          break;
        case 4:
          v.kill_at_once();
          break;
      }
    }
  }
  victim(r, flags).kill_near_the_end();

  const auto p = r.run("run", flags);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(count_in(r.status(), "rows_loaded") == events);
  const auto served_again = r.counter("pages_served") - r.counter("distinct_pages");
  BOOST_TEST(served_again <= kills * most_pages_lost_by_a_kill(r, static_cast<std::uint64_t>(slices)));
  BOOST_TEST(r.counter("distinct_pages") >= pages);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_that_is_killed_twenty_times)

BOOST_AUTO_TEST_CASE(loads_every_event_once_and_fetches_few_pages_again) {
  check_kills(1, 1);
}

BOOST_AUTO_TEST_CASE(loads_every_event_once_with_slices_too) {
  check_kills(4, 2);
}

BOOST_AUTO_TEST_SUITE_END()

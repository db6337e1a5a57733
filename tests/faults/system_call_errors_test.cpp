#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "faults/faulty_run.hpp"
#include "faults/strace.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

constexpr int events = 20'000;

struct faulty_calls {
  ingest_run r{events, {"--delay", "2"}};
  std::vector<std::filesystem::path> segments = segment_files(r.data_dir(), "tsv");
  std::vector<std::filesystem::path> indexes = segment_files(r.data_dir(), "idx");
  std::filesystem::path log = r.directory / "strace.log";

  finished_process run_with(const tampering& t, const std::vector<std::filesystem::path>& files) {
    return run_under(r, under_strace(t, files, log));
  }
};

/// How many syncs follow on the first one that failed, of the same file.
int syncs_after_a_failed_one(const std::string& log) {
  const auto failed = log.find("(INJECTED)");
  BOOST_TEST_REQUIRE(failed != std::string::npos);
  const auto begin = log.rfind('<', failed) + 1;
  const std::string path = log.substr(begin, log.find('>', begin) - begin);
  int found = 0;
  for (auto at = log.find("sync(", failed); at != std::string::npos; at = log.find("sync(", at + 1)) {
    found += log.substr(at, log.find('\n', at) - at).find("<" + path + ">") == std::string::npos ? 0 : 1;
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_whose_system_calls_fail, *boost::unit_test::precondition(strace_works))

BOOST_FIXTURE_TEST_CASE(ends_with_74_when_a_sync_fails_and_never_syncs_that_file_again, faulty_calls) {
  check_ended(run_with({"fdatasync", "error=EIO:when=7"}, segments), 74, "Input/output error");
  BOOST_TEST(syncs_after_a_failed_one(text_of(log)) == 0);
  check_ended(run_with({"fdatasync", "error=EIO:when=4"}, indexes), 74, "Input/output error");
  BOOST_TEST(syncs_after_a_failed_one(text_of(log)) == 0);
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(ends_with_74_when_the_disk_refuses_a_write_or_a_directory_is_not_synced, faulty_calls) {
  check_ended(run_with({"write", "error=EIO:when=9"}, segments), 74, "events_buffer.");
  check_ended(run_with({"write", "error=EIO:when=5"}, indexes), 74, "events_buffer.");
  check_ended(run_with({"fsync", "error=EIO:when=2"}, {r.data_dir()}), 74, "cannot sync");
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(ends_with_74_when_no_descriptor_is_left, faulty_calls) {
  check_ended(run_with({"openat", "error=EMFILE:when=3"}, segments), 74, "Too many open files");
  check_ended(run_with({"openat", "error=ENFILE:when=2"}, {r.data_dir() / "ingestion.state.tmp"}), 74,
              "ingestion.state.tmp");
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(goes_on_without_a_new_state_where_that_finds_no_space_and_keeps_the_old_one, faulty_calls) {
  const tampering full{"write", "error=ENOSPC:when=2..4"};
  auto p = run_with(full, {r.data_dir() / "ingestion.state.tmp"});
  check_ended(p, 0, "state_not_saved");
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(resumes_from_an_old_state_when_it_is_killed_while_no_new_one_finds_space, faulty_calls) {
  {
    child_process p = start_under(
        r, under_strace({"write", "error=ENOSPC:when=2+"}, {r.data_dir() / "ingestion.state.tmp"}), "run", {});
    p.wait_for_output("state_not_saved");
    p.signal(SIGKILL);
    p.wait();
  }
  check_state_is_whole(r);
  BOOST_TEST(text_in(r.state(), "status") == "running");
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(ends_with_74_when_not_even_the_first_state_finds_space, faulty_calls) {
  check_ended(run_with({"write", "error=ENOSPC:when=1"}, {r.data_dir() / "ingestion.state.tmp"}), 74,
              "No space left on device");
  BOOST_TEST(!std::filesystem::exists(r.data_dir() / "ingestion.state"));
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(repeats_what_signals_interrupt, faulty_calls) {
  auto files = segments;
  files.insert(files.end(), indexes.begin(), indexes.end());
  files.push_back(r.data_dir() / "ingestion.state.tmp");
  const auto p = run_with({"write,openat,pread64,ftruncate", "error=EINTR:when=1+3"}, files);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(text_of(log).find("EINTR (Interrupted system call) (INJECTED)") != std::string::npos);
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(repeats_what_signals_interrupt_on_the_network, faulty_calls) {
  const auto p = run_with({"recvfrom,sendto,?poll,ppoll", "error=EINTR:when=2+3"}, {});
  BOOST_TEST(p.exit_code == 0, p.err);
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_whose_disk_is_slow, *boost::unit_test::precondition(strace_works))

BOOST_AUTO_TEST_CASE(fetches_no_further_ahead_than_its_credit_and_needs_no_more_memory) {
  constexpr std::uint64_t credit = 1 << 20;
  const std::vector<std::string> flags{"--batch-size",    "1000", "--credit-bytes", std::to_string(credit),
                                       "--segment-bytes", "64MiB"};
  ingest_run quick(events);
  BOOST_TEST(quick.run("fetch", flags).exit_code == 0);
  const auto usual = count_in(quick.report(), "peak_memory_bytes");

  ingest_run r(events);
  auto files = segment_files(r.data_dir(), "tsv");
  child_process p = start_under(r, under_strace({"fdatasync", "delay_exit=1000000"}, files), "fetch", flags);
  std::uint64_t ahead = 0;
  await(p, [&] {
    const auto durable = r.in_state("rows_durable");  // first, so that nothing counts as ahead that came in between
    ahead = std::max(ahead, (r.counter("pages_served") - durable / 1'000));
    return !p.running();
  });
  BOOST_TEST(p.wait() == 0, p.err());
  // A page has less than 400 KB: three fit into the credit, one waits for credit, one is on its way. The state lags a
  // sync behind.
  BOOST_TEST(ahead <= 8u);
  BOOST_TEST(seconds_in(r.report(), "seconds.sync") > 4);
  BOOST_TEST(count_in(r.report(), "peak_memory_bytes") <= usual + usual / 4);
  check_completes(r, flags);
}

BOOST_AUTO_TEST_SUITE_END()

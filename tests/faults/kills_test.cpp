#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "buffer/disk_buffer.hpp"
#include "faults/faulty_run.hpp"
#include "faults/strace.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;
constexpr int killed = 128 + SIGKILL;

/// One life of the process after the other is killed at the nth of its calls on these files; then one completes.
struct kills {
  ingest_run r{events, {"--delay", "5"}};

  std::vector<std::filesystem::path> segments = segment_files(r.data_dir(), "tsv");
  std::vector<std::filesystem::path> indexes = segment_files(r.data_dir(), "idx");

  void kill(const std::string& calls, int nth, const std::vector<std::filesystem::path>& files) {
    BOOST_TEST_CONTEXT("killed at call " << nth << " of " << calls) {
      const auto p = run_under(r, under_strace(kill_at(calls, nth), files));
      BOOST_TEST(p.exit_code == killed, p.err);
      check_state_is_whole(r);
    }
  }

  std::filesystem::path newest_segment() const {
    std::filesystem::path newest;
    for (const auto& s : segments) {
      newest = std::filesystem::exists(s) ? s : newest;
    }
    return newest;
  }

  void tear_tail() const {
    for (const char* extension : {"tsv", "idx"}) {
      auto path = newest_segment();
      std::ofstream(path.replace_extension(extension), std::ios::app) << "an append that was interrupted";
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_killed_at_a_system_call, *boost::unit_test::precondition(strace_works))

BOOST_FIXTURE_TEST_CASE(that_writes_a_segment_resumes, kills) {
  for (const int nth : {1, 2, 7, 20, 40}) {
    kill("write", nth, segments);
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(that_writes_an_index_resumes, kills) {
  for (const int nth : {1, 2, 7, 20, 40}) {
    kill("write", nth, indexes);
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(that_syncs_a_segment_or_its_index_resumes, kills) {
  for (const int nth : {1, 2, 3, 6, 12}) {
    kill("fdatasync", nth, segments);
    kill("fdatasync", nth, indexes);
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(that_renames_the_state_leaves_the_old_state_or_the_new, kills) {
  for (const int nth : {1, 1, 2, 2}) {
    kill("?rename,?renameat,?renameat2", nth, {r.data_dir() / "ingestion.state.tmp"});
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(that_syncs_the_directory_resumes, kills) {
  for (const int nth : {1, 2, 3, 4, 7}) {
    kill("fsync", nth, {r.data_dir()});
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(that_deletes_a_segment_or_its_index_gets_over_it_in_the_next_life, kills) {
  for (const int nth : {1, 1, 2}) {
    kill("?unlink,?unlinkat", nth, segments);
    kill("?unlink,?unlinkat", nth, indexes);
  }
  check_completes(r);
  BOOST_TEST(newest_segment() == "");
}

BOOST_FIXTURE_TEST_CASE(of_recovery_five_times_over_recovers_the_sixth_time, kills) {
  kill("write", 30, segments);
  tear_tail();
  // In the order in which recovery makes them: the tail is cut, what is left is synced.
  kill("ftruncate", 1, {newest_segment().replace_extension("idx"), newest_segment()});
  kill("ftruncate", 2, {newest_segment().replace_extension("idx"), newest_segment()});
  kill("fdatasync", 1, {newest_segment()});
  tear_tail();
  kill("ftruncate", 1, {newest_segment()});
  kill("fdatasync", 1, {newest_segment().replace_extension("idx")});
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "faults/faulty_run.hpp"
#include "faults/strace.hpp"
#include "faults/traced_disk.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;

/// A run is killed at the nth of its calls, and the power fails in the same moment: what it had not synced is gone.
struct power_losses {
  ingest_run r{events, {"--delay", "5"}};

  traced_disk::loss lose_power_at(const std::string& calls, int nth) {
    auto files = segment_files(r.data_dir(), "tsv");
    const auto indexes = segment_files(r.data_dir(), "idx");
    files.insert(files.end(), indexes.begin(), indexes.end());
    for (const char* other : {"ingestion.state", "ingestion.state.tmp", ""}) {
      files.push_back(*other == '\0' ? r.data_dir() : r.data_dir() / other);
    }
    const auto log = r.directory / "strace.log";
    const auto p = run_under(r, under_strace(kill_at(calls, nth), files, log));
    BOOST_TEST(p.exit_code == 128 + SIGKILL, p.err);
    const auto lost = traced_disk(log).lose_power();
    check_state_is_whole(r);
    return lost;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_power_loss, *boost::unit_test::precondition(strace_works))

BOOST_FIXTURE_TEST_CASE(that_takes_unsynced_writes_is_made_up_for_by_fetching_again, power_losses) {
  std::uint64_t lost = 0;
  for (const int nth : {2, 5, 9, 14}) {
    lost += lose_power_at("fdatasync", nth).bytes;
  }
  for (const int nth : {6, 21}) {
    lost += lose_power_at("write", nth).bytes;
  }
  BOOST_TEST(lost > 0u);
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(that_takes_files_whose_directory_was_not_synced_is_made_up_for_too, power_losses) {
  int lost = 0;
  for (const int nth : {1, 2, 3, 5}) {
    lost += lose_power_at("fsync", nth).files;
  }
  BOOST_TEST(lost > 0);
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(between_the_renaming_of_the_state_and_its_directorys_sync_leaves_a_whole_state, power_losses) {
  for (int life = 0; life < 3; ++life) {
    // The first sync of the directory in a life is the state's; check_state_is_whole() looks at what is left.
    lose_power_at("fsync", 2);
    lose_power_at("?rename,?renameat,?renameat2", 1);
  }
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_disk, *boost::unit_test::precondition(strace_works))

BOOST_FIXTURE_TEST_CASE(that_has_grown_the_newest_segment_but_not_written_it_leaves_zeros_that_are_cut_off,
                        power_losses) {
  lose_power_at("write", 25);
  std::filesystem::path newest;
  for (const auto& s : segment_files(r.data_dir(), "tsv")) {
    newest = std::filesystem::exists(s) ? s : newest;
  }
  for (const char* extension : {"tsv", "idx"}) {
    newest.replace_extension(extension);
    std::filesystem::resize_file(newest, std::filesystem::file_size(newest) + 4'096);
  }
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

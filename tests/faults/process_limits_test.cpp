#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "faults/faulty_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 20'000;

struct limited_run {
  ingest_run r{events};
};

int mode_of(const std::filesystem::path& path) {
  struct stat s {};
  BOOST_TEST_REQUIRE(::lstat(path.c_str(), &s) == 0, path.string());
  return static_cast<int>(s.st_mode & 0777);
}

/// UndefinedBehaviorSanitizer asks by way of a pipe whether an object's memory can be read, and where it gets no
/// descriptors for one it takes every object for a wrong one.
boost::test_tools::assertion_result nothing_else_needs_descriptors(boost::unit_test::test_unit_id) {
#ifdef __SANITIZE_ADDRESS__
  boost::test_tools::assertion_result no(false);
  no.message() << "the sanitizer itself needs descriptors";
  return no;
#else
  return true;
#endif
}

/// The limit does not bind root, and counts the threads of all processes of the user.
boost::test_tools::assertion_result may_become_somebody_else(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result able(::geteuid() == 0);
  able.message() << "it has to become another user, which root may";
  return able;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_process_within_limits)

BOOST_FIXTURE_TEST_CASE(ends_with_74_when_a_file_may_grow_no_further, limited_run) {
  for (const char* limit : {"--fsize=400000", "--fsize=60000"}) {
    check_ended(run_under(r, {"prlimit", limit}), 74, "File too large");
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(never_crashes_however_few_descriptors_it_may_have, limited_run,
                        *boost::unit_test::precondition(nothing_else_needs_descriptors)) {
  const std::vector<std::string> impatient{"--retry-deadline-ms", "300", "--database-deadline-ms", "300",
                                           "--max-restarts",      "1"};
  bool short_of_them = false;
  for (int limit = 8; limit <= 26; limit += 2) {
    const auto p = run_under(r, {"prlimit", "--nofile=" + std::to_string(limit)}, "run", impatient);
    const bool defined = p.exit_code == 0 || p.exit_code == 69 || p.exit_code == 70 || p.exit_code == 74;
    BOOST_TEST(defined, limit << " descriptors: " << p.exit_code << ' ' << p.err);
    short_of_them = short_of_them || p.err.find("Too many open files") != std::string::npos;
  }
  BOOST_TEST(short_of_them);
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(ends_with_69_where_it_gets_too_few_threads_or_goes_on,
                     *boost::unit_test::precondition(may_become_somebody_else)) {
  const scratch_dir directory;
  const auto copy = directory / "ingest";
  const auto in = directory / "in.ndjson";
  put_text(in, "{\"id\":1}\n");
  std::filesystem::copy_file(program("ingest"), copy);
  for (const auto& path : {directory.path(), in, copy}) {
    BOOST_REQUIRE(::chmod(path.c_str(), 0755) == 0);
  }
  bool short_of_them = false;
  for (int limit = 2; limit <= 18; limit += 2) {
    child_process p({"setpriv", "--reuid=64999", "--regid=64999", "--clear-groups", "prlimit",
                     "--nproc=" + std::to_string(limit), "timeout", "30", "env", "ASAN_OPTIONS=detect_leaks=0",
                     copy.string(), "run", "--from", "file:" + in.string(), "--to", "stdout"});  // that needs a thread
    const int code = p.wait();
    BOOST_TEST((code == 0 || code == 69), limit << " threads: " << code << ' ' << p.err());
    short_of_them = short_of_them || code == 69;
  }
  BOOST_TEST(short_of_them);
}

BOOST_FIXTURE_TEST_CASE(stops_though_nobody_reads_its_standard_error, limited_run) {
  // The pipe is full from the beginning; its other end is open, and nobody reads from it.
  r.started_by = {"bash", "-c", "mkfifo full; exec 3<>full; timeout 1 cat /dev/zero >&3; exec \"$@\" 2>&3", "bash"};
  child_process p = r.start("run", {"--log-level", "debug"});
  await(p, [&] { return r.pages_in_ledger() >= 1; });
  p.signal(SIGTERM);
  const int code = p.wait();
  BOOST_TEST((code == 0 || code == 128 + SIGTERM), code);
  r.started_by.clear();
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(completes_writes_that_end_half_way, limited_run) {
  const auto p = run_under(r, {"env", "LD_PRELOAD=" INGEST_SHORT_WRITES, "ASAN_OPTIONS=verify_asan_link_order=0"},
                           "run", {"--keep-segments"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(p.err.find("short writes: ") != std::string::npos, p.err);
  BOOST_TEST(p.err.find("short writes: 0") == std::string::npos, p.err);
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(keeps_its_files_private_whatever_the_umask) {
  ingest_run r(5'000, {"--nul", "1"});
  const auto p = run_under(r, {"sh", "-c", "umask 000; exec \"$0\" \"$@\""}, "run", {"--keep-segments"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(mode_of(r.data_dir()) == 0700);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(r.directory.path())) {
    if (entry.is_regular_file()) {
      BOOST_TEST(mode_of(entry.path()) == 0600, entry.path().string());
      ++files;
    }
  }
  BOOST_TEST(files >= 5);
  BOOST_TEST(std::filesystem::exists(r.data_dir() / "events_rejected.ndjson"));
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_SUITE_END()

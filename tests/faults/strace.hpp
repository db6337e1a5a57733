#pragma once

#include <boost/test/tree/decorator.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace ingest::testing {

/// Makes system calls of a traced bin/ingest fail, stall or kill it.
struct tampering {
  std::string calls;   ///< names, as strace knows them: "fdatasync" or "unlink,unlinkat"
  std::string effect;  ///< what `strace -e inject=` does to them: "error=EIO:when=3"; calls are counted per thread
};

/// Dies with SIGKILL when a thread enters the nth of these calls, before anything of it happens.
tampering kill_at(const std::string& calls, int nth);

/// The command line that starts a program under strace: put before the program's own. The process that is started
/// becomes the program itself; strace is its grandchild, and ends when it does.
///
/// Only calls on `files` (by their path, or a descriptor of it) are tampered with, and written to `log`; all calls
/// where `files` is empty.
std::vector<std::string> under_strace(const tampering& t, const std::vector<std::filesystem::path>& files,
                                      const std::filesystem::path& log = "/dev/null");

/// The files of the buffer in DATA_DIR that a test's run can have: "tsv", "idx".
std::vector<std::filesystem::path> segment_files(const std::filesystem::path& data_dir, const std::string& extension);

/// For the suites of an executable that is nothing without strace: skips them, and says so, where processes cannot be
/// traced.
boost::test_tools::assertion_result strace_works(boost::unit_test::test_unit_id);

}  // namespace ingest::testing

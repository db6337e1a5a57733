#include "faults/strace.hpp"

#include "buffer/disk_buffer.hpp"
#include "faults/requirement.hpp"
#include "support/child_process.hpp"

namespace ingest::testing {

namespace {

constexpr std::uint64_t most_segments = 40;

bool can_trace() {
  try {
    return run_process({"strace", "-D", "-f", "-qq", "-o", "/dev/null", "true"}).exit_code == 0;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

tampering kill_at(const std::string& calls, int nth) {
  return {calls, "signal=SIGKILL:when=" + std::to_string(nth)};
}

std::vector<std::string> under_strace(const tampering& t, const std::vector<std::filesystem::path>& files,
                                      const std::filesystem::path& log) {
  // -y: descriptors are written with the path behind them.
  std::vector<std::string> command{"strace", "-D", "-f", "-qq", "-y", "-s", "0", "-o", log.string(),
                                   // LeakSanitizer cannot look for leaks in a process that is traced.
                                   "-E", "ASAN_OPTIONS=detect_leaks=0"};
  for (const auto& file : files) {
    command.insert(command.end(), {"-P", file.string()});
  }
  command.insert(command.end(), {"-e", "trace=write,fdatasync,fsync,?rename,?renameat,openat," + t.calls});
  command.insert(command.end(), {"-e", "inject=" + t.calls + ":" + t.effect});
  return command;
}

std::vector<std::filesystem::path> segment_files(const std::filesystem::path& data_dir, const std::string& extension) {
  std::vector<std::filesystem::path> files;
  for (std::uint64_t n = 1; n <= most_segments; ++n) {
    files.push_back(data_dir / (extension == "tsv" ? segment_file_name(n) : index_file_name(n)));
  }
  return files;
}

boost::test_tools::assertion_result strace_works(boost::unit_test::test_unit_id) {
  static const bool works = can_trace();
  return requirement(works, "strace is not installed, or may not trace here");
}

}  // namespace ingest::testing

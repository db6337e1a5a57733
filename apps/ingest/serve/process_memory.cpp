#include "serve/process_memory.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace ingest::app {

std::uint64_t memory_of(pid_t pid) {
  const std::string of_process = "/proc/" + std::to_string(pid);
  std::ifstream lines(of_process + "/smaps_rollup");
  std::uint64_t kib = 0;
  bool is_told = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Pss:") || line.starts_with("SwapPss:")) {
      kib += std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10);
      is_told = true;
    }
  }
  if (is_told) {
    return kib * 1024;
  }
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  std::ifstream(of_process + "/statm") >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace ingest::app

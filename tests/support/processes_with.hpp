#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace ingest::testing {

/// All processes but this one that have `entry` in the environment that they were started with: "NAME=what it begins
/// with".
inline std::set<pid_t> processes_with(const std::string& entry) {
  std::set<pid_t> found;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    const std::string name = process.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos || std::stoi(name) == ::getpid()) {
      continue;
    }
    std::ostringstream environment;
    environment << std::ifstream(process.path() / "environ", std::ios::binary).rdbuf();
    if (environment.str().find(entry) != std::string::npos) {
      found.insert(std::stoi(name));
    }
  }
  return found;
}

}  // namespace ingest::testing

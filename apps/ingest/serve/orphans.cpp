#include "serve/orphans.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace ingest::app {

namespace {

std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code problem;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", problem)) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) {
      found.push_back(child);
    }
  }
  return found;
}

bool has_variable(pid_t pid, const std::string& variable) {
  std::ostringstream text;
  text << std::ifstream("/proc/" + std::to_string(pid) + "/environ", std::ios::binary).rdbuf();
  const std::string environment = '\0' + text.str() + '\0';
  return environment.find('\0' + variable + '\0') != std::string::npos;
}

}  // namespace

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void reap_orphans(const std::set<pid_t>& known) {
  for (const pid_t pid : children()) {
    if (!known.contains(pid)) {
      ::waitpid(pid, nullptr, WNOHANG);
    }
  }
}

void kill_orphans(const std::string& variable, const std::set<pid_t>& known) {
  constexpr int deepest = 20;
  bool any = true;
  for (int i = 0; any && i < deepest; ++i) {
    any = false;
    for (const pid_t pid : children()) {
      if (!known.contains(pid) && has_variable(pid, variable)) {
        any = true;
        if (::getpgid(pid) == pid) {
          ::kill(-pid, SIGKILL);
        }
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
      }
    }
  }
}

}  // namespace ingest::app

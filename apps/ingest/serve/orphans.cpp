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

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  std::error_code problem;
  const std::string tasks = "/proc/" + std::to_string(parent) + "/task";
  std::filesystem::directory_iterator task(tasks, problem);
  for (; !problem && task != std::filesystem::directory_iterator(); task.increment(problem)) {
    std::ifstream list(task->path() / "children");
    for (pid_t child = 0; list >> child;) {
      found.push_back(child);
    }
  }
  return found;
}

std::vector<pid_t> children() {
  return children_of(::getpid());
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

std::vector<pid_t> family_of(pid_t child, const std::string& variable, const std::set<pid_t>& known) {
  std::vector<pid_t> family{child};
  for (const pid_t pid : children()) {
    if (!known.contains(pid) && has_variable(pid, variable)) {
      family.push_back(pid);
    }
  }
  constexpr std::size_t most = 10'000;  // while it is looked at, it may grow
  for (std::size_t i = 0; i < family.size() && family.size() < most; ++i) {
    const std::vector<pid_t> next = children_of(family[i]);
    family.insert(family.end(), next.begin(), next.end());
  }
  return family;
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

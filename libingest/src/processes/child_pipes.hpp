#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ingest::processes {

/// A running program, the leader of a process group of its own, and our ends of its pipes, which do not block.
struct child_pipes {
  pid_t pid = -1;
  int out = -1;  ///< its standard output
  int err = -1;  ///< its standard error
};

/// What a child finds beside its words.
struct child_surroundings {
  std::optional<std::vector<std::string>> environment = {};  ///< "NAME=value"; none: ours
  std::filesystem::path directory = {};                      ///< empty: ours
  int handed = -1;                                           ///< a descriptor of ours that it has as number 3
};

/// Starts a program, which is searched in PATH if it holds no slash, without a shell: standard input is empty, signals
/// are as a fresh process has them, and no other descriptor is handed on. The caller closes the pipes and awaits the
/// end. Throws errc::config where there is no such program or it must not be run.
child_pipes start_child(const std::vector<std::string>& words, const child_surroundings& in = {});

/// How a child has ended: its exit status, or the signal that has ended it.
struct child_end {
  int exit_code = 0;
  int signal = 0;

  bool in_order() const { return exit_code == 0 && signal == 0; }
};
std::string to_string(const child_end& end);

/// How it has ended, if it has; it is then gone. Never blocks.
std::optional<child_end> reap_child(pid_t pid);

/// Whether it has ended; it stays to be reaped, so that its number is nobody else's.
bool child_has_ended(pid_t pid);

}  // namespace ingest::processes

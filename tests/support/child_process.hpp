#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ingest::testing {

/// A program that a test runs beside itself. It dies with this object, and with the test's thread should that die
/// first (PR_SET_PDEATHSIG), so that no test leaves a process behind.
///
/// Its stdout and stderr go to memory files, which never fill up as pipes do and can be read while it runs.
class child_process {
 public:
  struct options {
    /// The whole environment of the child, except that PATH, HOME, TMPDIR, LANG and the sanitizers' options are handed
    /// on unless they are named here: a test does not depend on what the caller's shell happens to export.
    std::map<std::string, std::string> environment = {};
    std::filesystem::path working_directory = {};  ///< empty: the test's own
  };

  /// Starts `arguments.front()`, which is searched in PATH if it holds no slash. Throws std::runtime_error if it cannot
  /// be executed.
  explicit child_process(const std::vector<std::string>& arguments) : child_process(arguments, options()) {}
  child_process(const std::vector<std::string>& arguments, const options& o);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  pid_t pid() const { return pid_; }

  /// Sends a signal. Nothing happens once the child was found to have ended.
  void signal(int number);

  bool running();

  /// Waits for the end and returns the exit code, or 128 + n for a death by signal n. Throws std::runtime_error, with
  /// what the child wrote to stderr, when `deadline` passes before; the child then still runs.
  int wait(std::chrono::milliseconds deadline = std::chrono::seconds(30));

  /// Waits until stdout or stderr contains `text`. Throws std::runtime_error, with all the output, when the child ends
  /// or `deadline` passes before.
  void wait_for_output(const std::string& text, std::chrono::milliseconds deadline = std::chrono::seconds(30));

  /// What was written so far.
  std::string out() const;
  std::string err() const;

 private:
  bool reap();

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  bool ended_ = false;
  int exit_code_ = 0;
};

/// What a finished program has left.
struct finished_process {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Runs a program to its end.
finished_process run_process(const std::vector<std::string>& arguments, const child_process::options& o = {},
                             std::chrono::milliseconds deadline = std::chrono::seconds(30));

/// The path of one of the project's own programs: "ingest" or "demo_api".
std::string program(const std::string& name);

}  // namespace ingest::testing

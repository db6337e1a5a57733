#include "support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "support/passed_order.hpp"

namespace ingest::testing {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto poll_interval = std::chrono::milliseconds(2);

std::runtime_error failure(const std::string& what) {
  return std::runtime_error(what + ": " + std::strerror(errno));
}

int new_memory_file(const char* name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  // Appending, so that a child whose descendants share the descriptor overwrites nothing.
  if (fd < 0 || ::fcntl(fd, F_SETFL, O_APPEND) < 0) {
    throw failure("memory file");
  }
  return fd;
}

std::string contents(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    throw failure("fstat");
  }
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  const auto got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

std::vector<std::string> environment_of(const child_process::options& o) {
  auto all = o.environment;
  for (const char* name : {"PATH", "HOME", "TMPDIR", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                           "LSAN_OPTIONS", "LD_LIBRARY_PATH"}) {
    if (const char* value = std::getenv(name)) {
      all.emplace(name, value);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) {
    lines.push_back(name + "=" + value);
  }
  return lines;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (const auto& s : strings) {
    all.push_back(const_cast<char*>(s.c_str()));
  }
  all.push_back(nullptr);
  return all;
}

/// Between fork and exec: only what is safe in the child of a process with threads.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* directory, pid_t parent, int out,
                         int err, int failed) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int in = ::open("/dev/null", O_RDONLY);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent && in >= 0 && ::dup2(in, 0) == 0 &&
      ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2 && (*directory == '\0' || ::chdir(directory) == 0)) {
    ::execvpe(arguments[0], arguments, environment);
  }
  const int reason = errno;
  [[maybe_unused]] const auto written = ::write(failed, &reason, sizeof reason);
  ::_exit(127);
}

}  // namespace

child_process::child_process(const std::vector<std::string>& arguments, const options& o) {
  const auto environment = environment_of(o);
  const auto argument_pointers = pointers(arguments);
  const auto environment_pointers = pointers(environment);
  const std::string directory = o.working_directory.string();
  int failed[2];
  if (::pipe2(failed, O_CLOEXEC) != 0) {
    throw failure("pipe");
  }
  out_fd_ = new_memory_file("stdout");
  err_fd_ = new_memory_file("stderr");
  const pid_t parent = ::getpid();
  pass_order_on();
  pid_ = ::fork();
  if (pid_ == 0) {
    become(argument_pointers.data(), environment_pointers.data(), directory.c_str(), parent, out_fd_, err_fd_,
           failed[1]);
  }
  ::close(failed[1]);
  int reason = 0;
  const auto got = pid_ < 0 ? 0 : ::read(failed[0], &reason, sizeof reason);
  ::close(failed[0]);
  if (pid_ < 0 || got == sizeof reason) {
    if (pid_ > 0) {
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(out_fd_);
    ::close(err_fd_);
    throw std::runtime_error("cannot run " + arguments.front() + ": " + std::strerror(pid_ < 0 ? errno : reason));
  }
}

child_process::~child_process() {
  if (!reap()) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  ::close(out_fd_);
  ::close(err_fd_);
}

void child_process::signal(int number) {
  if (!reap()) {
    ::kill(pid_, number);
  }
}

bool child_process::running() {
  return !reap();
}

bool child_process::reap() {
  pass_order_on();
  if (ended_) {
    return true;
  }
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) {
    return false;
  }
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

int child_process::wait(std::chrono::milliseconds deadline) {
  const auto end = clock::now() + deadline;
  while (!reap()) {
    if (clock::now() > end) {
      throw std::runtime_error("the program did not end in time; its stderr:\n" + err());
    }
    std::this_thread::sleep_for(poll_interval);
  }
  return exit_code_;
}

void child_process::wait_for_output(const std::string& text, std::chrono::milliseconds deadline) {
  const auto end = clock::now() + deadline;
  for (;;) {
    const bool ended = reap();  // asked before looking, so that the last words are not missed
    if (out().find(text) != std::string::npos || err().find(text) != std::string::npos) {
      return;
    }
    if (ended || clock::now() > end) {
      throw std::runtime_error("the program " + std::string(ended ? "ended" : "went on") + " without writing \"" +
                               text + "\"; its stdout:\n" + out() + "\nits stderr:\n" + err());
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

std::string child_process::out() const {
  return contents(out_fd_);
}

std::string child_process::err() const {
  return contents(err_fd_);
}

finished_process run_process(const std::vector<std::string>& arguments, const child_process::options& o,
                             std::chrono::milliseconds deadline) {
  child_process child(arguments, o);
  const int code = child.wait(deadline);
  return {code, child.out(), child.err()};
}

std::string program(const std::string& name) {
  return std::string(INGEST_BIN_DIR) + "/" + name;
}

}  // namespace ingest::testing

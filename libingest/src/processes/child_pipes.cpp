#include "processes/child_pipes.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/descriptor.hpp"
#include "ingest/error.hpp"

namespace ingest::processes {

namespace {

struct pipe_ends {
  detail::descriptor read;
  detail::descriptor write;
};

pipe_ends make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw error(errc::io, std::string("cannot make a pipe: ") + std::strerror(errno), true);
  }
  return {detail::descriptor(ends[0]), detail::descriptor(ends[1])};
}

/// What a child finds in place of what we have.
class spawn_plan {
 public:
  spawn_plan(int out, int err, const child_surroundings& in) {
    ::posix_spawn_file_actions_init(&actions_);
    if (!in.directory.empty()) {
      ::posix_spawn_file_actions_addchdir_np(&actions_, in.directory.c_str());
    }
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    if (in.handed >= 0) {
      ::posix_spawn_file_actions_adddup2(&actions_, in.handed, STDERR_FILENO + 1);
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + (in.handed >= 0 ? 2 : 1));
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~spawn_plan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// An error number, or 0.
  int start(pid_t& pid, char* const* arguments, char* const* environment) const {
    return ::posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments, environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));  // which posix_spawn does not change
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

child_pipes start_child(const std::vector<std::string>& words, const child_surroundings& in) {
  pipe_ends out = make_pipe();
  pipe_ends err = make_pipe();
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> environment = in.environment ? pointers_to(*in.environment) : std::vector<char*>();
  child_pipes child;
  if (const int problem = spawn_plan(out.write.fd(), err.write.fd(), in)
                              .start(child.pid, arguments.data(), in.environment ? environment.data() : ::environ)) {
    const bool may_pass = problem == EAGAIN || problem == ENOMEM;
    throw error(may_pass ? errc::unavailable : errc::config,
                "cannot run " + words.front() + ": " + std::strerror(problem));
  }
  for (const int fd : {out.read.fd(), err.read.fd()}) {
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  child.out = out.read.release();
  child.err = err.read.release();
  return child;
}

std::string to_string(const child_end& end) {
  if (end.signal != 0) {
    return "was ended by signal " + std::to_string(end.signal) + " (" + ::strsignal(end.signal) + ")";
  }
  return "has ended with exit code " + std::to_string(end.exit_code);
}

std::optional<child_end> reap_child(pid_t pid) {
  int status = 0;
  const pid_t reaped = ::waitpid(pid, &status, WNOHANG);
  if (reaped == 0 || (reaped < 0 && errno == EINTR)) {
    return std::nullopt;
  }
  if (reaped < 0) {
    throw error(errc::internal,
                std::string("the end of a process that was started cannot be found out: ") + std::strerror(errno));
  }
  return WIFSIGNALED(status) ? child_end{0, WTERMSIG(status)} : child_end{WEXITSTATUS(status), 0};
}

bool child_has_ended(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

}  // namespace ingest::processes

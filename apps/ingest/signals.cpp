#include "signals.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest::app {

namespace {

/// The signal that has come; 0: none yet. A process has several watchers, one after the other, and what one has heard
/// when its work was done must end what follows.
std::atomic<int> heard{0};

int new_signal_fd() {
  sigset_t watched;
  ::sigemptyset(&watched);
  ::sigaddset(&watched, SIGINT);
  ::sigaddset(&watched, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &watched, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is an error of that write, with a message
  const int fd = ::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) {
    throw error(errc::io, std::string("cannot watch for signals: ") + std::strerror(errno));
  }
  return fd;
}

}  // namespace

signal_watcher::signal_watcher(std::function<void(int)> on_first)
    : on_first_(std::move(on_first)),
      fd_(new_signal_fd()),
      thread_([this](std::stop_token stop) { watch(std::move(stop)); }) {}

signal_watcher::~signal_watcher() {
  thread_.request_stop();
  thread_.join();
  ::close(fd_);
}

void signal_watcher::watch(std::stop_token stop) {
  const stop_event stopped(stop);
  bool first = heard == 0;
  if (!first) {
    on_first_(heard);
  }
  while (!stop.stop_requested()) {
    pollfd ready[] = {{fd_, POLLIN, 0}, {stopped.fd(), POLLIN, 0}};
    signalfd_siginfo info{};
    if (::poll(ready, 2, -1) <= 0 || ::read(fd_, &info, sizeof info) != sizeof info) {
      continue;
    }
    const int number = static_cast<int>(info.ssi_signo);
    if (!first) {
      ::_exit(128 + number);
    }
    first = false;
    heard = number;
    on_first_(number);
  }
}

}  // namespace ingest::app

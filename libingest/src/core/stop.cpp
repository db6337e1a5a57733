#include "ingest/stop.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>

namespace ingest {

namespace {

int new_event_fd() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) {
    throw error(errc::io, std::string("cannot create an event descriptor: ") + std::strerror(errno));
  }
  return fd;
}

}  // namespace

bool wait_for(std::chrono::milliseconds duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) {
    throw error(errc::cancelled, "stop requested");
  }
}

void stop_event::signaller::operator()() const noexcept {
  const std::uint64_t one = 1;
  // Cannot fail in a way that matters: a full counter is readable as well.
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
}

stop_event::descriptor::~descriptor() {
  ::close(fd);
}

stop_event::stop_event(std::stop_token stop)
    : descriptor_{new_event_fd()}, callback_(std::move(stop), signaller{descriptor_.fd}) {}

}  // namespace ingest

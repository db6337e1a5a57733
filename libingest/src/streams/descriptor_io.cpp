#include "streams/descriptor_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include "core/descriptor.hpp"
#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest::detail {

namespace {

[[noreturn]] void fail(const char* doing, const std::string& name, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  throw error(full ? errc::no_space : errc::io,
              std::string("cannot ") + doing + " " + name + ": " + std::strerror(number));
}

/// Waits until `fd` is ready for `events`. A regular file always is.
void wait_until_ready(int fd, short events, const std::string& name, const std::stop_token& stop) {
  pollfd ready{fd, events, 0};
  if (::poll(&ready, 1, 0) > 0) {
    return;
  }
  std::optional<stop_event> stopped;
  if (stop.stop_possible()) {
    stopped.emplace(stop);
  }
  pollfd waiting[2] = {{fd, events, 0}, {stopped ? stopped->fd() : -1, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0) {
    if (errno != EINTR) {
      fail("wait for", name, errno);
    }
  }
  throw_if_stopped(stop);
}

}  // namespace

std::size_t read_some(int fd, char* to, std::size_t size, const std::string& name, const std::stop_token& stop) {
  for (;;) {
    throw_if_stopped(stop);
    wait_until_ready(fd, POLLIN, name, stop);
    const ssize_t n = ::read(fd, to, size);
    if (n >= 0) {
      return static_cast<std::size_t>(n);
    }
    if (errno != EINTR && errno != EAGAIN) {
      fail("read", name, errno);
    }
  }
}

std::size_t read_file(int fd, char* to, std::size_t size, const std::string& name, const std::stop_token& stop) {
  for (;;) {
    throw_if_stopped(stop);
    const ssize_t n = ::read(fd, to, size);
    if (n >= 0) {
      return static_cast<std::size_t>(n);
    }
    if (errno != EINTR) {
      fail("read", name, errno);
    }
  }
}

void write_all(int fd, std::string_view bytes, const std::string& name, const std::stop_token& stop) {
  // A pipe that is ready takes PIPE_BUF bytes at once; a larger write might block, deaf to a stop.
  // To files, pieces that stay in the processor's cache are the fastest.
  const std::size_t most = is_regular_file(fd) ? 64 << 10 : PIPE_BUF;
  while (!bytes.empty()) {
    throw_if_stopped(stop);
    wait_until_ready(fd, POLLOUT, name, stop);
    const ssize_t n = ::write(fd, bytes.data(), std::min(bytes.size(), most));
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
      fail("write to", name, errno);
    }
    bytes.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
  }
}

bool is_regular_file(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

int open_for_reading(const std::string& path) {
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang.
  descriptor d(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (d.fd() < 0 || ::fstat(d.fd(), &status) != 0) {
    const int number = errno;
    const bool ours = number == ENOENT || number == EACCES || number == ENOTDIR || number == ELOOP;
    throw error(ours ? errc::config : errc::io, "cannot open " + path + ": " + std::strerror(number));
  }
  if (S_ISDIR(status.st_mode)) {
    throw error(errc::config, "cannot read " + path + ": it is a directory; name a file in it");
  }
  return d.release();
}

}  // namespace ingest::detail

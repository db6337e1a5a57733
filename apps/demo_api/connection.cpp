#include "demo_api/connection.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace demo_api {
namespace {

using namespace std::chrono_literals;

// A client that neither reads nor writes within this time is given up.
constexpr auto patience = 120s;
constexpr std::size_t held_back_limit = 4096;

thread_local connection* current_connection = nullptr;

}  // namespace

connection::connection(int socket, int stop_fd) : socket_(socket), stop_fd_(stop_fd) {
  current_connection = this;
}

connection::~connection() {
  current_connection = nullptr;
  ::close(socket_);
}

connection& connection::current() {
  return *current_connection;
}

bool connection::wait_until(short events, std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    std::array<pollfd, 2> fds = {{{stop_fd_, POLLIN, 0}, {socket_, events, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    return ready > 0 && fds[0].revents == 0;
  }
}

bool connection::wait_for_request(std::chrono::milliseconds idle) {
  return received_begin_ != received_end_ || wait_until(POLLIN, idle);
}

void connection::pause(std::chrono::milliseconds duration) {
  if (duration > 0ms) {
    pollfd stop = {stop_fd_, POLLIN, 0};
    ::poll(&stop, 1, static_cast<int>(duration.count()));
  }
}

void connection::reset_when_done() {
  const linger at_once = {1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  closing_ = true;
}

void connection::fall_silent() {
  broken_ = true;
  held_back_.clear();
}

bool connection::is_readable() const {
  return received_begin_ != received_end_ || wait_until(POLLIN, 0ms);
}

ssize_t connection::read(char* out, size_t size) {
  if (received_begin_ == received_end_) {
    if (!flush()) {
      return -1;
    }
    while (true) {
      const ssize_t n = ::recv(socket_, received_.data(), received_.size(), MSG_DONTWAIT);
      if (n > 0) {
        received_begin_ = 0;
        received_end_ = static_cast<std::size_t>(n);
        break;
      }
      if (n == 0 || (errno != EAGAIN && errno != EINTR) || !wait_until(POLLIN, patience)) {
        return n == 0 ? 0 : -1;
      }
    }
  }
  const std::size_t count = std::min(size, received_end_ - received_begin_);
  std::memcpy(out, received_.data() + received_begin_, count);
  received_begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t connection::write(const char* bytes, size_t size) {
  if (broken_) {
    return -1;
  }
  if (held_back_.size() + size <= held_back_limit) {
    held_back_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  const bool sent = send_all(held_back_.data(), held_back_.size(), bytes, size);
  held_back_.clear();
  return sent ? static_cast<ssize_t>(size) : -1;
}

bool connection::flush() {
  const bool sent = send_all(held_back_.data(), held_back_.size(), nullptr, 0);
  held_back_.clear();
  return sent;
}

bool connection::send_all(const char* first, std::size_t first_size, const char* second, std::size_t second_size) {
  std::size_t sent = 0;
  const std::size_t total = first_size + second_size;
  while (!broken_ && sent < total) {
    const std::size_t first_done = std::min(sent, first_size);
    const std::size_t second_done = sent - first_done;
    std::array<iovec, 2> parts = {{{const_cast<char*>(first) + first_done, first_size - first_done},
                                   {const_cast<char*>(second) + second_done, second_size - second_done}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t n = ::sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno != EINTR && (errno != EAGAIN || !wait_until(POLLOUT, patience))) {
      broken_ = true;
    }
  }
  return !broken_;
}

void connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace demo_api

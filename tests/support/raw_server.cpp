#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace ingest::testing {

namespace {

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

constexpr int tick_ms = 20;

}  // namespace

bool raw_server::connection::read_request() {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    pollfd readable{fd_, POLLIN, 0};
    while (::poll(&readable, 1, tick_ms) == 0) {
      if (stopping_) {
        return false;
      }
    }
    char c = 0;
    if (::recv(fd_, &c, 1, 0) != 1) {
      return false;
    }
    head.push_back(c);
  }
  return true;
}

bool raw_server::connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd writable{fd_, POLLOUT, 0};
    while (::poll(&writable, 1, tick_ms) == 0) {
      if (stopping_) {
        return false;
      }
    }
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool raw_server::connection::pause(std::chrono::milliseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (!stopping_ && std::chrono::steady_clock::now() < end) {
    ::poll(nullptr, 0, tick_ms);
  }
  return !stopping_;
}

raw_server::raw_server(script s) : script_(std::move(s)), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  require(fd_ >= 0, "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
  require(::listen(fd_, 16) == 0, "listen");
  socklen_t size = sizeof address;
  require(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

raw_server::~raw_server() {
  stopping_ = true;
  thread_.join();
  ::close(fd_);
}

std::string raw_server::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void raw_server::serve() {
  while (!stopping_) {
    pollfd incoming{fd_, POLLIN, 0};
    if (::poll(&incoming, 1, tick_ms) <= 0) {
      continue;
    }
    const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      continue;
    }
    ++connections_;
    connection c(client, stopping_);
    script_(c);
    ::close(client);
  }
}

}  // namespace ingest::testing

#include "demo_api/http_listener.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace demo_api {
namespace {

constexpr auto idle_limit = std::chrono::minutes(5);

/// A socket that listens there; -1, with errno, if that is not possible.
int listen_at(const addrinfo& address) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd, address.ai_addr, address.ai_addrlen) != 0 || ::listen(fd, SOMAXCONN) != 0) {
    const int reason = errno;
    ::close(fd);
    errno = reason;
    return -1;
  }
  return fd;
}

int port_of(int socket) {
  sockaddr_in6 address{};  // the port is at the same place in an IPv4 address
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin6_port);
}

}  // namespace

http_listener::~http_listener() {
  stop();
}

int http_listener::start(const std::string& host, int port, std::size_t threads) {
  stop_fd_ = ::eventfd(0, EFD_CLOEXEC);
  if (stop_fd_ < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  listening_ = failure == 0 ? listen_at(*found) : -1;
  if (listening_ < 0) {
    throw std::runtime_error("cannot listen on " + host + ": " +
                             (failure == 0 ? std::strerror(errno) : ::gai_strerror(failure)) +
                             "; choose another --port or --host");
  }
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { serve_connections(); });
  }
  return port_of(listening_);
}

void http_listener::stop() {
  if (stop_fd_ < 0) {
    return;
  }
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_fd_, &one, sizeof one));
  for (auto& thread : threads_) {
    thread.join();
  }
  threads_.clear();
  ::close(listening_);
  ::close(stop_fd_);
  listening_ = stop_fd_ = -1;
}

void http_listener::serve_connections() {
  while (true) {
    std::array<pollfd, 2> fds = {{{stop_fd_, POLLIN, 0}, {listening_, POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), -1);
    if (fds[0].revents != 0) {
      return;
    }
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      ++connections_;
      serve(connection(socket, stop_fd_));
    } else if (errno != EAGAIN) {  // that is when another thread has it
      ::poll(fds.data(), 1, 10);
    }
  }
}

void http_listener::serve(connection line) {
  http_response response;  // for all requests, so that large bodies use the same memory
  while (const auto request = line.receive(idle_limit)) {
    response.reset();
    try {
      answer_(*request, response, line);
    } catch (const std::exception& e) {
      response.reset();
      response.set(500, e.what(), "text/plain");
    }
    if (!line.send(response)) {
      return;
    }
  }
}

}  // namespace demo_api

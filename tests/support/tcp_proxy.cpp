#include "support/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

namespace ingest::testing {

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string_view receive(int from, std::array<char, 65536>& to) {
  const ssize_t n = ::recv(from, to.data(), to.size(), 0);
  return {to.data(), static_cast<std::size_t>(n > 0 ? n : 0)};
}

}  // namespace

tcp_proxy::tcp_proxy(int target_port) : target_port_(target_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 16) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "tcp_proxy");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

tcp_proxy::~tcp_proxy() {
  done_ = true;
  thread_.join();
  cut();
  ::close(listener_);
}

void tcp_proxy::cut_on(const std::string& bytes, moment when) {
  const std::lock_guard lock(mutex_);
  trigger_ = bytes;
  when_ = when;
}

void tcp_proxy::cut_after(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  byte_limit_ = bytes;
}

void tcp_proxy::resume() {
  const std::lock_guard lock(mutex_);
  for (link& l : links_) {
    l.dead = true;
  }
  stalled_ = false;
}

void tcp_proxy::cut() {
  const std::lock_guard lock(mutex_);
  for (link& l : links_) {
    close_link(l);
  }
  links_.clear();
}

void tcp_proxy::close_link(link& l) {
  ::close(l.client);
  ::close(l.server);
}

void tcp_proxy::serve() {
  while (!done_) {
    std::vector<pollfd> waits{{listener_, POLLIN, 0}};
    {
      const std::lock_guard lock(mutex_);
      for (const link& l : links_) {
        const short wanted = stalled_ || l.dead ? 0 : POLLIN;
        waits.push_back({wanted != 0 ? l.client : -1, wanted, 0});
        waits.push_back({wanted != 0 ? l.server : -1, wanted, 0});
      }
    }
    ::poll(waits.data(), waits.size(), 5);
    const std::lock_guard lock(mutex_);
    std::size_t i = 1;
    for (auto l = links_.begin(); l != links_.end() && i + 1 < waits.size(); i += 2) {
      const bool alive = (waits[i].revents == 0 || waits[i].fd != l->client || forward_to_server(*l)) &&
                         (waits[i + 1].revents == 0 || waits[i + 1].fd != l->server || forward_to_client(*l));
      if (!alive) {
        close_link(*l);
      }
      l = alive ? std::next(l) : links_.erase(l);
    }
    if (waits[0].revents != 0) {
      accept_one();
    }
  }
}

void tcp_proxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(target_port_);
  if (client < 0 || ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  links_.push_back({client, server});
}

bool tcp_proxy::forward_to_server(link& l) {
  std::array<char, 65536> buffer;
  const std::string_view bytes = receive(l.client, buffer);
  if (bytes.empty()) {
    return false;
  }
  l.sent += bytes.size();
  const bool triggered = !trigger_.empty() && bytes.find(trigger_) != std::string_view::npos;
  if (triggered || (byte_limit_ > 0 && l.sent > byte_limit_)) {
    const bool before = !triggered || when_ == moment::before;
    trigger_.clear();
    byte_limit_ = 0;
    ++cuts_;
    if (before) {
      return false;
    }
    l.answering = when_ == moment::after;
    l.dead = when_ == moment::after_silently;
  }
  return send_all(l.server, bytes);
}

bool tcp_proxy::forward_to_client(link& l) {
  std::array<char, 65536> buffer;
  const std::string_view bytes = receive(l.server, buffer);
  return !bytes.empty() && !l.answering && send_all(l.client, bytes);
}

}  // namespace ingest::testing

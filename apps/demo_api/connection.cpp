#include "demo_api/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace demo_api {
namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;

// A client that neither reads nor writes within this time is given up.
constexpr auto patience = 120s;
constexpr std::uint32_t longest_head = 65536;  // cursors may be long

std::string text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

http_request request_of(http::request<http::string_body>&& message) {
  http_request request;
  request.method = text_of(message.method_string());
  request.target = text_of(message.target());
  request.body = std::move(message.body());
  for (const auto& field : message) {
    request.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
  }
  split_target(request);
  return request;
}

int port_of_peer(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  const bool known = ::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return known ? ntohs(address.sin_port) : 0;  // at the same place in an IPv6 address
}

}  // namespace

connection::connection(int socket, int stop_fd)
    : socket_(socket), stop_fd_(stop_fd), remote_port_(port_of_peer(socket)) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

connection::~connection() {
  ::close(socket_);
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

void connection::pause(std::chrono::milliseconds duration) const {
  if (duration > 0ms) {
    pollfd stop = {stop_fd_, POLLIN, 0};
    ::poll(&stop, 1, static_cast<int>(duration.count()));
  }
}

std::optional<http_request> connection::receive(std::chrono::milliseconds idle) {
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.header_limit(longest_head);
  bool incomplete = received_.empty();
  std::chrono::milliseconds timeout = idle;
  do {
    if (incomplete && !receive_some(timeout)) {
      return std::nullopt;
    }
    timeout = patience;
    boost::beast::error_code failure;
    received_.erase(0, parser.put(boost::asio::buffer(received_), failure));
    incomplete = received_.empty() || failure == http::error::need_more;
    if (failure && failure != http::error::need_more) {
      http_response refusal;
      refusal.set(400, R"({"error":"Bad Request"})");
      send(refusal);
      return std::nullopt;
    }
  } while (!parser.is_done());
  keep_alive_ = parser.keep_alive();
  http_request request = request_of(parser.release());
  request.remote_port = remote_port_;
  return request;
}

bool connection::receive_some(std::chrono::milliseconds timeout) {
  std::array<char, 8192> bytes;
  while (wait_until(POLLIN, timeout)) {
    const ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (n > 0) {
      received_.append(bytes.data(), static_cast<std::size_t>(n));
      return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      return false;
    }
  }
  return false;
}

bool connection::send(http_response& response) {
  using framing = http_response::framing;
  using ending = http_response::ending;
  if (response.then == ending::reset) {
    const linger at_once = {1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  if (response.silent) {
    return false;
  }
  const bool whole = response.sent >= response.body.size();
  const bool sent = response.framed_by == framing::chunks
                        ? send_chunks(response)
                        : send_all(head_of(response), std::string_view(response.body).substr(0, response.sent));
  return sent && whole && keep_alive_ && response.then == ending::keep_alive &&
         response.framed_by != framing::end_of_connection;
}

bool connection::send_chunks(http_response& response) {
  std::string before = head_of(response);
  do {
    if (!response.body.empty()) {  // an empty chunk is the last
      std::array<char, 32> size{};
      before.append(size.data(),
                    static_cast<std::size_t>(std::snprintf(size.data(), size.size(), "%zx\r\n", response.body.size())));
      if (!send_all(before, response.body)) {
        return false;
      }
      before = "\r\n";
    }
  } while (response.next_chunk && response.next_chunk(response.body));
  return send_all(before, "0\r\n\r\n");
}

bool connection::send_all(std::string_view first, std::string_view second) {
  std::size_t sent = 0;
  while (sent < first.size() + second.size()) {
    const std::size_t first_done = std::min(sent, first.size());
    const std::size_t second_done = sent - first_done;
    std::array<iovec, 2> parts = {{{const_cast<char*>(first.data()) + first_done, first.size() - first_done},
                                   {const_cast<char*>(second.data()) + second_done, second.size() - second_done}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t n = ::sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno != EINTR && (errno != EAGAIN || !wait_until(POLLOUT, patience))) {
      return false;
    }
  }
  return true;
}

}  // namespace demo_api

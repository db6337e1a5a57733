#include "serve/http_address.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/trimmed.hpp"
#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

detail::descriptor listening_at_host(const http_address& where) {
  const std::string port = std::to_string(where.port);
  addrinfo wanted{};
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int problem = ::getaddrinfo(where.host.c_str(), port.c_str(), &wanted, &found)) {
    throw error(errc::io, "cannot listen for HTTP at " + where.host + ":" + port + ": " + ::gai_strerror(problem));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  int problem = 0;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    detail::descriptor socket(::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (socket.fd() >= 0 && ::bind(socket.fd(), one->ai_addr, one->ai_addrlen) == 0 &&
        ::listen(socket.fd(), SOMAXCONN) == 0) {
      return detail::descriptor(socket.release());
    }
    problem = errno;
  }
  throw error(errc::io, "cannot listen for HTTP at " + where.host + ":" + port + ": " + std::strerror(problem));
}

detail::descriptor listening_at_path(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) {
    throw error(errc::usage, "the path of a socket has at most 107 bytes: " + path.string());
  }
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  detail::descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0 && S_ISSOCK(there.st_mode)) {
    const detail::descriptor trial(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(trial.fd(), where, sizeof address) != 0 && errno == ECONNREFUSED) {
      ::unlink(path.c_str());
    }
  }
  // Made with the rights of its owner alone: there is no moment at which others could open it.
  const mode_t before = ::umask(0177);
  const bool bound = socket.fd() >= 0 && ::bind(socket.fd(), where, sizeof address) == 0;
  const int problem = errno;
  ::umask(before);
  if (!bound || ::listen(socket.fd(), SOMAXCONN) != 0) {
    throw error(errc::io, "cannot listen for HTTP at " + path.string() + ": " + std::strerror(problem));
  }
  return detail::descriptor(socket.release());
}

}  // namespace

bool names_this_machine(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "[::1]";
}

bool http_address::is_local() const {
  return !socket.empty() || names_this_machine(host);
}

http_address parse_http_address(const std::string& text) {
  http_address at;
  constexpr std::string_view unix_prefix = "unix:";
  if (text.starts_with(unix_prefix) && text.size() > unix_prefix.size()) {
    at.socket = text.substr(unix_prefix.size());
    return at;
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    at.host = text.substr(0, colon);
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, at.port);
    if (at.host.starts_with('[') && at.host.ends_with(']')) {
      at.host = at.host.substr(1, at.host.size() - 2);
    }
    if (parsed.ec == std::errc() && parsed.ptr == end && at.port >= 0 && at.port <= 65535 && !at.host.empty()) {
      return at;
    }
  }
  throw error(errc::usage,
              "--http=" + text + ": write an address and a port, 127.0.0.1:9464, or unix:/path/of/a/socket");
}

detail::descriptor listening_at(const http_address& where) {
  return where.socket.empty() ? listening_at_host(where) : listening_at_path(where.socket);
}

int port_of(const detail::descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char port[NI_MAXSERV] = "0";
  ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size);
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, nullptr, 0, port, sizeof port, NI_NUMERICSERV);
  return std::atoi(port);
}

std::string read_token(const std::filesystem::path& file) {
  const auto text = detail::contents_of(file);
  if (!text) {
    throw error(errc::config, "HTTP_TOKEN_FILE " + file.string() + " cannot be read");
  }
  std::string token(detail::trimmed(*text));
  log::add_secret(token);
  return token;
}

}  // namespace ingest::app

#pragma once

#include <filesystem>
#include <string>

#include "core/descriptor.hpp"

namespace ingest::app {

/// Where a service answers.
struct http_address {
  std::string host;  ///< empty: a unix socket
  int port = 0;      ///< 0: any that is free
  std::filesystem::path socket;

  bool is_local() const;
};

/// "127.0.0.1:9464", "[::1]:9464", "localhost:9464", "0.0.0.0:9464", "unix:/run/ingest/http.sock". Throws errc::usage.
http_address parse_http_address(const std::string& text);

/// Whether a host is a name of this machine for itself.
bool names_this_machine(const std::string& host);

/// A socket that listens there and does not block. Of a unix socket what a service that was killed has left goes; what
/// answers, and what is no socket, stays. Throws errc::io, and errc::usage for a path that is too long.
detail::descriptor listening_at(const http_address& where);

/// That an address of a host has got.
int port_of(const detail::descriptor& socket);

/// The token in a file, without blanks around it; registered with the log as a secret. Throws errc::config where the
/// file cannot be read.
std::string read_token(const std::filesystem::path& file);

}  // namespace ingest::app

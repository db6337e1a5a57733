#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "demo_api/http_message.hpp"

namespace demo_api {

/// The server's end of a connection. Boost.Beast parses what comes; what goes out is sent as the response says, because
/// no HTTP library would break its own answers.
///
/// Belongs to one thread. Every wait ends when `stop_fd` becomes readable.
class connection {
 public:
  /// Takes over `socket`, which must not block.
  connection(int socket, int stop_fd);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Waits for a request. Nothing when the client is gone, idle for too long, or sent what is no HTTP, or when the
  /// server stops.
  std::optional<http_request> receive(std::chrono::milliseconds idle);

  /// Sends an answer. False if there is no connection any more for another request.
  bool send(http_response& response);

  /// Waits; returns early when the server stops.
  void pause(std::chrono::milliseconds duration) const;

 private:
  bool wait_until(short events, std::chrono::milliseconds timeout) const;
  bool receive_some(std::chrono::milliseconds timeout);
  bool send_all(std::string_view first, std::string_view second);
  bool send_chunks(http_response& response);

  int socket_;
  int stop_fd_;
  int remote_port_ = 0;
  bool keep_alive_ = true;  ///< as the request at hand wants it
  std::string received_;    ///< and not yet parsed
};

}  // namespace demo_api

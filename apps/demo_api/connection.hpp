#pragma once

#include <httplib.h>

#include <array>
#include <chrono>
#include <string>

namespace demo_api {

/// The server's end of a connection. cpp-httplib parses requests and writes responses through it; what HTTP libraries
/// do not do, such as resetting the connection, is asked of it directly.
///
/// Belongs to one thread. Every wait ends when `stop_fd` becomes readable.
class connection final : public httplib::Stream {
 public:
  /// Takes over `socket`.
  connection(int socket, int stop_fd);
  ~connection() override;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// The connection whose request this thread is answering.
  static connection& current();

  /// Waits for the first byte of a request. False when the client is gone, idle for too long, or the server stops.
  bool wait_for_request(std::chrono::milliseconds idle);

  /// Waits; returns early when the server stops.
  void pause(std::chrono::milliseconds duration);

  /// Sends what is held back. False if the connection is broken.
  bool flush();

  /// No request after this one.
  void close_when_done() { closing_ = true; }

  /// Like close_when_done(), but with a reset (RST).
  void reset_when_done();

  /// Sends nothing any more, not even what is held back.
  void fall_silent();

  bool closing() const { return closing_; }

  /// Whether the request at hand allows gzip. Kept here and not in the request, because cpp-httplib would compress too.
  bool accepts_gzip = false;

  /// The body that is being sent; kept between requests for its memory.
  std::string body;
  std::string compressed_body;

  bool is_readable() const override;
  bool is_writable() const override { return !broken_; }
  ssize_t read(char* out, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  bool wait_until(short events, std::chrono::milliseconds timeout) const;
  bool send_all(const char* first, std::size_t first_size, const char* second, std::size_t second_size);

  int socket_;
  int stop_fd_;
  bool broken_ = false;
  bool closing_ = false;
  std::string held_back_;  ///< status line and headers, to leave together with the body
  std::array<char, 8192> received_;
  std::size_t received_begin_ = 0;
  std::size_t received_end_ = 0;
};

}  // namespace demo_api

#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace ingest::testing {

/// A TCP server on a free port of 127.0.0.1 for what a decent HTTP server would never do. Serves one connection after
/// the other by calling `script` for it, and closes it when that returns.
class raw_server {
 public:
  /// The server's end of a connection.
  class connection {
   public:
    connection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

    /// Reads up to the end of a request's headers; false if the client has gone.
    bool read_request();

    /// False if the client has gone.
    bool send(std::string_view bytes);

    /// False if the server is being stopped.
    bool pause(std::chrono::milliseconds duration);

   private:
    int fd_;
    const std::atomic<bool>& stopping_;
  };
  using script = std::function<void(connection&)>;

  explicit raw_server(script s);
  ~raw_server();
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& path = "/") const;
  int connections() const { return connections_; }

 private:
  void serve();

  script script_;
  int fd_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace ingest::testing

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "demo_api/connection.hpp"
#include "demo_api/http_message.hpp"

namespace demo_api {

/// Listens at an address and answers requests in threads of its own, each of which serves a connection to its end.
class http_listener {
 public:
  /// Called by many threads at once. What it throws is answered with 500.
  using handler = std::function<void(const http_request&, http_response&, const connection&)>;

  explicit http_listener(handler answer) : answer_(std::move(answer)) {}

  /// Stops.
  ~http_listener();
  http_listener(const http_listener&) = delete;
  http_listener& operator=(const http_listener&) = delete;

  /// Serves so many connections at once; more wait. Port 0 is any free one. Returns the port. Throws
  /// std::runtime_error if the address is taken. To be called once.
  int start(const std::string& host, int port, std::size_t threads);

  /// Breaks off everything and waits for the threads to end.
  void stop();

  /// How many connections there have been.
  std::uint64_t connections() const { return connections_; }

 private:
  void serve_connections();
  void serve(connection line);

  handler answer_;
  int listening_ = -1;
  int stop_fd_ = -1;
  std::atomic<std::uint64_t> connections_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace demo_api

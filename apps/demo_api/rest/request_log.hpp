#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "demo_api/http_message.hpp"

namespace demo_api::rest {

/// The last requests, for tests that look at what a client asked for. Thread-safe.
class request_log {
 public:
  /// Keeps so many.
  explicit request_log(std::size_t most) : most_(most) {}

  void note(const http_request& request, const http_response& response);

  /// As NDJSON, the oldest first:
  /// {"number":0,"ms":12,"method":"GET","target":"/orders?page=2","status":200,"bytes":100}.
  std::string to_ndjson() const;

 private:
  struct line {
    std::uint64_t number;
    std::int64_t ms;
    std::string method;
    std::string target;
    int status;
    std::size_t bytes;
  };

  const std::size_t most_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::uint64_t noted_ = 0;
  std::deque<line> lines_;
};

}  // namespace demo_api::rest

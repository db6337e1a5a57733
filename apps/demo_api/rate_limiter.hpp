#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace demo_api {

/// A limit of requests per window of time; a window opens with the first request after the last one ended. Thread-safe.
class rate_limiter {
 public:
  using clock = std::chrono::steady_clock;

  struct verdict {
    bool allowed;
    std::uint64_t remaining;
    std::uint64_t reset_s;  ///< seconds until the window ends, rounded up
  };

  /// A limit of 0 allows everything.
  rate_limiter(std::uint64_t limit, std::chrono::milliseconds window) : limit_(limit), window_(window) {}

  std::uint64_t limit() const { return limit_; }

  verdict ask(clock::time_point now);

 private:
  std::uint64_t limit_;
  std::chrono::milliseconds window_;
  std::mutex mutex_;
  clock::time_point window_end_{};
  std::uint64_t used_ = 0;
};

}  // namespace demo_api

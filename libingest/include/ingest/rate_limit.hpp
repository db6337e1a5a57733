#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

namespace ingest {

/// When the next request to an endpoint may be sent, as far as its answers have told. Shared by all who send there;
/// thread-safe.
class rate_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// No answer makes anyone wait longer than `longest_wait`.
  explicit rate_limit(std::chrono::milliseconds longest_wait) : longest_wait_(longest_wait) {}

  /// Takes in the values of X-RateLimit-Remaining and X-RateLimit-Reset. With none remaining, the next request waits
  /// for the reset, which is in seconds from `now` or, where it is that large, seconds or milliseconds since 1970,
  /// where now is `date`. What is no number is ignored.
  void observe(std::string_view remaining, std::string_view reset, time_point now,
               std::chrono::system_clock::time_point date);

  /// Nobody sends for `wait` from `now`: a 429 said so. Never shortens a longer hold.
  void hold(std::chrono::milliseconds wait, time_point now);

  /// How long to wait from `now`; zero when a request may be sent.
  std::chrono::milliseconds delay(time_point now) const;

 private:
  mutable std::mutex mutex_;
  std::chrono::milliseconds longest_wait_;
  time_point closed_until_{};
};

/// The wait that a value of X-RateLimit-Reset asks for; negative when it is no number.
std::chrono::milliseconds parse_rate_limit_reset(std::string_view reset, std::chrono::system_clock::time_point now);

}  // namespace ingest

#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

namespace ingest {

/// When the next request to an endpoint may be sent, as far as its answers have told. Shared by all who send there;
/// thread-safe.
class rate_limit {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// No answer makes anyone wait longer than `longest_wait`.
  explicit rate_limit(std::chrono::milliseconds longest_wait) : longest_wait_(longest_wait) {}

  /// Takes in how many requests remain and when that number is set anew, as headers say it in an answer of `date`. With
  /// none remaining, the next request waits for that. A negative number means no limit; what is no number is ignored.
  void observe(std::string_view remaining, std::string_view reset, time_point now,
               std::chrono::system_clock::time_point date);

  /// The wait from `date` until `reset`, as parse_rate_limit_reset() reads it; but if values seen before have fallen by
  /// some hundred in a second or more, then this one, too, is in milliseconds. Negative for what is no time.
  std::chrono::milliseconds wait_until(std::string_view reset, std::chrono::system_clock::time_point date) const;

  /// Nobody sends for `wait` from `now`: a 429 said so. Never shortens a longer hold.
  void hold(std::chrono::milliseconds wait, time_point now);

  /// How long to wait from `now`; zero when a request may be sent.
  std::chrono::milliseconds delay(time_point now) const;

 private:
  void learn_unit(std::string_view reset, time_point now);

  mutable std::mutex mutex_;
  std::chrono::milliseconds longest_wait_;
  time_point closed_until_{};

  // The unit of delays, learnt from how fast they fall.
  std::optional<std::int64_t> delay_before_;
  time_point seen_before_{};
  bool in_milliseconds_ = false;
};

/// The wait that a value of a header such as X-RateLimit-Reset asks for: seconds from `now`, milliseconds if that would
/// be more than a day, seconds or milliseconds since 1970 where it is that large, a duration with units ("1m30s",
/// "250ms"), or a time in ISO 8601 or in the form of HTTP dates. Negative for anything else.
std::chrono::milliseconds parse_rate_limit_reset(std::string_view reset, std::chrono::system_clock::time_point now);

}  // namespace ingest

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace demo_api {

/// Watches whether clients that were sent away with a Retry-After stay away. Thread-safe.
class retry_after_watch {
 public:
  using clock = std::chrono::system_clock;

  /// A 429 with this Retry-After was sent for `target` (path and query) of `endpoint`.
  void refused(const std::string& endpoint, const std::string& target, std::string_view retry_after,
               clock::time_point now);

  /// A request came.
  void arrived(const std::string& endpoint, const std::string& target, clock::time_point now);

  /// Requests to an endpoint before the time that a 429 of that endpoint had named. One to another target is not
  /// counted in the first 50 ms: it may have been on its way already.
  std::uint64_t requests_too_early() const;

  /// Those of them that repeated the refused request itself.
  std::uint64_t repeats_too_early() const;

 private:
  struct refusal {
    clock::time_point sent;
    clock::time_point until;
  };

  mutable std::mutex mutex_;
  std::map<std::string, refusal> endpoints_;
  std::map<std::string, refusal> targets_;
  std::uint64_t requests_ = 0;
  std::uint64_t repeats_ = 0;
};

/// The time that a Retry-After header names (RFC 9110, section 10.2.3): seconds or an HTTP date; nothing for other text
/// and for numbers beyond a year.
std::optional<std::chrono::system_clock::time_point> retry_time(std::string_view retry_after,
                                                                std::chrono::system_clock::time_point now);

/// An HTTP date (RFC 9110, section 5.6.7).
std::string http_date(std::chrono::system_clock::time_point time);

}  // namespace demo_api

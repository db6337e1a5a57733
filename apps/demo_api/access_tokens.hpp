#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace demo_api {

/// The stream tokens that have been issued. Thread-safe.
class access_tokens {
 public:
  using clock = std::chrono::steady_clock;

  access_tokens(std::chrono::milliseconds lifetime, std::uint64_t seed) : lifetime_(lifetime), seed_(seed) {}

  /// A new token.
  std::string issue(clock::time_point now);

  bool valid(const std::string& token, clock::time_point now) const;

  /// Returns false if there is no such token.
  bool revoke(const std::string& token);

  /// Seconds, rounded up.
  std::int64_t lifetime_s() const { return std::chrono::ceil<std::chrono::seconds>(lifetime_).count(); }

 private:
  std::chrono::milliseconds lifetime_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;
  std::uint64_t issued_ = 0;
  std::map<std::string, clock::time_point> expiry_;
};

}  // namespace demo_api

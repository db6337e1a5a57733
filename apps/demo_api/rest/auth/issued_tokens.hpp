#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "demo_api/rest/description/settings.hpp"

namespace demo_api::rest {

/// Tokens that have been given out, and how long each is good for. Thread-safe.
class issued_tokens {
 public:
  /// Takes `expires_s` (3600), and `expires_requests` (0 for any number), which depends on no clock.
  issued_tokens(settings& s, std::string prefix);

  std::string issue();

  /// Counts as a use.
  bool admit(const std::string& token);

  void expire_all();

  std::uint64_t lifetime_s() const { return lifetime_s_; }

 private:
  using clock = std::chrono::steady_clock;

  struct life {
    clock::time_point end;
    std::uint64_t uses_left;
  };

  std::string prefix_;
  std::uint64_t lifetime_s_;
  std::uint64_t uses_;
  std::mutex mutex_;
  std::uint64_t issued_ = 0;
  std::unordered_map<std::string, life> lives_;
};

}  // namespace demo_api::rest

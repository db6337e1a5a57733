#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "demo_api/random.hpp"
#include "demo_api/rest/records/collection.hpp"

namespace demo_api::rest {

/// What changes while the server runs: so many records a second, or one with each so many requests, of which some are
/// new. Which ones, the seed decides; their times are the clock's. Thread-safe.
class changes {
 public:
  /// Takes `per_second`, `every_requests` and `new_percent`.
  changes(settings& s, std::uint64_t seed, collection& of);

  /// Makes the changes that are due, to be called with each request.
  void catch_up();

  /// Makes so many changes at once.
  void make(std::uint64_t count);

 private:
  void make_one();

  collection& of_;
  random_table choices_;
  double per_second_;
  std::uint64_t every_requests_;
  double new_percent_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::uint64_t requests_ = 0;
  std::uint64_t due_done_ = 0;
  std::uint64_t made_ = 0;
  timestamp_ms last_ = 0;
};

}  // namespace demo_api::rest

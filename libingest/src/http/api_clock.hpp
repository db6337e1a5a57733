#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "ingest/http_client.hpp"
#include "ingest/stop.hpp"

namespace ingest::detail {

/// The time of day where the API runs, which is what its dates and expiries are written by. Known from the Date of its
/// answers; ours until the first of them. Thread-safe.
class api_clock {
 public:
  using time_point = std::chrono::system_clock::time_point;

  explicit api_clock(timing time);

  time_point now() const;

  /// Takes in the Date of an answer that has just arrived.
  void observe(const http_result& answer);

  /// When an answer was written: its Date, and the Age of one that was cached; now() where it does not say.
  time_point time_of(const http_result& answer) const;

 private:
  using ms = std::chrono::milliseconds;

  timing time_;
  std::atomic<ms::rep> ahead_ms_;  // of the steady clock
};

}  // namespace ingest::detail

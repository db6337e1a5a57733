#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace ingest {

/// How often and how long something is tried again.
struct retry_options {
  unsigned max_attempts = 0;  ///< attempts in all, the first one included; 0 for as many as time allows
  std::chrono::milliseconds deadline{
      std::chrono::minutes(15)};               ///< from the first failure; no attempt starts later, the last one then
  std::chrono::milliseconds first_delay{250};  ///< ceiling of the first delay; doubles with every failure
  std::chrono::milliseconds max_delay{std::chrono::seconds(30)};
  std::chrono::milliseconds max_server_delay{std::chrono::minutes(15)};  ///< longest wait the other side may ask for
};

/// The delays between attempts: exponential backoff with full jitter, a delay being drawn evenly from zero to its
/// ceiling, so that clients that failed together do not come back together. Not thread-safe.
class retry_schedule {
 public:
  using clock = std::chrono::steady_clock;

  explicit retry_schedule(const retry_options& options, std::uint64_t seed = std::random_device{}());

  /// An attempt failed at `now`: how long to wait before the next, or nothing when attempts or time are used up. A wait
  /// that would last beyond the deadline ends there. `server_delay`, what the other side asked for, is the least that
  /// is returned, itself clamped to max_server_delay; one that lasts beyond the deadline leaves no attempt.
  std::optional<std::chrono::milliseconds> next(clock::time_point now,
                                                std::optional<std::chrono::milliseconds> server_delay = {});

  /// An attempt succeeded: attempts and time count from the start again.
  void reset();

  unsigned failures() const { return failures_; }

 private:
  std::chrono::milliseconds ceiling() const;

  retry_options options_;
  std::mt19937_64 random_;
  unsigned failures_ = 0;
  clock::time_point first_failure_{};
};

}  // namespace ingest

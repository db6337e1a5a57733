#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>

#include "ingest/actors/pipeline_spec.hpp"

namespace ingest::actors {

/// Decides whether a failed stage may be started again, and after which delay: exponential, with full jitter, from how
/// many restarts lie in the policy's period. The rule is that of Erlang/OTP's supervisors: more than `max_restarts`
/// within `period` and the supervisor gives up.
class restart_intensity {
 public:
  using clock = std::chrono::steady_clock;

  restart_intensity(restart_policy policy, std::uint64_t seed);

  /// A stage has failed at `now`: the delay before its restart, or nothing when it is one too many.
  std::optional<std::chrono::milliseconds> next(clock::time_point now);

 private:
  restart_policy policy_;
  std::mt19937_64 random_;
  std::deque<clock::time_point> recent_;
};

}  // namespace ingest::actors

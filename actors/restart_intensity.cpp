#include "actors/restart_intensity.hpp"

#include <algorithm>

namespace ingest::actors {

restart_intensity::restart_intensity(restart_policy policy, std::uint64_t seed) : policy_(policy), random_(seed) {}

std::optional<std::chrono::milliseconds> restart_intensity::next(clock::time_point now) {
  while (!recent_.empty() && now - recent_.front() > policy_.period) {
    recent_.pop_front();
  }
  if (recent_.size() >= policy_.max_restarts) {
    return std::nullopt;
  }
  const auto doublings = std::min<std::size_t>(recent_.size(), 20);
  const auto ceiling = std::min(policy_.longest_delay, policy_.first_delay * (std::int64_t{1} << doublings));
  recent_.push_back(now);
  // Full jitter: stages that failed together do not come back together.
  std::uniform_int_distribution<std::int64_t> jitter(0, std::max<std::int64_t>(ceiling.count(), 0));
  return std::chrono::milliseconds(jitter(random_));
}

}  // namespace ingest::actors

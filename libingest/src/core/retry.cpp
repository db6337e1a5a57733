#include "ingest/retry.hpp"

#include <algorithm>

namespace ingest {

using std::chrono::milliseconds;

retry_schedule::retry_schedule(const retry_options& options, std::uint64_t seed) : options_(options), random_(seed) {}

std::chrono::milliseconds retry_schedule::ceiling() const {
  const unsigned doublings = std::min(failures_ - 1, 30U);
  const auto grown = options_.first_delay.count() << doublings;
  return milliseconds(std::min(grown, options_.max_delay.count()));
}

std::optional<milliseconds> retry_schedule::next(clock::time_point now, std::optional<milliseconds> server_delay) {
  if (failures_++ == 0) {
    first_failure_ = now;
  }
  if (options_.max_attempts != 0 && failures_ >= options_.max_attempts) {
    return std::nullopt;
  }
  const auto left = std::chrono::floor<milliseconds>(options_.deadline - (now - first_failure_));
  const auto least = std::clamp(server_delay.value_or(milliseconds(0)), milliseconds(0), options_.max_server_delay);
  if (left <= milliseconds(0) || least > left) {
    return std::nullopt;
  }
  const auto drawn = milliseconds(std::uniform_int_distribution<std::int64_t>(0, ceiling().count())(random_));
  return std::clamp(drawn, least, left);
}

void retry_schedule::reset() {
  failures_ = 0;
}

}  // namespace ingest

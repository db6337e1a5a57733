#include "serve/sync_planner.hpp"

#include <algorithm>

namespace ingest::app {

namespace {

using std::chrono::seconds;

/// Clocks that are kept by NTP are put by less.
constexpr seconds step_back(60);
/// Between two syncs of a continuous schedule.
constexpr seconds breath(1);
/// Before a pipeline that another process has is tried again.
constexpr seconds until_free(10);

}  // namespace

std::string_view name_of(sync_outcome o) {
  switch (o) {
    case sync_outcome::complete:
      return "complete";
    case sync_outcome::failed:
      return "failed";
    case sync_outcome::refused:
      return "refused";
    case sync_outcome::taken:
      return "taken";
    case sync_outcome::stopped:
      break;
  }
  return "stopped";
}

sync_planner::sync_planner(sync_rules rules, const sync_memory& remembered, const clock_reading& now)
    : rules_(std::move(rules)), memory_(remembered), seen_(now.wall) {
  // Of a new pipeline nothing was missed.
  settle(memory_.due == wall_time() ? now.wall - rules_.spread : std::min(memory_.due, now.wall));
  is_due_ = rules_.when.is_continuous();
  if (memory_.is_open) {
    is_due_ = is_due_ || !rules_.when.is_manual();
  } else if (memory_.failures > 0 && memory_.failures <= rules_.retries) {
    retry_at_ = now.steady + rules_.retry_wait;
  }
}

void sync_planner::settle(wall_time due) {
  memory_.due = due;
  const auto next = rules_.when.next_after(due);
  next_ = next ? std::optional(*next + rules_.spread) : std::nullopt;
}

void sync_planner::pass_moments(const clock_reading& now) {
  if (now.wall + step_back < seen_) {
    settle(std::min(memory_.due, now.wall - rules_.spread));
  }
  seen_ = now.wall;
  if (!next_ || *next_ > now.wall) {
    return;
  }
  // However many moments have passed, one sync makes up for all of them.
  settle(now.wall - rules_.spread);
  if (!is_running_ || rules_.overlap == overlap_policy::queue) {
    is_due_ = true;
  }
}

bool sync_planner::wants_to_begin(const clock_reading& now) {
  pass_moments(now);
  if (retry_at_ && *retry_at_ <= now.steady) {
    retry_at_.reset();
    is_due_ = true;
  }
  return !is_running_ && (is_ordered_ || (is_due_ && !memory_.is_paused));
}

std::optional<seconds> sync_planner::quiet_for(const clock_reading& now) const {
  std::optional<seconds> quiet;
  const auto note = [&](seconds time) {
    const seconds left = std::max(time, seconds(0));
    quiet = quiet ? std::min(*quiet, left) : left;
  };
  if (next_) {
    note(*next_ - now.wall);
  }
  if (retry_at_) {
    note(*retry_at_ - now.steady);
  }
  return quiet;
}

void sync_planner::began(const clock_reading& /*now*/) {
  is_running_ = true;
  is_due_ = false;
  is_ordered_ = false;
  retry_at_.reset();
  memory_.is_open = true;
}

void sync_planner::ended(sync_outcome outcome, const clock_reading& now) {
  is_running_ = false;
  memory_.is_open = outcome == sync_outcome::stopped;
  switch (outcome) {
    case sync_outcome::complete:
      memory_.failures = 0;
      break;
    case sync_outcome::failed:
      ++memory_.failures;
      if (memory_.failures <= rules_.retries) {
        const auto doubled = std::min<std::uint64_t>(memory_.failures - 1, 30);
        retry_at_ = now.steady + std::min(rules_.retry_wait * (std::int64_t{1} << doubled), rules_.retry_most);
      }
      break;
    case sync_outcome::refused:
      ++memory_.failures;
      break;
    case sync_outcome::taken:
      retry_at_ = now.steady + until_free;
      break;
    case sync_outcome::stopped:
      break;
  }
  if (rules_.when.is_continuous() && !retry_at_) {
    retry_at_ = now.steady +
                (outcome == sync_outcome::complete || outcome == sync_outcome::stopped ? breath : rules_.retry_most);
  }
}

void sync_planner::order() {
  is_ordered_ = true;
}

void sync_planner::pause(bool paused) {
  memory_.is_paused = paused;
}

std::optional<wall_time> sync_planner::next_begin(const clock_reading& now) const {
  if (memory_.is_paused) {
    return std::nullopt;
  }
  if (is_due_) {
    return now.wall;
  }
  const auto quiet = quiet_for(now);
  return quiet ? std::optional(now.wall + *quiet) : std::nullopt;
}

}  // namespace ingest::app

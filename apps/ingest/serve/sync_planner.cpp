#include "serve/sync_planner.hpp"

#include <algorithm>

namespace ingest::app {

namespace {

using std::chrono::seconds;

/// Clocks that are kept by NTP are put by less.
constexpr seconds step_back(60);
/// Clocks of several machines differ by less.
constexpr seconds difference(5);
/// Between two syncs of a continuous schedule.
constexpr seconds between_continuous(1);
/// Before a pipeline that another process has is tried again; twice as long before each further time …
constexpr seconds until_free(10);
/// … and so often before that counts as a failure: after five minutes.
constexpr std::uint64_t most_refusals = 5;

seconds doubled(seconds first, std::uint64_t times, seconds most) {
  constexpr std::uint64_t enough = 30;
  return std::min(first * (std::int64_t{1} << std::min(times, enough)), most);
}

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
      return "stopped";
    case sync_outcome::interrupted:
      break;
  }
  return "interrupted";
}

sync_planner::sync_planner(sync_rules rules, const sync_memory& remembered, const clock_reading& now)
    : rules_(std::move(rules)), memory_(remembered), seen_(now.wall) {
  // Of a new pipeline nothing was missed.
  settle(memory_.due == wall_time() ? now.wall - rules_.spread : std::min(memory_.due, now.wall));
  memory_.is_open = memory_.is_open && !memory_.is_stopped;
  memory_.is_wanted = memory_.is_wanted || memory_.is_open || (rules_.when.is_continuous() && !memory_.is_stopped);
  if (!memory_.is_wanted && !memory_.is_stopped && memory_.attempts > 0 && memory_.attempts <= rules_.retries) {
    retry_at_ = now.steady + rules_.retry_wait;
  }
}

void sync_planner::change(sync_rules rules, const clock_reading& now) {
  const bool is_other = rules.when.text() != rules_.when.text();
  rules_ = std::move(rules);
  settle(is_other ? now.wall - rules_.spread : memory_.due);
  memory_.is_stopped = memory_.is_stopped && (!is_other || is_running_);
  memory_.is_wanted = memory_.is_wanted || (rules_.when.is_continuous() && !is_running_ && !memory_.is_stopped);
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
  wanted_for_ = *next_;
  settle(now.wall - rules_.spread);
  if (!is_running_ || rules_.overlap == overlap_policy::queue) {
    memory_.is_wanted = true;
    memory_.attempts = 0;
  }
}

bool sync_planner::wants_to_begin(const clock_reading& now) {
  pass_moments(now);
  if (retry_at_ && *retry_at_ <= now.steady) {
    retry_at_.reset();
    memory_.is_wanted = true;
  }
  return !is_running_ && (memory_.is_ordered || (memory_.is_wanted && !memory_.is_paused));
}

seconds sync_planner::within(const clock_reading& now) const {
  if (memory_.is_ordered || !wanted_for_ || !next_) {
    return seconds(0);
  }
  return std::max(seconds(0), std::min(now.wall - *wanted_for_ + difference, (*next_ - now.wall) / 2));
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
  memory_.is_wanted = false;
  memory_.is_ordered = false;
  memory_.is_open = true;
  memory_.is_stopped = false;
  retry_at_.reset();
}

void sync_planner::ended(sync_outcome outcome, const clock_reading& now) {
  is_running_ = false;
  if (memory_.is_stopped && (outcome == sync_outcome::interrupted || outcome == sync_outcome::taken)) {
    outcome = sync_outcome::stopped;  // whatever else has ended it
  }
  memory_.is_stopped = memory_.is_stopped || outcome == sync_outcome::stopped;
  memory_.is_open = outcome == sync_outcome::interrupted || outcome == sync_outcome::taken;
  taken_ = outcome == sync_outcome::taken ? taken_ + 1 : 0;
  has_given_up_ = false;
  switch (outcome) {
    case sync_outcome::complete:
      memory_.failures = 0;
      memory_.attempts = 0;
      wanted_for_.reset();
      break;
    case sync_outcome::failed:
      ++memory_.failures;
      ++memory_.attempts;
      if (memory_.attempts <= rules_.retries) {
        retry_at_ = now.steady + doubled(rules_.retry_wait, memory_.attempts - 1, rules_.retry_most);
      }
      has_given_up_ = memory_.failures > rules_.retries || memory_.is_paused;  // then nothing is tried by itself
      break;
    case sync_outcome::refused:
      ++memory_.failures;
      has_given_up_ = true;
      break;
    case sync_outcome::taken:
      has_given_up_ = taken_ > most_refusals;
      memory_.failures += has_given_up_ ? 1 : 0;
      retry_at_ = now.steady + doubled(until_free, taken_ - 1, rules_.retry_most);
      break;
    case sync_outcome::interrupted:
      memory_.is_wanted = true;
      break;
    case sync_outcome::stopped:
      break;
  }
  if (memory_.is_stopped) {  // a continuous pipeline, too, waits for whoever has stopped it
    memory_.attempts = 0;
    retry_at_.reset();
  } else if (rules_.when.is_continuous() && !retry_at_) {
    retry_at_ = now.steady + (outcome == sync_outcome::complete ? between_continuous : rules_.retry_most);
  }
}

void sync_planner::order() {
  memory_.is_ordered = true;
  memory_.attempts = 0;
}

bool sync_planner::withdraw() {
  if (!memory_.is_ordered && !memory_.is_wanted && !retry_at_) {
    return false;
  }
  memory_.is_ordered = false;
  memory_.is_wanted = false;
  memory_.is_open = false;
  memory_.is_stopped = true;
  memory_.attempts = 0;
  retry_at_.reset();
  return true;
}

void sync_planner::stop() {
  memory_.is_stopped = true;
}

void sync_planner::pause(bool paused) {
  memory_.is_paused = paused;
  memory_.is_stopped = memory_.is_stopped && (paused || is_running_);
  memory_.is_wanted = memory_.is_wanted || (!paused && rules_.when.is_continuous() && !is_running_);
}

std::optional<wall_time> sync_planner::next_begin(const clock_reading& now) const {
  if (memory_.is_paused && !memory_.is_ordered) {
    return std::nullopt;
  }
  if (memory_.is_wanted || memory_.is_ordered) {
    return now.wall;
  }
  const auto quiet = quiet_for(now);
  return quiet ? std::optional(now.wall + *quiet) : std::nullopt;
}

}  // namespace ingest::app

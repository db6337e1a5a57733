#include "rest/cursors/window_bounds.hpp"

#include <algorithm>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

bool is_nothing(const duration& step) {
  return step.months == 0 && step.time == moment::microseconds(0);
}

}  // namespace

window_division::window_division(moment lower, moment upper, window_rules rules, std::string where)
    : lower_(lower), upper_(upper), rules_(rules), where_(std::move(where)), done_(lower >= upper) {
  if (rules_.step && is_nothing(*rules_.step)) {
    rules_.step.reset();
  }
}

std::optional<window_bounds> window_division::next() {
  if (done_) {
    return std::nullopt;
  }
  const auto stepped = step_from(lower_);
  const bool reached = !stepped || *stepped >= upper_;
  done_ = reached;
  if (first_ && reached) {
    return only_window();
  }
  first_ = false;
  const auto clamped_lower = rules_.clamped.up(lower_);
  // The very end is where it was asked to be.
  const auto clamped_upper = !reached ? rules_.clamped.up(*stepped) : std::optional(upper_);
  if (!clamped_lower || !clamped_upper || *clamped_lower >= *clamped_upper) {
    done_ = true;
    return std::nullopt;
  }
  lower_ = *clamped_upper;
  return window_bounds{*clamped_lower, reached ? *clamped_upper : without_granularity(*clamped_upper)};
}

std::optional<moment> window_division::step_from(const moment& from) const {
  if (!rules_.step) {
    return std::nullopt;
  }
  const auto stepped = later(from, *rules_.step);
  if (stepped && *stepped <= from) {
    throw error(errc::config, where_ + ": its `step` does not lead on in time; give a duration such as P1M or P7D");
  }
  return stepped;
}

std::optional<window_bounds> window_division::only_window() const {
  const auto start = rules_.clamped.up(lower_);
  const auto end = rules_.clamped.up(upper_);
  return start && end ? std::optional(window_bounds{*start, *end}) : std::nullopt;
}

moment window_division::without_granularity(const moment& end) const {
  return rules_.granularity ? earlier(end, *rules_.granularity).value_or(end) : end;
}

}  // namespace ingest::rest

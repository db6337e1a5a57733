#include "rest/answers/retry_course.hpp"

#include <algorithm>
#include <utility>

#include "http/retry_after.hpp"

namespace ingest::rest {

namespace {

using std::chrono::milliseconds;

constexpr double longest_wait_s = 86'400;  // a strategy's; quotas begin anew every day at the latest
constexpr milliseconds longest_polite_wait = std::chrono::hours(1);  // nobody in the connector has asked for it
constexpr unsigned most_polite_doublings = 12;

milliseconds doubled(unsigned tries) {
  return std::chrono::seconds(1) * (std::int64_t{1} << std::min(tries - 1, most_polite_doublings));
}

[[noreturn]] void refuse_wait(double seconds) {
  throw error(errc::unavailable,
              "the next attempt is not wanted before " +
                  std::to_string(static_cast<std::int64_t>(std::min(seconds, 1e15))) +
                  " s have passed; try again later",
              false);  // nor by a reader that is begun anew
}

}  // namespace

retry_course::retry_course(const error_handler& handler, timing time, std::optional<milliseconds> deadline)
    : handler_(handler),
      time_(std::move(time)),
      most_(std::min(handler.max_retries(), 1'000'000U) + 1),
      deadline_(deadline),
      begun_(time_.now()) {
  strategy_.start = default_.start = begun_;
}

std::optional<milliseconds> retry_course::next(const verdict& v, const exchange& e) {
  const auto wait = wait_before(v, e);
  cut_short_ = wait && deadline_ && time_.now() - begun_ + *wait > *deadline_;
  return cut_short_ ? std::nullopt : wait;
}

std::optional<milliseconds> retry_course::wait_before(const verdict& v, const exchange& e) {
  ++attempts_;
  if (const auto seconds = wait_by_strategy(e)) {
    return next_by_strategy(*seconds);
  }
  return v.action == response_action::rate_limited ? next_by_rate_limit(e) : next_by_default(e);
}

std::optional<double> retry_course::wait_by_strategy(const exchange& e) const {
  for (const auto& strategy : handler_.backoffs()) {
    const auto seconds = strategy->seconds(e, attempts_);
    if (seconds && *seconds != 0) {
      return seconds;
    }
  }
  return std::nullopt;
}

std::optional<milliseconds> retry_course::next_by_strategy(double seconds) {
  if (++strategy_.tries >= most_ || time_is_up(strategy_)) {
    return std::nullopt;
  }
  if (!(seconds <= longest_wait_s)) {
    refuse_wait(seconds);
  }
  return milliseconds(static_cast<std::int64_t>((std::max(seconds, -1.0) + 1) * 1000));
}

std::optional<milliseconds> retry_course::next_by_rate_limit(const exchange& e) {
  if (++rate_limit_.tries >= most_) {
    return std::nullopt;
  }
  const milliseconds wait = at_least_what_is_asked(doubled(rate_limit_.tries), e);
  strategy_ = {0, time_.now() + wait};
  return wait;
}

std::optional<milliseconds> retry_course::next_by_default(const exchange& e) {
  if (++default_.tries >= most_ || time_is_up(default_)) {
    return std::nullopt;
  }
  const auto left = std::chrono::ceil<milliseconds>(handler_.max_time() - (time_.now() - default_.start));
  const milliseconds wait = at_least_what_is_asked(std::min(doubled(default_.tries), left), e);
  rate_limit_ = {};
  strategy_ = {0, time_.now() + wait};
  return wait;
}

bool retry_course::time_is_up(const loop& l) const {
  return time_.now() - l.start >= handler_.max_time();
}

milliseconds retry_course::at_least_what_is_asked(milliseconds wait, const exchange& e) const {
  const auto header = e.given ? e.given->header("Retry-After") : std::nullopt;
  const auto asked = header ? parse_retry_after(*header, time_.wall()) : std::nullopt;
  if (asked && *asked > longest_polite_wait) {
    refuse_wait(std::chrono::duration<double>(*asked).count());
  }
  return std::max(wait, asked.value_or(milliseconds(0)));
}

}  // namespace ingest::rest

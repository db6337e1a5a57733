#include "rest/requests/call_rate_policy.hpp"

#include <algorithm>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

using std::chrono::milliseconds;

void require_weight(std::int64_t weight, std::int64_t limit, const std::string& where) {
  if (weight > limit) {
    throw error(errc::config, where + ": a request of weight " + std::to_string(weight) +
                                  " never fits into a limit of " + std::to_string(limit) + "; raise the limit");
  }
}

void require_rate(std::int64_t limit, milliseconds interval, const std::string& where) {
  if (limit < 1 || interval <= milliseconds(0)) {
    throw error(errc::config, where + ": a rate needs a limit and an interval above nought");
  }
}

}  // namespace

bool call_rate_policy::matches(const api_call& call) const {
  return matchers_.empty() ||
         std::any_of(matchers_.begin(), matchers_.end(), [&](const call_matcher& m) { return m.matches(call); });
}

unsigned call_rate_policy::weight_of(const api_call& call) const {
  const auto found =
      std::find_if(matchers_.begin(), matchers_.end(), [&](const call_matcher& m) { return m.matches(call); });
  return found == matchers_.end() ? 1 : found->weight();
}

fixed_window_call_rate::fixed_window_call_rate(std::int64_t limit, ms period, std::vector<call_matcher> matchers,
                                               const std::string& where)
    : call_rate_policy(std::move(matchers)), limit_(limit), period_(period), where_(where) {
  require_rate(limit, period, where);
}

// With mutex_ held.
void fixed_window_call_rate::enter_window(time_point now) {
  if (!reset_) {
    reset_ = now + period_;
  } else if (now >= *reset_) {
    *reset_ += ((now - *reset_) / period_ + 1) * period_;
    used_ = 0;
  }
}

std::optional<milliseconds> fixed_window_call_rate::acquire(unsigned weight, time_point now) {
  require_weight(weight, limit_, where_);
  const std::lock_guard lock(mutex_);
  enter_window(now);
  if (used_ + weight > limit_) {
    return std::chrono::ceil<milliseconds>(*reset_ - now);
  }
  used_ += weight;
  return std::nullopt;
}

void fixed_window_call_rate::update(std::optional<std::int64_t> left, std::optional<ms> reset, time_point now) {
  const std::lock_guard lock(mutex_);
  enter_window(now);
  if (left && *left >= 0 && limit_ - used_ > *left) {
    used_ = limit_ - *left;
  }
  if (reset) {
    reset_ = now + *reset;
  }
}

moving_window_call_rate::moving_window_call_rate(std::vector<call_rate> rates, std::vector<call_matcher> matchers,
                                                 const std::string& where)
    : call_rate_policy(std::move(matchers)), rates_(std::move(rates)), where_(where) {
  require_rate(rates_.empty() ? 0 : 1, milliseconds(1), where);
  for (const call_rate& rate : rates_) {
    require_rate(rate.limit, rate.interval, where);
  }
}

std::optional<milliseconds> moving_window_call_rate::acquire(unsigned weight, time_point now) {
  for (const call_rate& rate : rates_) {
    require_weight(weight, rate.limit, where_);
  }
  const std::lock_guard lock(mutex_);
  forget_before(now);
  std::optional<ms> longest;
  for (const call_rate& rate : rates_) {
    longest = std::max(longest, wait_for(rate, weight, now));
  }
  if (!longest) {
    calls_.emplace_back(now, weight);
  }
  return longest;
}

/// Until so many of the interval's calls are behind it that the new ones fit.
std::optional<milliseconds> moving_window_call_rate::wait_for(const call_rate& rate, std::int64_t weight,
                                                              time_point now) const {
  std::int64_t counted = weight;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->first > now - rate.interval; ++call) {
    counted += call->second;
    if (counted > rate.limit) {
      return std::chrono::ceil<ms>(call->first + rate.interval - now);
    }
  }
  return std::nullopt;
}

void moving_window_call_rate::forget_before(time_point now) {
  const auto longest = std::max_element(rates_.begin(), rates_.end(),
                                        [](const call_rate& a, const call_rate& b) { return a.interval < b.interval; });
  while (!calls_.empty() && calls_.front().first <= now - longest->interval) {
    calls_.pop_front();
  }
}

void moving_window_call_rate::update(std::optional<std::int64_t> left, std::optional<ms> reset, time_point now) {
  if (left != 0 || reset) {
    return;
  }
  const std::lock_guard lock(mutex_);
  forget_before(now);
  if (!wait_for(rates_.front(), 1, now)) {
    calls_.emplace_back(now, 1);
  }
}

}  // namespace ingest::rest

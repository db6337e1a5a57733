#include "http/rate_limit.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "core/ascii.hpp"
#include "core/instant.hpp"
#include "http/retry_after.hpp"
#include "ingest/retry.hpp"

namespace ingest {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t least_epoch_seconds = 1'000'000'000;  // 2001; as a delay it would be 31 years
constexpr std::int64_t least_epoch_ms = 1'000'000'000'000;   // 2001 again
constexpr std::int64_t longest_delay_s = 86'400;             // quotas begin anew every day at the latest
constexpr milliseconds none{-1};

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

milliseconds until(std::int64_t epoch_ms, std::chrono::system_clock::time_point now) {
  const auto since_epoch = std::chrono::floor<milliseconds>(now.time_since_epoch());
  // What lies beyond the year 5000 would overflow below, and is clamped by every caller anyway.
  const milliseconds time(std::min(epoch_ms, least_epoch_ms * 100));
  return std::max(time - since_epoch, milliseconds(0));
}

/// "1h2m3.5s", "250ms": units that grow smaller.
milliseconds parse_duration(std::string_view text) {
  constexpr std::pair<std::string_view, double> units[] = {
      {"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}};
  double sum = 0;
  while (!text.empty()) {
    double value = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (problem != std::errc() || !is_digit(text.front())) {
      return none;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit =
        std::find_if(std::begin(units), std::end(units), [&](const auto& u) { return text.starts_with(u.first); });
    if (unit == std::end(units)) {
      return none;
    }
    sum += value * unit->second;
    text.remove_prefix(unit->first.size());
  }
  return sum < 1e12 ? milliseconds(static_cast<std::int64_t>(sum)) : milliseconds(least_epoch_ms);
}

milliseconds parse_text(std::string_view text, std::chrono::system_clock::time_point now) {
  if (const milliseconds wait = parse_duration(text); wait != none) {
    return wait;
  }
  // A time in ISO 8601 has a "-" behind its year; a number with a fraction is read as Retry-After reads it.
  if (text.find('-', 1) != std::string_view::npos) {
    if (const auto time = parse_instant(text)) {
      return until(*time, now);
    }
  }
  return text.starts_with('-') ? none : parse_retry_after(text, now).value_or(none);
}

}  // namespace

milliseconds parse_rate_limit_reset(std::string_view reset, std::chrono::system_clock::time_point now) {
  if (reset.empty()) {
    return none;
  }
  const auto value = parse_count(reset);
  if (!value) {
    return parse_text(reset, now);
  }
  if (*value < 0) {
    return none;
  }
  if (*value < least_epoch_seconds) {
    return *value <= longest_delay_s ? milliseconds(*value * 1000) : milliseconds(*value);
  }
  return until(*value < least_epoch_ms ? *value * 1000 : *value, now);
}

void rate_limit::observe(std::string_view remaining, std::string_view reset, time_point now,
                         std::chrono::system_clock::time_point date) {
  learn_unit(reset, now);
  const auto left = parse_count(remaining);
  if (!left || *left != 0) {
    return;
  }
  const auto wait = wait_until(reset, date);
  if (wait > milliseconds(0)) {
    hold(wait, now);
  }
}

milliseconds rate_limit::wait_until(std::string_view reset, std::chrono::system_clock::time_point date) const {
  const auto value = parse_count(reset);
  const std::lock_guard lock(mutex_);
  const bool is_delay = value && *value >= 0 && *value < least_epoch_seconds;
  return is_delay && in_milliseconds_ ? milliseconds(*value) : parse_rate_limit_reset(reset, date);
}

// A delay in seconds falls by one a second, in milliseconds by a thousand. One that has grown is of the next window.
void rate_limit::learn_unit(std::string_view reset, time_point now) {
  const auto value = parse_count(reset);
  if (!value || *value < 0 || *value >= least_epoch_seconds) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (delay_before_ && *value <= *delay_before_) {
    const std::int64_t fallen = *delay_before_ - *value;
    const std::int64_t passed_ms = std::chrono::floor<milliseconds>(now - seen_before_).count();
    if (fallen >= 10 && fallen * 10 >= passed_ms) {
      in_milliseconds_ = true;
    } else if (passed_ms >= 1000) {
      in_milliseconds_ = false;
    }
  }
  delay_before_ = value;
  seen_before_ = now;
}

void rate_limit::hold(milliseconds wait, time_point now) {
  const std::lock_guard lock(mutex_);
  closed_until_ = std::max(closed_until_, now + std::min(wait, longest_wait_));
}

milliseconds rate_limit::delay(time_point now) const {
  const std::lock_guard lock(mutex_);
  return std::max(std::chrono::ceil<milliseconds>(closed_until_ - now), milliseconds(0));
}

}  // namespace ingest

#include "ingest/rate_limit.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace ingest {

namespace {

using std::chrono::milliseconds;

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

milliseconds parse_rate_limit_reset(std::string_view reset, std::chrono::system_clock::time_point now) {
  constexpr std::int64_t least_epoch_seconds = 1'000'000'000;  // 2001; as a delay it would be 31 years
  constexpr std::int64_t least_epoch_ms = 1'000'000'000'000;   // 2001 again
  const auto value = parse_count(reset);
  if (!value || *value < 0) {
    return milliseconds(-1);
  }
  if (*value < least_epoch_seconds) {
    return std::chrono::seconds(*value);
  }
  const auto since_epoch = std::chrono::floor<milliseconds>(now.time_since_epoch());
  // What lies beyond the year 5000 would overflow below, and is clamped by every caller anyway.
  const std::int64_t ms = *value < least_epoch_ms ? *value * 1000 : std::min(*value, least_epoch_ms * 100);
  return std::max(milliseconds(ms) - since_epoch, milliseconds(0));
}

void rate_limit::observe(std::string_view remaining, std::string_view reset, time_point now,
                         std::chrono::system_clock::time_point date) {
  const auto left = parse_count(remaining);
  if (!left || *left > 0) {
    return;
  }
  const auto wait = parse_rate_limit_reset(reset, date);
  if (wait > milliseconds(0)) {
    hold(wait, now);
  }
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

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ingest {

/// A span of time from `since_ms` up to, but not including, `until_ms`, in milliseconds since 1970. A missing edge is
/// open.
struct time_window {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;

  bool operator==(const time_window&) const = default;
};

/// A point in time in milliseconds since 1970, from such a number ("1769541612369") or from ISO 8601: a date
/// ("2026-01-27", midnight UTC), or a date and a time of day with or without fraction and offset
/// ("2026-01-27T19:19:13.629+02:00"; UTC where there is none). Fractions of a millisecond are cut off. Nothing for
/// any other text.
std::optional<std::int64_t> parse_instant(std::string_view text);

/// `window` as `n` adjacent windows of equal length, give or take a millisecond, the earliest first. Throws
/// errc::config if n is 0, if the window is empty or shorter than n milliseconds, or if n > 1 and an edge is open.
std::vector<time_window> split(const time_window& window, std::size_t n);

}  // namespace ingest

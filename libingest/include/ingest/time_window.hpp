#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ingest {

/// A span of time from `since_ms` up to, but not including, `until_ms`, in milliseconds since 1970. A missing edge is
/// open.
struct time_window {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;

  bool operator==(const time_window&) const = default;
};

/// `window` as `n` adjacent windows of equal length, give or take a millisecond, the earliest first. Throws
/// errc::config if n is 0, if the window is empty or shorter than n milliseconds, or if n > 1 and an edge is open.
std::vector<time_window> split(const time_window& window, std::size_t n);

}  // namespace ingest

#include "ingest/time_window.hpp"

#include <string>

#include "ingest/error.hpp"

namespace ingest {

std::vector<time_window> split(const time_window& window, std::size_t n) {
  if (n == 1 && (!window.since_ms || !window.until_ms)) {
    return {window};
  }
  if (n == 0 || !window.since_ms || !window.until_ms) {
    throw error(errc::config, "a time window can be divided only with both of its edges");
  }
  if (*window.since_ms >= *window.until_ms) {
    throw error(errc::config, "the time window is empty: it must begin before it ends");
  }
  // Unsigned, because the length of the longest window does not fit a signed number.
  auto edge = static_cast<std::uint64_t>(*window.since_ms);
  const auto length = static_cast<std::uint64_t>(*window.until_ms) - edge;
  if (length < n) {
    throw error(errc::config, "the time window of " + std::to_string(length) + " ms cannot be divided into " +
                                  std::to_string(n) + " slices: ask for fewer");
  }
  std::vector<time_window> parts;
  parts.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto next = edge + length / n + (i < length % n ? 1 : 0);
    parts.push_back({static_cast<std::int64_t>(edge), static_cast<std::int64_t>(next)});
    edge = next;
  }
  return parts;
}

}  // namespace ingest

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ingest {

/// What parse_instant() does, for many texts in a row: an optional that comes back through memory is read in one piece
/// that was written in two, and a processor waits for all stores before it until it can do that.
bool read_instant(std::string_view text, std::int64_t& ms);

/// A point in time in milliseconds since 1970, from such a number ("1769541612369") or from ISO 8601: a date
/// ("2026-01-27", midnight UTC), or a date and a time of day with or without fraction and offset
/// ("2026-01-27T19:19:13.629+02:00"; UTC where there is none). Fractions of a millisecond are cut off. Nothing for
/// any other text.
inline std::optional<std::int64_t> parse_instant(std::string_view text) {
  std::int64_t ms = 0;
  return read_instant(text, ms) ? std::optional(ms) : std::nullopt;
}

}  // namespace ingest

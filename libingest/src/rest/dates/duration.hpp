#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rest/dates/moment.hpp"

namespace ingest::rest {

/// A duration of ISO 8601: months of the calendar, and a length of time.
struct duration {
  std::int64_t months = 0;
  moment::microseconds time = {};

  /// "P1M", "P1W", "P1DT12H", "-PT0.5S", as Python's isodate takes them. Throws errc::config, naming `where`, for what
  /// is none, for fractions of years and months, and for what is longer than 9999 years.
  static duration parse(std::string_view text, std::string_view where);
};

/// Moved by the calendar, and then in time; a day that the month has not becomes its last one. Nothing outside of the
/// years 1 to 9999.
std::optional<moment> later(const moment& from, const duration& by);
std::optional<moment> earlier(const moment& from, const duration& by);

}  // namespace ingest::rest

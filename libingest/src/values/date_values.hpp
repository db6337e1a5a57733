#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ingest::detail {

/// A number as PostgreSQL keeps dates and times, and whether that is all of what the text says.
struct date_value {
  std::int64_t number = 0;
  bool exact = true;
};

/// ISO 8601 with four digits for the year, as JSON's "date", "time" and "date-time" have it, the latter with a blank
/// for its T as well. Fractions of a microsecond are rounded as the server rounds them. 24:00:00 ends a day, and a
/// second 60 is the next minute's first. Nothing for any other text.
///
/// Days since 2000-01-01. Of a date and time the date, as it is written there: not exact.
std::optional<date_value> parse_date(std::string_view text);

/// Microseconds since midnight, without a zone.
std::optional<date_value> parse_time_of_day(std::string_view text);

/// Microseconds since 2000-01-01 00:00 UTC. UTC where there is no zone; midnight where there is no time.
std::optional<date_value> parse_timestamp(std::string_view text);

/// Whether a text that parse_timestamp() takes has a time with its zone, and no second or hour that is another one's.
bool is_plain_instant(std::string_view text);

}  // namespace ingest::detail

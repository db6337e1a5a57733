#pragma once

#include <chrono>
#include <optional>

#include "rest/dates/moment.hpp"

namespace ingest::rest {

/// What the directives of a format have said of a date.
struct date_parts {
  int year = 1900;
  int month = 1;
  int day = 1;
  std::optional<int> day_of_year;
  int hour = 0;
  int hour_of_half = -1;
  bool afternoon = false;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
  std::chrono::seconds offset = {};

  /// Nothing where there is no such day or second.
  std::optional<moment> to_moment() const;
};

}  // namespace ingest::rest

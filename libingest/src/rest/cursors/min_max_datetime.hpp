#pragma once

#include <optional>
#include <string>

#include "rest/dates/date_format.hpp"
#include "rest/expressions/interpolation.hpp"

namespace ingest::rest {

/// MinMaxDatetime: a date, but no earlier and no later than others. Also a plain text, which is the date alone.
struct min_max_datetime {
  interpolation datetime;
  std::optional<std::string> datetime_format = {};  ///< nothing: the cursor's own
  std::optional<interpolation> min_datetime = {};
  std::optional<interpolation> max_datetime = {};

  /// Throws errc::config for a date that is spelt in another format.
  moment evaluate(const variables& given, const std::string& format_of_cursor) const;
};

}  // namespace ingest::rest

#pragma once

#include "rest/cursors/datetime_cursor.hpp"
#include "rest/cursors/window_bounds.hpp"

namespace ingest::rest {

/// The options of a datetime_cursor, evaluated.
struct datetime_cursor::settings {
  settings(datetime_cursor_options given, std::shared_ptr<const variables> names, wall_clock clock);

  /// Where the sync ends, seen from now.
  moment end() const;

  /// Where a sync begins that has the watermark: there, or at the start where that is later.
  moment begin(const std::optional<std::string>& watermark) const;

  /// A date in one of the formats that records have; nothing where it is in none.
  std::optional<moment> date_of(const value& content) const;

  datetime_cursor_options options;
  std::shared_ptr<const variables> known;
  wall_clock now;
  date_format sent;
  std::vector<date_format> formats;  ///< of records, in the order in which they are tried
  std::string cursor_field;
  std::string start_field;
  std::string end_field;
  window_rules rules;
  std::optional<duration> lookback;
  moment start;

 private:
  clamping evaluated_clamping() const;
};

}  // namespace ingest::rest

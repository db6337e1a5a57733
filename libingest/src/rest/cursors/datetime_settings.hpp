#pragma once

#include "rest/cursors/datetime_cursor.hpp"
#include "rest/cursors/window_bounds.hpp"

namespace ingest::rest {

/// How what was observed, and watermarks, are kept: with all that a moment knows. In UTC, texts are in the order of
/// time.
const date_format& exact_format();

/// The options of a datetime_cursor, evaluated.
struct datetime_cursor::settings {
  settings(datetime_cursor_options given, std::shared_ptr<const variables> names, wall_clock clock);

  moment present() const;

  /// Where the sync ends, seen from now.
  moment end() const;

  /// Where a sync begins that has the watermark: there, as far as the format that is sent can say it, or at the start
  /// where that is later.
  moment begin(const std::optional<std::string>& watermark) const;

  /// Of a watermark, or of a date that somebody has put in its place in a format of records.
  std::optional<moment> date_of_watermark(const std::string& text) const;

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

#include "rest/cursors/min_max_datetime.hpp"

#include <algorithm>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

moment date_of(const interpolation& text, const value& content, const date_format& format) {
  const auto date = format.parse(std::string_view(content.to_text()));
  if (!date) {
    throw error(errc::config, text.where() + ": \"" + content.to_text().substr(0, 100) +
                                  "\" is no date in the format \"" + format.text() +
                                  "\"; mend the setting that it comes from, or `datetime_format`");
  }
  return *date;
}

std::optional<moment> bound(const std::optional<interpolation>& text, const variables& given,
                            const date_format& format) {
  const value content = text ? text->evaluate_itself(given) : value();
  return content.truth() ? std::optional(date_of(*text, content, format)) : std::nullopt;
}

}  // namespace

moment min_max_datetime::evaluate(const variables& given, const std::string& format_of_cursor) const {
  const bool own = datetime_format && !datetime_format->empty();
  const date_format format(own ? *datetime_format : format_of_cursor, datetime.where());
  moment date = date_of(datetime, datetime.evaluate_itself(given), format);
  if (const auto earliest = bound(min_datetime, given, format)) {
    date = std::max(date, *earliest);
  }
  if (const auto latest = bound(max_datetime, given, format)) {
    date = std::min(date, *latest);
  }
  return date;
}

}  // namespace ingest::rest

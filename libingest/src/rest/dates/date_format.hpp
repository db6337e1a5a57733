#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rest/dates/moment.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// How dates are spelt, as the CDK's DatetimeParser reads and writes them: `%s` (seconds since 1970), `%s_as_float`,
/// `%ms`, `%epoch_microseconds`, each alone; or directives of strftime(3), `%f` (microseconds), `%z` and `%_ms`
/// (milliseconds) among them, with C's names of months and days.
class date_format {
 public:
  /// Throws errc::config, naming `where`, for what cannot be read back: an unknown directive, or the number of a week.
  date_format(std::string text, std::string_view where);

  const std::string& text() const { return text_; }

  /// By the rules of Python's strptime(), the whole text. UTC where no offset is said. Nothing where it is spelt in
  /// another way, or is no date.
  std::optional<moment> parse(std::string_view text) const;

  /// Of numbers as well, as they come in records.
  std::optional<moment> parse(const value& content) const;

  std::string print(const moment& at) const;

 private:
  enum class kind { directives, seconds, seconds_as_float, milliseconds, microseconds };

  std::optional<moment> parse_number(const value& content) const;

  std::string text_;
  kind kind_ = kind::directives;
};

}  // namespace ingest::rest

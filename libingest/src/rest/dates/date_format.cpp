#include "rest/dates/date_format.hpp"

#include <array>
#include <cmath>

#include "ingest/error.hpp"
#include "rest/dates/date_pattern.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/selectors/type_casts.hpp"

namespace ingest::rest {

namespace {

using namespace std::chrono;

constexpr std::size_t longest_format = 200;

std::optional<moment> moment_at(std::int64_t count, std::int64_t microseconds_each) {
  // Beyond it are no years that a date could have, and no 64 bits.
  constexpr std::int64_t furthest = 300'000'000'000'000'000;
  if (count > furthest / microseconds_each || count < -furthest / microseconds_each) {
    return std::nullopt;
  }
  return moment::of(moment::time_point(microseconds(count * microseconds_each)));
}

std::optional<std::int64_t> whole(const value& content) {
  const value number = as_integer(content);
  if (number.kind() != value::kind::integer) {
    return std::nullopt;
  }
  try {
    return number.integer();
  } catch (const error&) {
    return std::nullopt;
  }
}

std::optional<moment> moment_of_seconds(const value& content) {
  const value number = as_number(content);
  if (number.kind() != value::kind::integer && number.kind() != value::kind::real) {
    return std::nullopt;
  }
  constexpr double furthest = 3e11;
  const double seconds_since = number.real();
  return std::abs(seconds_since) < furthest
             ? moment_at(static_cast<std::int64_t>(std::nearbyint(seconds_since * 1e6)), 1)
             : std::nullopt;
}

}  // namespace

date_format::date_format(std::string text, std::string_view where) : text_(std::move(text)) {
  constexpr std::array<std::pair<std::string_view, kind>, 4> whole_formats = {
      {{"%s", kind::seconds},
       {"%s_as_float", kind::seconds_as_float},
       {"%ms", kind::milliseconds},
       {"%epoch_microseconds", kind::microseconds}}};
  for (const auto& [name, what] : whole_formats) {
    kind_ = text_ == name ? what : kind_;
  }
  if (text_.empty() || text_.size() > longest_format) {
    throw error(errc::config, std::string(where) + ": a date's format has 1 to " + std::to_string(longest_format) +
                                  " characters, this one has " + std::to_string(text_.size()));
  }
  if (kind_ == kind::directives) {
    if (const auto unknown = unknown_directive(text_)) {
      throw error(errc::config, std::string(where) + ": dates cannot be read with \"" + *unknown +
                                    "\" of the format \"" + text_ +
                                    "\"; use directives of Python's strptime(), or %s, %ms, %_ms");
    }
  }
}

std::optional<moment> date_format::parse(const value& content) const {
  if (kind_ != kind::directives) {
    return parse_number(content);
  }
  return parse_date(content.is_text() ? content.text() : content.to_text(), text_);
}

std::optional<moment> date_format::parse(std::string_view text) const {
  return kind_ == kind::directives ? parse_date(text, text_) : parse_number(value::text_of(std::string(text)));
}

std::optional<moment> date_format::parse_number(const value& content) const {
  if (kind_ == kind::seconds_as_float) {
    return moment_of_seconds(content);
  }
  const auto count = whole(content);
  if (!count) {
    return std::nullopt;
  }
  return moment_at(*count, kind_ == kind::seconds ? 1'000'000 : kind_ == kind::milliseconds ? 1000 : 1);
}

std::string date_format::print(const moment& at) const {
  return expressions::formatted_with_epochs(expressions::moment(at.clock(), at.offset()), text_);
}

}  // namespace ingest::rest

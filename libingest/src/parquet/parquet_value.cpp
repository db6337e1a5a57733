#include "parquet/parquet_value.hpp"

#include <array>
#include <charconv>
#include <limits>

#include "core/utf8.hpp"
#include "values/date_values.hpp"
#include "values/decimal.hpp"
#include "values/real.hpp"
#include "values/uuid.hpp"

namespace ingest::detail {

namespace {

using kind = json_value::kind;

constexpr std::int64_t microseconds_of_day = 86'400'000'000;
constexpr std::int64_t days_to_2000 = 10'957;  // since 1970, when days and microseconds begin in Parquet

/// What a string means, or another value's JSON.
std::string_view words_of(const json_value& json, std::string& scratch) {
  return json.what == kind::string ? *json.text(scratch) : json.raw;
}

/// Of the form that nearly all whole numbers have.
bool is_short_and_plain(std::string_view text) {
  constexpr std::size_t always_fits = 18;
  text.remove_prefix(text.starts_with('-') ? 1 : 0);
  return !text.empty() && text.size() <= always_fits && (text.front() != '0' || text.size() == 1) &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::int64_t> whole_of(std::string_view text) {
  if (is_short_and_plain(text)) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  const auto number = decimal::parse(text);
  return number ? number->whole() : std::nullopt;
}

/// The number without its point, which stands `scale` digits before its end.
std::optional<std::int64_t> unscaled(const decimal& number, int precision, int scale) {
  const std::int64_t digits = number.point + scale;
  if (digits > precision || static_cast<std::int64_t>(number.digits.size()) > std::max<std::int64_t>(digits, 0)) {
    return std::nullopt;
  }
  std::string text = number.negative ? "-" : "";
  text += number.digits.empty() ? "0" : number.digits;
  text.append(number.digits.empty() ? 0 : static_cast<std::size_t>(digits) - number.digits.size(), '0');
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

value_fit take(const std::optional<std::int64_t>& whole, parquet_value& to) {
  to.whole = whole.value_or(0);
  return whole ? value_fit::exact : value_fit::none;
}

value_fit take(const std::optional<date_value>& v, std::int64_t epoch, parquet_value& to) {
  if (!v) {
    return value_fit::none;
  }
  to.whole = v->number + epoch;
  return v->exact ? value_fit::exact : value_fit::rounded;
}

value_fit convert_boolean(const json_value& json, std::string& scratch, parquet_value& to) {
  const std::string_view words = words_of(json, scratch);
  to.whole = words == "true" ? 1 : 0;
  return words == "true" || words == "false" ? value_fit::exact : value_fit::none;
}

value_fit convert_real(std::string_view text, parquet_value& to) {
  const auto number = parse_real<double>(text);
  if (!number) {
    return value_fit::none;
  }
  to.real = number->number;
  return number->exact ? value_fit::exact : value_fit::rounded;
}

value_fit convert_number(const json_value& json, const parquet_column& column, std::string& scratch,
                         parquet_value& to) {
  const std::string_view text = words_of(json, scratch);
  const bool says_number = json.what == kind::number ||
                           (json.what == kind::string && is_spelled_out(text, column.type == parquet_type::int64));
  if (!says_number) {
    return value_fit::none;
  }
  if (column.type == parquet_type::int64) {
    return take(whole_of(text), to);
  }
  if (column.type == parquet_type::real64) {
    return convert_real(text, to);
  }
  const auto number = decimal::parse(text);
  return take(number ? unscaled(*number, column.precision, column.scale) : std::nullopt, to);
}

value_fit convert_time_of_day(std::string_view text, parquet_value& to) {
  const value_fit fit = take(parse_time_of_day(text), 0, to);
  return to.whole < microseconds_of_day ? fit : value_fit::none;
}

value_fit convert_uuid(std::string_view text, std::string& scratch, parquet_value& to) {
  const auto bytes = parse_uuid(text);
  if (!bytes) {
    return value_fit::none;
  }
  scratch.assign(bytes->data(), bytes->size());
  to.bytes = scratch;
  return value_fit::exact;
}

/// Those whose JSON is a string.
value_fit convert_words(const json_value& json, parquet_type type, std::string& scratch, parquet_value& to) {
  if (json.what != kind::string) {
    return value_fit::none;
  }
  const std::string_view text = *json.text(scratch);
  switch (type) {
    case parquet_type::date:
      return take(parse_date(text), days_to_2000, to);
    case parquet_type::time:
      return convert_time_of_day(text, to);
    case parquet_type::timestamp:
      return take(parse_timestamp(text), days_to_2000 * microseconds_of_day, to);
    default:
      return convert_uuid(text, scratch, to);
  }
}

/// The JSON is UTF-8; what its escapes mean need not be.
value_fit convert_string(const json_value& json, std::string& scratch, parquet_value& to) {
  to.bytes = words_of(json, scratch);
  const bool had_escapes = to.bytes.data() == scratch.data();
  return !had_escapes || is_utf8(to.bytes) ? value_fit::exact : value_fit::none;
}

}  // namespace

physical_type physical_of(parquet_type type) {
  switch (type) {
    case parquet_type::boolean:
      return physical_type::boolean;
    case parquet_type::date:
      return physical_type::int32;
    case parquet_type::real64:
      return physical_type::real64;
    case parquet_type::uuid:
      return physical_type::fixed_bytes;
    case parquet_type::string:
    case parquet_type::json:
      return physical_type::bytes;
    default:
      return physical_type::int64;
  }
}

value_fit convert(const json_value& json, const parquet_column& column, std::string& scratch, parquet_value& to) {
  switch (column.type) {
    case parquet_type::boolean:
      return convert_boolean(json, scratch, to);
    case parquet_type::int64:
    case parquet_type::real64:
    case parquet_type::decimal:
      return convert_number(json, column, scratch, to);
    case parquet_type::string:
      return convert_string(json, scratch, to);
    case parquet_type::json:
      to.bytes = json.raw;
      return value_fit::exact;
    default:
      return convert_words(json, column.type, scratch, to);
  }
}

}  // namespace ingest::detail

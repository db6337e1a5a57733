#include "postgres/column_type.hpp"

#include <array>
#include <bit>
#include <limits>

#include "postgres/copy_binary.hpp"
#include "postgres/numeric.hpp"
#include "values/date_values.hpp"
#include "values/decimal.hpp"
#include "values/real.hpp"
#include "values/uuid.hpp"

namespace ingest::detail {

namespace {

using kind = json_value::kind;

/// What a string means, or another value's JSON.
std::string_view words_of(const json_value& value, std::string& scratch) {
  return value.what == kind::string ? *value.text(scratch) : value.raw;
}

value_fit append_text(const json_value& value, std::string& scratch, std::string& to) {
  const std::string_view words = words_of(value, scratch);
  if (words.find('\0') != std::string_view::npos) {
    return value_fit::none;
  }
  to += words;
  return value_fit::exact;
}

value_fit append_json(const json_value& value, std::string&, std::string& to) {
  to += value.raw;
  return value_fit::exact;
}

value_fit append_jsonb(const json_value& value, std::string& scratch, std::string& to) {
  to += jsonb_version;
  return append_json(value, scratch, to);
}

value_fit append_boolean(const json_value& value, std::string& scratch, std::string& to) {
  const std::string_view words = words_of(value, scratch);
  if (words != "true" && words != "false") {
    return value_fit::none;
  }
  to += words == "true" ? '\1' : '\0';
  return value_fit::exact;
}

/// Whether what `words` says is said by a number, or by a text that is one and nothing else.
bool says_number(const json_value& value, std::string_view words, bool whole) {
  return value.what == kind::number || (value.what == kind::string && is_spelled_out(words, whole));
}

/// JSON knows one kind of numbers: 1.0 and 1e3 are whole ones.
template <class Signed>
value_fit append_integer(const json_value& value, std::string& scratch, std::string& to) {
  const std::string_view words = words_of(value, scratch);
  const auto number = says_number(value, words, true) ? decimal::parse(words) : std::nullopt;
  const auto whole = number ? number->whole() : std::nullopt;
  if (!whole || *whole < std::numeric_limits<Signed>::min() || *whole > std::numeric_limits<Signed>::max()) {
    return value_fit::none;
  }
  append_big_endian(static_cast<std::make_unsigned_t<Signed>>(*whole), to);
  return value_fit::exact;
}

value_fit append_decimal(const json_value& value, std::string& scratch, std::string& to) {
  const std::string_view words = words_of(value, scratch);
  const auto number = says_number(value, words, false) ? decimal::parse(words) : std::nullopt;
  return number && append_numeric(*number, to) ? value_fit::exact : value_fit::none;
}

template <class Float, class Bits>
value_fit append_float(const json_value& value, std::string& scratch, std::string& to) {
  const std::string_view words = words_of(value, scratch);
  const auto real = says_number(value, words, false) ? parse_real<Float>(words) : std::nullopt;
  if (!real) {
    return value_fit::none;
  }
  append_big_endian(std::bit_cast<Bits>(real->number), to);
  return real->exact ? value_fit::exact : value_fit::rounded;
}

value_fit fit_of(const date_value& v) {
  return v.exact ? value_fit::exact : value_fit::rounded;
}

value_fit append_date(const json_value& value, std::string& scratch, std::string& to) {
  const auto date = value.what == kind::string ? parse_date(*value.text(scratch)) : std::nullopt;
  if (!date) {
    return value_fit::none;
  }
  append_big_endian(static_cast<std::uint32_t>(static_cast<std::int32_t>(date->number)), to);
  return fit_of(*date);
}

/// Those of 64 bits.
template <std::optional<date_value> (*Parse)(std::string_view)>
value_fit append_time(const json_value& value, std::string& scratch, std::string& to) {
  const auto time = value.what == kind::string ? Parse(*value.text(scratch)) : std::nullopt;
  if (!time) {
    return value_fit::none;
  }
  append_big_endian(static_cast<std::uint64_t>(time->number), to);
  return fit_of(*time);
}

value_fit append_uuid(const json_value& value, std::string& scratch, std::string& to) {
  const auto bytes = value.what == kind::string ? parse_uuid(*value.text(scratch)) : std::nullopt;
  if (!bytes) {
    return value_fit::none;
  }
  to.append(bytes->data(), bytes->size());
  return value_fit::exact;
}

constexpr std::array types{
    column_type{"text", "text", 0, append_text},
    column_type{"varchar", "varchar", 0, append_text},
    column_type{"boolean", "bool", 1, append_boolean},
    column_type{"smallint", "int2", 2, append_integer<std::int16_t>},
    column_type{"integer", "int4", 4, append_integer<std::int32_t>},
    column_type{"bigint", "int8", 8, append_integer<std::int64_t>},
    column_type{"numeric", "numeric", 0, append_decimal},
    column_type{"real", "float4", 4, append_float<float, std::uint32_t>},
    column_type{"double precision", "float8", 8, append_float<double, std::uint64_t>},
    column_type{"date", "date", 4, append_date},
    column_type{"time", "time", 8, append_time<parse_time_of_day>},
    column_type{"timestamp with time zone", "timestamptz", 8, append_time<parse_timestamp>},
    column_type{"uuid", "uuid", 16, append_uuid},
    column_type{"json", "json", 0, append_json},
    column_type{"jsonb", "jsonb", 0, append_jsonb},
};

}  // namespace

value_fit append_epoch(const json_value& value, epoch_unit unit, std::string& scratch, std::string& to) {
  constexpr std::int64_t epoch_2000 = 946'684'800'000'000;
  constexpr std::int64_t year_1 = -62'135'596'800'000'000;
  constexpr std::int64_t year_10000 = 253'402'300'800'000'000;
  const std::string_view words = words_of(value, scratch);
  auto number = says_number(value, words, false) ? decimal::parse(words) : std::nullopt;
  if (!number || unit == epoch_unit::none) {
    return value_fit::none;
  }
  if (!number->digits.empty()) {
    number->point += unit == epoch_unit::seconds ? 6 : unit == epoch_unit::milliseconds ? 3 : 0;
  }
  const auto microseconds = number->rounded();
  if (!microseconds || *microseconds < year_1 || *microseconds >= year_10000) {
    return value_fit::none;
  }
  append_big_endian(static_cast<std::uint64_t>(*microseconds - epoch_2000), to);
  return number->is_whole() ? value_fit::exact : value_fit::rounded;
}

std::span<const column_type> column_types() {
  return types;
}

const column_type* find_column_type(std::string_view catalog) {
  for (const column_type& t : types) {
    if (t.catalog == catalog) {
      return &t;
    }
  }
  return nullptr;
}

}  // namespace ingest::detail

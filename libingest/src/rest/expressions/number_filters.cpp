// Filters that make numbers, and those of numbers.
#include <cmath>

#include "ingest/error.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/filter_tables.hpp"
#include "rest/expressions/formatting.hpp"
#include "rest/expressions/number_texts.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

/// int() of a double; nothing for NaN, and a fault for infinities, as in Python.
std::optional<value> cut_off(double number) {
  if (std::isnan(number)) {
    return std::nullopt;
  }
  if (!(std::fabs(number) < 9.2e18)) {
    fail(fault::kind::other, "int of a number that is too large");
  }
  return value::integer_of(static_cast<std::int64_t>(number));
}

std::optional<value> whole_from(const value& of, std::int64_t base) {
  if (of.kind() == value::kind::integer) {
    return of;
  }
  if (of.kind() == value::kind::boolean) {
    return value::integer_of(of.boolean() ? 1 : 0);
  }
  if (of.kind() == value::kind::real) {
    return cut_off(of.real());
  }
  if (!of.is_text()) {
    require_defined(of);
    return std::nullopt;
  }
  if (auto read = whole_in(of.text(), base)) {
    return read;
  }
  const auto real = real_in(of.text());
  return real ? cut_off(*real) : std::nullopt;
}

value to_int(const value& of, const arguments& with) {
  const auto given = with.bound_to("int", {"default", "base"}, 0);
  const value otherwise = given[0].value_or(value::integer_of(0));
  return whole_from(of, whole_or(given[1], 10)).value_or(otherwise);
}

value to_float(const value& of, const arguments& with) {
  value otherwise = with.bound_to("float", {"default"}, 0)[0].value_or(value::real_of(0));
  if (is_numeric(of)) {
    return of.kind() == value::kind::real ? of : value::real_of(of.real());
  }
  if (!of.is_text()) {
    require_defined(of);
    return otherwise;
  }
  const auto read = real_in(of.text());
  return read ? value::real_of(*read) : otherwise;
}

value absolute(const value& of, const arguments& with) {
  with.bound_to("abs", {}, 0);
  const auto* const span = object_in<time_span>(of);
  if (span != nullptr) {
    return time_span::of(std::chrono::abs(span->length), span->months);
  }
  if (!is_numeric(of)) {
    fail(fault::kind::type, "abs takes a number, not '" + type_name(of) + "'");
  }
  return signed_value(of.real() < 0 ? "-" : "+", of);
}

double rounded(double number, std::int64_t precision) {
  if (!std::isfinite(number) || precision > 320) {
    return number;
  }
  if (precision < -310) {
    return std::copysign(0.0, number);
  }
  if (precision >= 0) {  // the nearest decimal number, as Python finds it
    const value text = value::text_of(formatted_value(value::real_of(number), "." + std::to_string(precision) + "f"));
    return *real_in(text.text());
  }
  const double unit = std::pow(10.0, static_cast<double>(-precision));
  return std::nearbyint(number / unit) * unit;
}

value round(const value& of, const arguments& with) {
  const auto given = with.bound_to("round", {"precision", "method"}, 0);
  const std::int64_t precision = whole_or(given[0], 0);
  const std::string method = given[1] ? text_in(*given[1], "round") : "common";
  if (method != "common" && method != "ceil" && method != "floor") {
    fail(fault::kind::other, "round is by 'common', 'ceil' or 'floor'");
  }
  if (!is_numeric(of)) {
    if (method != "common") {
      require_defined(of);
    }
    fail(fault::kind::type, "round takes a number, not '" + type_name(of) + "'");
  }
  if (method == "common") {
    if (of.kind() != value::kind::real && precision >= 0) {
      return value::integer_of(whole_number(of));
    }
    const double number = rounded(of.real(), precision);
    return of.kind() == value::kind::real ? value::real_of(number)
                                          : value::integer_of(static_cast<std::int64_t>(number));
  }
  const double unit = std::pow(10.0, static_cast<double>(precision));
  const double scaled = of.real() * unit;
  return value::real_of((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / unit);
}

value filesizeformat(const value& of, const arguments& with) {
  const auto given = with.bound_to("filesizeformat", {"binary"}, 0);
  const bool binary = given[0] && given[0]->truth();
  const auto read = of.is_text() ? real_in(of.text()) : is_numeric(of) ? std::optional(of.real()) : std::nullopt;
  if (!read) {
    require_defined(of);
    fail(of.is_text() ? fault::kind::value : fault::kind::type, "filesizeformat takes a number");
  }
  const double base = binary ? 1024 : 1000;
  if (*read == 1) {
    return value::text_of("1 Byte");
  }
  if (*read < base) {
    return value::text_of(to_int(value::real_of(*read), {}).to_text() + " Bytes");
  }
  static constexpr std::string_view units = "kMGTPEZY";
  double unit = base * base;
  std::size_t i = 0;
  for (; i + 1 < units.size() && *read >= unit; ++i) {
    unit *= base;
  }
  const std::string number = formatted_value(value::real_of(base * *read / unit), ".1f");
  const char letter = binary && units[i] == 'k' ? 'K' : units[i];
  return value::text_of(number + " " + letter + (binary ? "iB" : "B"));
}

}  // namespace

const filter_table& number_filters() {
  static const filter_table all = {
      {"int", to_int}, {"float", to_float}, {"abs", absolute}, {"round", round}, {"filesizeformat", filesizeformat},
  };
  return all;
}

}  // namespace ingest::rest::expressions

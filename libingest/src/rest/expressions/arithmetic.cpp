#include <algorithm>
#include <cmath>

#include "ingest/error.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/formatting.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

[[noreturn]] void refuse_operands(std::string_view sign, const value& left, const value& right) {
  fail(fault::kind::type,
       "'" + std::string(sign) + "' is not for '" + type_name(left) + "' and '" + type_name(right) + "'");
}

[[noreturn]] void refuse_size() {
  fail(fault::kind::other, "a number does not fit in 64 bits");
}

[[noreturn]] void refuse_zero() {
  fail(fault::kind::other, "division by zero");
}

std::int64_t whole_of(const value& of) {
  if (of.kind() == value::kind::boolean) {
    return of.boolean() ? 1 : 0;
  }
  if (!of.fits_64_bits()) {
    refuse_size();
  }
  return of.integer();
}

std::int64_t floor_divided(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  while (exponent > 0) {
    if (exponent % 2 == 1 && __builtin_mul_overflow(result, base, &result)) {
      refuse_size();
    }
    exponent /= 2;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
      refuse_size();
    }
  }
  return result;
}

double floor_remainder(double a, double b) {
  const double remainder = std::fmod(a, b);
  if (remainder == 0) {
    return std::copysign(0.0, b);
  }
  return (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

value of_reals(std::string_view sign, double a, double b) {
  if (b == 0 && (sign == "/" || sign == "//" || sign == "%")) {
    refuse_zero();
  }
  if (sign == "**") {
    if ((a == 0 && b < 0) || (a < 0 && b != std::floor(b))) {
      fail(fault::kind::other, "a power that is no real number");
    }
    const double result = std::pow(a, b);
    if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
      fail(fault::kind::other, "a number is too large");
    }
    return value::real_of(result);
  }
  if (sign == "//") {
    const double remainder = floor_remainder(a, b);
    const double quotient = (a - remainder) / b;
    const double floored = std::floor(quotient);
    return value::real_of(quotient - floored > 0.5 ? floored + 1 : floored);
  }
  return value::real_of(sign == "+"   ? a + b
                        : sign == "-" ? a - b
                        : sign == "*" ? a * b
                        : sign == "/" ? a / b
                                      : floor_remainder(a, b));
}

value of_wholes(std::string_view sign, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (sign == "/" || (sign == "**" && b < 0)) {
    return of_reals(sign, static_cast<double>(a), static_cast<double>(b));
  }
  if (sign == "//" || sign == "%") {
    if (b == 0) {
      refuse_zero();
    }
    if (b == -1) {
      return sign == "%" ? value::integer_of(0) : of_wholes("*", a, -1);
    }
    const std::int64_t quotient = floor_divided(a, b);
    return value::integer_of(sign == "//" ? quotient : a - quotient * b);
  }
  if (sign == "**") {
    return value::integer_of(power(a, b));
  }
  const bool too_large = sign == "+"   ? __builtin_add_overflow(a, b, &result)
                         : sign == "-" ? __builtin_sub_overflow(a, b, &result)
                                       : __builtin_mul_overflow(a, b, &result);
  if (too_large) {
    refuse_size();
  }
  return value::integer_of(result);
}

bool is_real(const value& of) {
  return of.kind() == value::kind::real;
}

bool is_whole(const value& of) {
  return of.kind() == value::kind::integer || of.kind() == value::kind::boolean;
}

bool is_sequence(const value& of) {
  return of.is_text() || of.is_list() || of.kind() == value::kind::tuple;
}

value joined(const value& left, const value& right) {
  if (left.is_text()) {
    check_size(left.text().size() + right.text().size(), max_text_bytes);
    return value::text_of(left.text() + right.text());
  }
  check_size(left.items().size() + right.items().size(), max_elements);
  value::elements all = left.items();
  all.insert(all.end(), right.items().begin(), right.items().end());
  work_limit::spend(all.size());
  return left.is_list() ? value::list_of(std::move(all)) : value::tuple_of(std::move(all));
}

value repeated(const value& of, std::int64_t times) {
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(times, 0));
  if (of.is_text()) {
    check_size(count == 0 ? 0 : of.text().size(), max_text_bytes / std::max<std::size_t>(count, 1));
    std::string all;
    for (std::size_t i = 0; i < count && !of.text().empty(); ++i) {
      all += of.text();
    }
    return value::text_of(std::move(all));
  }
  check_size(count == 0 ? 0 : of.items().size(), max_elements / std::max<std::size_t>(count, 1));
  value::elements all;
  for (std::size_t i = 0; i < count && !of.items().empty(); ++i) {
    all.insert(all.end(), of.items().begin(), of.items().end());
  }
  work_limit::spend(all.size());
  return of.is_list() ? value::list_of(std::move(all)) : value::tuple_of(std::move(all));
}

}  // namespace

value arithmetic(std::string_view sign, const value& left, const value& right) {
  if (left.is_text() && sign == "%") {
    return value::text_of(printf_formatted(left.text(), right));
  }
  if (left.is_undefined() || right.is_undefined()) {
    fail_undefined(left.is_undefined() ? left : right);
  }
  if (is_numeric(left) && is_numeric(right)) {
    return is_real(left) || is_real(right) ? of_reals(sign, left.real(), right.real())
                                           : of_wholes(sign, whole_of(left), whole_of(right));
  }
  if (sign == "+" && is_sequence(left) && left.kind() == right.kind()) {
    return joined(left, right);
  }
  if (sign == "*" && is_sequence(left) && is_whole(right)) {
    return repeated(left, whole_of(right));
  }
  if (sign == "*" && is_whole(left) && is_sequence(right)) {
    return repeated(right, whole_of(left));
  }
  if (auto dates = date_arithmetic(sign, left, right)) {
    return *std::move(dates);
  }
  refuse_operands(sign, left, right);
}

value signed_value(std::string_view sign, const value& of) {
  require_defined(of);
  if (of.kind() == value::kind::integer && !of.fits_64_bits()) {
    const std::string digits = of.digits();
    return sign != "-" ? of : value::number_of(digits.starts_with('-') ? digits.substr(1) : "-" + digits);
  }
  if (is_whole(of)) {
    return sign == "-" ? of_wholes("-", 0, whole_of(of)) : value::integer_of(whole_of(of));
  }
  if (is_real(of)) {
    return sign == "-" ? value::real_of(-of.real()) : of;
  }
  if (const auto* const span = object_in<time_span>(of)) {
    return sign == "-" ? time_span::of(-span->length, -span->months) : of;
  }
  fail(fault::kind::type, "'" + std::string(sign) + "' is not for '" + type_name(of) + "'");
}

}  // namespace ingest::rest::expressions

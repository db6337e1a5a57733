#include "values/decimal.hpp"

#include <algorithm>
#include <charconv>

#include "core/ascii.hpp"

namespace ingest::detail {

namespace {

std::string_view digits_at(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) {
    ++length;
  }
  const std::string_view digits = rest.substr(0, length);
  rest.remove_prefix(length);
  return digits;
}

bool accept(std::string_view& rest, char c) {
  const bool found = rest.starts_with(c);
  rest.remove_prefix(found ? 1 : 0);
  return found;
}

}  // namespace

std::optional<decimal> decimal::parse(std::string_view text) {
  decimal d;
  d.negative = accept(text, '-');
  const std::string_view before = digits_at(text);
  const bool dot = accept(text, '.');
  const std::string_view behind = dot ? digits_at(text) : std::string_view();
  if (before.empty() || (before.size() > 1 && before.front() == '0') || (dot && behind.empty())) {
    return std::nullopt;
  }
  std::int64_t exponent = 0;
  if (accept(text, 'e') || accept(text, 'E')) {
    const bool less = text.starts_with('-');
    if (less || text.starts_with('+')) {
      text.remove_prefix(1);
    }
    const std::string_view power = digits_at(text);
    const auto [end, problem] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (power.empty() || problem != std::errc() || exponent > 1'000'000'000) {
      return std::nullopt;
    }
    exponent = less ? -exponent : exponent;
  }
  if (!text.empty()) {
    return std::nullopt;
  }
  d.scale = std::max<std::int64_t>(0, static_cast<std::int64_t>(behind.size()) - exponent);
  d.digits.reserve(before.size() + behind.size());
  d.digits.append(before).append(behind);
  d.point = static_cast<std::int64_t>(before.size()) + exponent;
  const auto first = d.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    d.digits.clear();
    d.point = 0;
    d.negative = false;
    return d;
  }
  d.digits.erase(d.digits.find_last_not_of('0') + 1);
  d.digits.erase(0, first);
  d.point -= static_cast<std::int64_t>(first);
  return d;
}

std::optional<std::int64_t> decimal::whole() const {
  if (!is_whole() || point > 19) {
    return std::nullopt;
  }
  std::string text = negative ? "-" : "";
  text += digits.empty() ? "0" : digits;
  text.append(digits.empty() ? 0 : static_cast<std::size_t>(point) - digits.size(), '0');
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> decimal::rounded() const {
  if (is_whole()) {
    return whole();
  }
  decimal before = *this;
  before.digits.resize(static_cast<std::size_t>(std::max<std::int64_t>(point, 0)));
  const auto magnitude = before.whole();
  const bool up = point >= 0 && digits[static_cast<std::size_t>(point)] >= '5';
  if (!magnitude || !up) {
    return magnitude;
  }
  std::int64_t further = 0;
  return __builtin_add_overflow(*magnitude, negative ? -1 : 1, &further) ? std::nullopt : std::optional(further);
}

bool is_spelled_out(std::string_view number, bool whole) {
  const bool is_negative_zero = number.starts_with('-') && number.find_first_not_of("-0.") == std::string_view::npos;
  return number.find_first_of(whole ? "eE." : "eE") == std::string_view::npos && !is_negative_zero;
}

}  // namespace ingest::detail

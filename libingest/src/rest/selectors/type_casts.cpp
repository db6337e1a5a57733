#include "rest/selectors/type_casts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "core/ascii.hpp"
#include "core/trimmed.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view python_blanks = " \t\n\r\f\v";
constexpr std::size_t longest_number = 4300;  // of digits that Python's int() takes

/// Digits as Python takes them: single underscores may stand between them. Nothing where they are not so.
std::optional<std::string> plain_digits(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if (is_digit(text[i])) {
      digits.push_back(text[i]);
    } else if (text[i] != '_' || !between) {
      return std::nullopt;
    }
  }
  return digits;
}

struct signed_text {
  bool negative = false;
  std::string_view rest;
};

signed_text without_sign(std::string_view text) {
  text = detail::trimmed(text, python_blanks);
  const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  return {has_sign && text.front() == '-', text.substr(has_sign ? 1 : 0)};
}

/// As JSON spells it: without zeros in front.
std::string whole_spelling(bool negative, std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return (negative && digits != "0" ? "-" : "") + std::string(digits);
}

std::optional<std::string> integer_spelling(std::string_view text) {
  const auto [negative, rest] = without_sign(text);
  const auto digits = plain_digits(rest);
  if (!digits || digits->empty() || digits->size() > longest_number) {
    return std::nullopt;
  }
  return whole_spelling(negative, *digits);
}

/// The exponent that `text` is, with its letter, as JSON spells it.
std::optional<std::string> exponent_spelling(std::string_view text) {
  if (text.empty()) {
    return "";
  }
  text.remove_prefix(1);
  const bool has_sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  const auto digits = plain_digits(text.substr(has_sign ? 1 : 0));
  return digits && !digits->empty() ? std::optional("e" + std::string(text.substr(0, has_sign ? 1 : 0)) + *digits)
                                    : std::nullopt;
}

std::optional<std::string> real_spelling(std::string_view text) {
  const auto [negative, rest] = without_sign(text);
  const auto exponent_at = std::min(rest.find_first_of("eE"), rest.size());
  const auto exponent = exponent_spelling(rest.substr(exponent_at));
  const std::string_view mantissa = rest.substr(0, exponent_at);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  const auto whole = plain_digits(mantissa.substr(0, point));
  const auto fraction = plain_digits(mantissa.substr(std::min(point + 1, mantissa.size())));
  if (!exponent || !whole || !fraction || whole->size() + fraction->size() == 0 || rest.size() > longest_number) {
    return std::nullopt;
  }
  std::string out = negative ? "-" : "";
  out += whole->empty() ? "0" : whole_spelling(false, *whole);
  return out + (fraction->empty() ? "" : "." + *fraction) + *exponent;
}

value number_or(const std::optional<std::string>& spelling, const value& otherwise) {
  return spelling ? value::number_of(*spelling) : otherwise;
}

/// Without what stands behind the decimal point.
value truncated(const value& real) {
  const std::string spelling = real.to_json();
  if (spelling.find_first_of("eE") == std::string::npos) {
    const std::string whole = spelling.substr(0, spelling.find('.'));
    return value::number_of(whole == "-0" ? "0" : whole);
  }
  const double number = std::trunc(real.real());
  constexpr double beyond_64_bits = 9.2e18;
  return std::isfinite(number) && std::abs(number) < beyond_64_bits
             ? value::integer_of(static_cast<std::int64_t>(number))
             : real;
}

bool is_one_of(const std::string& text, const std::array<std::string_view, 6>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

value as_text(const value& content) {
  return content.is_text() ? content : value::text_of(content.to_text());
}

value as_number(const value& content) {
  switch (content.kind()) {
    case value::kind::text:
      return number_or(real_spelling(content.text()), content);
    case value::kind::boolean:
      return value::number_of(content.boolean() ? "1.0" : "0.0");
    default:
      return content;
  }
}

value as_integer(const value& content) {
  switch (content.kind()) {
    case value::kind::text:
      return number_or(integer_spelling(content.text()), content);
    case value::kind::boolean:
      return value::integer_of(content.boolean() ? 1 : 0);
    case value::kind::real:
      return truncated(content);
    default:
      return content;
  }
}

value as_boolean(const value& content) {
  if (!content.is_text()) {
    return value::boolean_of(content.truth());
  }
  std::string word(detail::trimmed(content.text(), python_blanks));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (is_one_of(word, {"y", "yes", "t", "true", "on", "1"})) {
    return value::boolean_of(true);
  }
  return is_one_of(word, {"n", "no", "f", "false", "off", "0"}) ? value::boolean_of(false) : content;
}

}  // namespace ingest::rest

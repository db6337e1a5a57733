#include "rest/expressions/number_texts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/lexer.hpp"

namespace ingest::rest::expressions {

namespace {

/// Digits with single underscores between them, without these; nothing where it is something else.
std::optional<std::string> joined_digits(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && text[i - 1] != '_';
    if (text[i] == '_' && !between) {
      return std::nullopt;
    }
    digits += text[i] == '_' ? "" : std::string(1, text[i]);
  }
  return digits;
}

std::optional<value> of_base(std::string_view digits, std::int64_t base, bool negative) {
  std::int64_t number = 0;
  for (const char c : digits) {
    if (digit_value(c) >= base) {
      return std::nullopt;
    }
    if (__builtin_mul_overflow(number, base, &number) || __builtin_add_overflow(number, digit_value(c), &number)) {
      fail(fault::kind::other, "a number does not fit in 64 bits");
    }
  }
  return value::integer_of(negative ? -number : number);
}

}  // namespace

std::optional<value> whole_in(const std::string& text, std::int64_t base) {
  std::string_view rest = without_trailing_space(without_leading_space(text));
  const bool negative = rest.starts_with('-');
  rest.remove_prefix(negative || rest.starts_with('+') ? 1 : 0);
  if (base != 0 && (base < 2 || base > 36)) {
    return std::nullopt;
  }
  const char mark = rest.size() > 2 && rest[0] == '0' ? static_cast<char>(rest[1] | 0x20) : ' ';
  const std::int64_t marked = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
  if (marked != 0 && (base == 0 || base == marked)) {
    rest.remove_prefix(rest[2] == '_' ? 3 : 2);
    base = marked;
  }
  const auto digits = joined_digits(rest);
  if (!digits || digits->empty()) {
    return std::nullopt;
  }
  if (base != 10 && base != 0) {
    return of_base(*digits, base, negative);
  }
  if (!std::all_of(digits->begin(), digits->end(), is_digit) || digits->size() > 4300) {
    return std::nullopt;
  }
  const std::size_t zeros = std::min(digits->find_first_not_of('0'), digits->size() - 1);
  const std::string spelled = digits->substr(zeros);
  return value::number_of(negative && spelled != "0" ? "-" + spelled : spelled);
}

std::optional<double> real_in(const std::string& text) {
  std::string_view rest = without_trailing_space(without_leading_space(text));
  const bool negative = rest.starts_with('-');
  rest.remove_prefix(negative || rest.starts_with('+') ? 1 : 0);
  const std::string word = lower_of(rest);
  double number = 0;
  if (word == "inf" || word == "infinity") {
    number = std::numeric_limits<double>::infinity();
  } else if (word == "nan") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else {
    std::string spelled = std::string(rest);
    for (std::size_t i = 0; i < spelled.size(); ++i) {
      if (spelled[i] == '_' &&
          (i == 0 || i + 1 == spelled.size() || !is_digit(spelled[i - 1]) || !is_digit(spelled[i + 1]))) {
        return std::nullopt;
      }
    }
    spelled.erase(std::remove(spelled.begin(), spelled.end(), '_'), spelled.end());
    const bool plain = spelled.find_first_not_of("0123456789.eE+-") == std::string::npos;
    if (!plain || spelled.empty() || (!is_digit(spelled[0]) && spelled[0] != '.')) {
      return std::nullopt;
    }
    char* end = nullptr;
    number = std::strtod(spelled.c_str(), &end);
    if (end != spelled.c_str() + spelled.size()) {
      return std::nullopt;
    }
  }
  return negative ? -number : number;
}

}  // namespace ingest::rest::expressions

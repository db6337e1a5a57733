#include <algorithm>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "rest/expressions/lexer.hpp"

namespace ingest::rest::expressions {

namespace {

/// sys.get_int_max_str_digits()
constexpr std::size_t max_digits = 4300;

/// (_?digit)+ from `at` on; `at` itself where there is none.
std::size_t behind_digits(std::string_view text, std::size_t at, int base, bool underscore_first) {
  std::size_t end = at;
  while (true) {
    const bool underscore = end < text.size() && text[end] == '_' && (end > at || underscore_first);
    const std::size_t digit = underscore ? end + 1 : end;
    if (digit >= text.size() || digit_value(text[digit]) >= base) {
      return end;
    }
    end = digit + 1;
  }
}

int base_of(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') {
    return 10;
  }
  const char mark = static_cast<char>(text[1] | 0x20);
  return mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
}

/// `digits` of another base in decimal ones: by hand, for they may have more than 64 bits.
std::string decimal_of(std::string_view digits, int base) {
  std::string decimal = "0";  // the last digit first
  for (const char c : digits) {
    int carry = digit_value(c);
    for (char& d : decimal) {
      carry += (d - '0') * base;
      d = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry > 0; carry /= 10) {
      decimal += static_cast<char>('0' + carry % 10);
    }
  }
  std::reverse(decimal.begin(), decimal.end());
  return decimal;
}

}  // namespace

std::size_t number_length(std::string_view text, bool& whole) {
  whole = true;
  const int base = base_of(text);
  if (base != 10) {
    const std::size_t end = behind_digits(text, 2, base, true);
    return end > 2 ? end : 1;
  }
  std::size_t end = behind_digits(text, 0, 10, false);
  const std::size_t digits = end;
  if (end == 0) {
    return 0;
  }
  if (end < text.size() && text[end] == '.') {
    const std::size_t fraction = behind_digits(text, end + 1, 10, false);
    whole = fraction == end + 1;
    end = whole ? end : fraction;
  }
  if (end < text.size() && (text[end] | 0x20) == 'e') {
    const std::size_t sign = end + 1 < text.size() && (text[end + 1] == '+' || text[end + 1] == '-') ? 1 : 0;
    const std::size_t exponent = behind_digits(text, end + 1 + sign, 10, false);
    whole = whole && exponent == end + 1 + sign;
    end = exponent == end + 1 + sign ? end : exponent;
  }
  if (whole && text[0] == '0') {  // 007 is no number
    const std::size_t other = text.substr(0, digits).find_first_not_of("0_");
    end = other == std::string_view::npos ? digits : other;
    return text[end - 1] == '_' ? end - 1 : end;
  }
  return end;
}

value number_from(std::string_view spelling, bool whole) {
  std::string digits(spelling);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  if (const int base = base_of(digits); base != 10) {
    if (digits.size() > max_digits) {
      throw error(errc::bad_data, "a number has too many digits");
    }
    return value::number_of(decimal_of(std::string_view(digits).substr(2), base));
  }
  if (whole) {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    if (digits.size() > max_digits) {
      throw error(errc::bad_data, "a number has too many digits");
    }
    return value::number_of(digits);
  }
  return value::number_of(digits);
}

}  // namespace ingest::rest::expressions

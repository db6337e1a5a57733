#pragma once

#include <string>
#include <string_view>

namespace ingest {

/// Whatever the locale is: so are all of these.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = lower(c);
  }
  return result;
}

constexpr bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

/// Of a digit in a number of base 36 or less; 99 where it is none.
constexpr int digit_value(char c) {
  return is_digit(c) ? c - '0' : is_letter(c) ? lower(c) - 'a' + 10 : 99;
}

constexpr bool is_hex_digit(char c) {
  return digit_value(c) < 16;
}

}  // namespace ingest

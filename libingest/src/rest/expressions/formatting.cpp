#include "rest/expressions/formatting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

constexpr int max_width = 100'000;

/// [[fill]align][sign][#][0][width][,][.precision][type]
struct specification {
  std::string fill = " ";
  char align = '\0';
  char sign = '-';
  bool alternate = false;
  char grouping = '\0';
  int width = 0;
  int precision = -1;
  char type = '\0';
};

int number_at(std::string_view& rest) {
  int number = 0;
  while (!rest.empty() && is_digit(rest.front())) {
    number = number * 10 + (rest.front() - '0');
    rest.remove_prefix(1);
    if (number > max_width) {
      fail(fault::kind::value, "a format is wider than 100000 characters");
    }
  }
  return number;
}

specification read_specification(std::string_view rest) {
  specification read;
  const auto is_align = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
  const std::size_t fill = rest.empty() ? 0 : first_character(rest).bytes.size();
  if (rest.size() > fill && is_align(rest[fill])) {
    read.fill = rest.substr(0, fill);
    read.align = rest[fill];
    rest.remove_prefix(fill + 1);
  } else if (!rest.empty() && is_align(rest.front())) {
    read.align = rest.front();
    rest.remove_prefix(1);
  }
  const auto accept = [&](std::string_view any) {
    const bool found = !rest.empty() && any.find(rest.front()) != std::string_view::npos;
    const char c = found ? rest.front() : '\0';
    rest.remove_prefix(found ? 1 : 0);
    return c;
  };
  if (const char sign = accept("+- ")) {
    read.sign = sign;
  }
  read.alternate = accept("#") != '\0';
  if (accept("0") != '\0' && read.align == '\0') {
    read.fill = "0";
    read.align = '=';
  }
  read.width = number_at(rest);
  read.grouping = accept(",_");
  if (accept(".") != '\0') {
    if (rest.empty() || !is_digit(rest.front())) {
      fail(fault::kind::value, "a format has no precision behind its dot");
    }
    read.precision = number_at(rest);
  }
  read.type = accept("bcdeEfFgGnosxX%");
  if (!rest.empty()) {
    fail(fault::kind::value, "a format is none");
  }
  return read;
}

std::string padded(std::string text, const specification& by, char usual_align, std::size_t sign_length = 0) {
  const std::size_t length = count_characters(text);
  const auto width = static_cast<std::size_t>(by.width);
  if (length >= width) {
    return text;
  }
  std::string fill;
  const char align = by.align == '\0' ? usual_align : by.align;
  const std::size_t missing = width - length;
  const std::size_t before = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string left;
  std::string right;
  for (std::size_t i = 0; i < missing; ++i) {
    (i < before ? left : right) += by.fill;
  }
  if (align == '=') {
    return text.substr(0, sign_length) + left + text.substr(sign_length);
  }
  return left + text + right;
}

std::string grouped(std::string digits, char by) {
  if (by == '\0') {
    return digits;
  }
  const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
  for (std::size_t at = whole; at > 3; at -= 3) {
    digits.insert(at - 3, 1, by);
  }
  return digits;
}

std::string sign_of(bool negative, char wanted) {
  return negative ? "-" : wanted == '-' ? "" : std::string(1, wanted);
}

std::string whole_text(const value& of, const specification& by) {
  const std::int64_t number = whole_number(of);
  const auto magnitude = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  std::string digits;
  if (by.type == 'b') {
    for (auto rest = magnitude; rest > 0 || digits.empty(); rest /= 2) {
      digits.insert(digits.begin(), static_cast<char>('0' + rest % 2));
    }
  } else {
    char buffer[32];
    const char* const format = by.type == 'x' ? "%lx" : by.type == 'X' ? "%lX" : by.type == 'o' ? "%lo" : "%lu";
    digits.assign(buffer, static_cast<std::size_t>(std::snprintf(buffer, sizeof buffer, format, magnitude)));
  }
  std::string prefix = sign_of(number < 0, by.sign);
  if (by.alternate && by.type != 'd' && by.type != '\0') {
    prefix += {'0', by.type};
  }
  return padded(prefix + grouped(digits, by.grouping), by, '>', prefix.size());
}

std::string printed(double number, char type, int precision, bool alternate) {
  if (precision > 1000) {
    fail(fault::kind::value, "a precision is more than 1000 digits");
  }
  const std::string format = std::string(alternate ? "%#.*" : "%.*") + type;
  const int size = std::snprintf(nullptr, 0, format.c_str(), precision, number);
  std::string text(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(text.data(), text.size(), format.c_str(), precision, number);
  text.pop_back();
  return text;
}

std::string real_text(double number, const specification& by) {
  const bool negative = std::signbit(number) && !std::isnan(number);
  const double magnitude = std::fabs(number);
  std::string digits;
  if (by.type == '\0' && by.precision < 0) {
    digits = python_real(magnitude);
  } else if (by.type == '%') {
    digits = printed(magnitude * 100, 'f', by.precision < 0 ? 6 : by.precision, by.alternate) + "%";
  } else {
    const char type = by.type == '\0' || by.type == 'n' ? 'g' : by.type;
    digits = printed(magnitude, type, by.precision < 0 ? 6 : by.precision, by.alternate);
    if (by.type == '\0' && digits.find_first_of(".en") == std::string::npos) {
      digits += ".0";
    }
  }
  const std::string sign = sign_of(negative, by.sign);
  return padded(sign + grouped(digits, by.grouping), by, '>', sign.size());
}

std::string text_text(std::string text, const specification& by) {
  if (by.align == '=' && by.fill != "0") {
    fail(fault::kind::value, "'=' aligns numbers only");
  }
  if (by.precision >= 0) {
    text.resize(byte_of_character(text, static_cast<std::size_t>(by.precision)));
  }
  specification aligned = by;
  aligned.align = by.align == '=' ? '<' : by.align;
  return padded(std::move(text), aligned, '<');
}

}  // namespace

std::string formatted_value(const value& of, std::string_view written) {
  if (const auto* const at = object_in<moment>(of); at != nullptr && !written.empty()) {
    return formatted(*at, written);
  }
  const bool plain = of.is_text() || is_numeric(of);
  if (!plain) {
    if (!written.empty()) {
      fail(fault::kind::type, "'" + type_name(of) + "' takes no format");
    }
    return of.to_text();
  }
  if (written.empty()) {
    return of.to_text();
  }
  const specification by = read_specification(written);
  if (of.is_text()) {
    if (by.type != '\0' && by.type != 's') {
      fail(fault::kind::value, "a text is formatted as a number");
    }
    return text_text(of.text(), by);
  }
  if (by.type == 's' || (by.type == 'c')) {
    fail(fault::kind::value, "a number is formatted as a text");
  }
  const bool as_real = std::string_view("eEfFgG%").find(by.type) != std::string_view::npos && by.type != '\0';
  if (of.kind() == value::kind::real || as_real) {
    if (!as_real && by.type != '\0' && by.type != 'n') {
      fail(fault::kind::value, "a real number is formatted as a whole one");
    }
    return real_text(of.real(), by);
  }
  if (by.precision >= 0) {
    fail(fault::kind::value, "a whole number is formatted with a precision");
  }
  return whole_text(of, by);
}

}  // namespace ingest::rest::expressions

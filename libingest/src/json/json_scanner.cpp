#include "json/json_scanner.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace ingest::detail {

void json_scanner::fail(const char* p) const {
  throw json_fault{static_cast<std::size_t>(p - begin_)};
}

void json_scanner::tolerate(const char* p) {
  if (!tolerated_) {
    tolerated_ = static_cast<std::size_t>(p - begin_);
  }
}

std::string_view json_scanner::unescaped_key(std::string_view contents) {
  key_text_.clear();
  append_unescaped(contents, key_text_);
  return key_text_;
}

void json_scanner::finish() {
  if (peek() != '\0' || p_ != end_) {
    fail(p_);
  }
}

const char* json_scanner::past_container(const char* p) {
  for (std::size_t depth = 0;;) {
    // In front of a value.
    p = past_blanks(p);
    const char first = at(p);
    if (first == '{' || first == '[') {
      if (depth == open_.size()) {
        open_.resize(std::max(2 * depth, open_.capacity()));  // nothing is allocated for the first few
      }
      open_[depth++] = first == '{' ? '}' : ']';
      p = past_blanks(p + 1);
      if (at(p) != open_[depth - 1]) {
        p = first == '{' ? past_name(p) : p;
        continue;
      }
    } else {
      p = past_blanks(past_scalar(p));
    }
    // Behind a value, or at the end of an empty container.
    while (at(p) == open_[depth - 1]) {
      ++p;
      if (--depth == 0) {
        return p;
      }
      p = past_blanks(p);
    }
    require(p, ',');
    p = open_[depth - 1] == '}' ? past_name(past_blanks(p + 1)) : p + 1;
  }
}

const char* json_scanner::past_scalar(const char* p) {
  bool escaped = false;
  switch (at(p)) {
    case '"':
      return past_string(p, escaped);
    case 't':
      return past_literal(p, "true");
    case 'f':
      return past_literal(p, "false");
    case 'n':
      return past_literal(p, "null");
    default:
      return past_number(p);
  }
}

// `p` is at what is neither the end nor an ordinary character of a string.
const char* json_scanner::past_rest_of_string(const char* p, bool& escaped) {
  while (p != end_ && *p != '"') {
    if (*p == '\\') {
      p = past_escape(p);
      escaped = true;
    } else if (tolerant_) {
      tolerate(p);
      ++p;
    } else {
      fail(p);
    }
    p = find_first<true, '"', '\\'>(p, end_);
  }
  if (p == end_) {
    fail(p);
  }
  return p + 1;
}

const char* json_scanner::past_escape(const char* p) const {
  ++p;
  if (p == end_) {
    fail(p);
  }
  if (*p == 'u') {
    for (int i = 0; i < 4; ++i) {
      ++p;
      if (p == end_ || !is_hex_digit(*p)) {
        fail(p);
      }
    }
  } else if (std::string_view("\"\\/bfnrt").find(*p) == std::string_view::npos) {
    fail(p);
  }
  return p + 1;
}

const char* json_scanner::past_digits(const char* p) const {
  if (p == end_ || !is_digit(*p)) {
    fail(p);
  }
  while (p != end_ && is_digit(*p)) {
    ++p;
  }
  return p;
}

const char* json_scanner::past_number(const char* p) {
  if (at(p) == '-') {
    ++p;
  }
  if (tolerant_ && (at(p) == 'N' || at(p) == 'I')) {
    return past_no_number(p);
  }
  p = at(p) == '0' ? p + 1 : past_digits(p);
  if (at(p) == '.') {
    p = past_digits(p + 1);
  }
  if (at(p) == 'e' || at(p) == 'E') {
    ++p;
    p = past_digits(at(p) == '+' || at(p) == '-' ? p + 1 : p);
  }
  return p;
}

// What some servers write for a number that is none.
const char* json_scanner::past_no_number(const char* p) {
  tolerate(p);
  return past_literal(p, *p == 'N' ? "NaN" : "Infinity");
}

const char* json_scanner::past_literal(const char* p, std::string_view word) const {
  if (static_cast<std::size_t>(end_ - p) < word.size() || std::string_view(p, word.size()) != word) {
    fail(p);
  }
  return p + word.size();
}

}  // namespace ingest::detail

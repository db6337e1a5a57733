#include "json/json_scanner.hpp"

#include "core/ascii.hpp"
#include "json/byte_scan.hpp"

namespace ingest::detail {

namespace {

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

json_value::kind kind_of(char first) {
  switch (first) {
    case '"':
      return json_value::kind::string;
    case '{':
      return json_value::kind::object;
    case '[':
      return json_value::kind::array;
    case 'n':
      return json_value::kind::null;
    case 't':
    case 'f':
      return json_value::kind::boolean;
    default:
      return json_value::kind::number;
  }
}

}  // namespace

void json_scanner::fail() const {
  throw json_fault{offset()};
}

void json_scanner::tolerate() {
  if (!tolerated_) {
    tolerated_ = offset();
  }
}

void json_scanner::push(char close) {
  open_.push_back(close);
  ++p_;
}

void json_scanner::enter(char open) {
  if (peek() != open) {
    fail();
  }
  push(open == '{' ? '}' : ']');
}

void json_scanner::leave() {
  open_.pop_back();
  ++p_;
}

bool json_scanner::next_of(char close) {
  const char c = peek();
  if (c == close) {
    leave();
    return false;
  }
  if (c != ',') {
    fail();
  }
  ++p_;
  return true;
}

std::string_view json_scanner::key() {
  if (peek() != '"') {
    fail();
  }
  const char* const start = p_ + 1;
  const bool escaped = string();
  const std::string_view contents(start, static_cast<std::size_t>(p_ - start - 1));
  if (peek() != ':') {
    fail();
  }
  ++p_;
  if (!escaped) {
    return contents;
  }
  key_text_.clear();
  append_unescaped(contents, key_text_);
  return key_text_;
}

json_value json_scanner::value() {
  const char first = peek();
  const char* const start = p_;
  skip();
  return {kind_of(first), std::string_view(start, static_cast<std::size_t>(p_ - start))};
}

void json_scanner::finish() {
  if (peek() != '\0' || p_ != end_) {
    fail();
  }
}

void json_scanner::skip() {
  const std::size_t base = open_.size();
  do {
    while (skip_opening()) {
    }
  } while (skip_to_next_value(base));
}

// Reads a value or, returning true, the opening of one: the next thing to read is a value again.
bool json_scanner::skip_opening() {
  const char c = peek();
  switch (c) {
    case '{':
    case '[':
      push(c == '{' ? '}' : ']');
      if (peek() == open_.back()) {
        leave();
        return false;
      }
      if (c == '{') {
        if (peek() != '"') {
          fail();
        }
        string();
        if (peek() != ':') {
          fail();
        }
        ++p_;
      }
      return true;
    case '"':
      string();
      return false;
    case 't':
      literal("true");
      return false;
    case 'f':
      literal("false");
      return false;
    case 'n':
      literal("null");
      return false;
    default:
      number();
      return false;
  }
}

// After a value: closes what ends here; true if another value follows inside the value that began at depth `base`.
bool json_scanner::skip_to_next_value(std::size_t base) {
  while (open_.size() > base) {
    const char c = peek();
    if (c == open_.back()) {
      leave();
      continue;
    }
    if (c != ',') {
      fail();
    }
    ++p_;
    if (open_.back() == '}') {
      if (peek() != '"') {
        fail();
      }
      string();
      if (peek() != ':') {
        fail();
      }
      ++p_;
    }
    return true;
  }
  return false;
}

bool json_scanner::string() {
  ++p_;
  for (bool escaped = false;;) {
    p_ = find_first<true, '"', '\\'>(p_, end_);
    if (p_ == end_) {
      fail();
    }
    if (*p_ == '"') {
      ++p_;
      return escaped;
    }
    if (*p_ == '\\') {
      escape();
      escaped = true;
    } else if (tolerant_) {
      tolerate();
      ++p_;
    } else {
      fail();
    }
  }
}

void json_scanner::escape() {
  ++p_;
  if (p_ == end_) {
    fail();
  }
  if (*p_ == 'u') {
    for (int i = 0; i < 4; ++i) {
      ++p_;
      if (p_ == end_ || !is_hex(*p_)) {
        fail();
      }
    }
  } else if (std::string_view("\"\\/bfnrt").find(*p_) == std::string_view::npos) {
    fail();
  }
  ++p_;
}

void json_scanner::digits() {
  if (p_ == end_ || !is_digit(*p_)) {
    fail();
  }
  while (p_ != end_ && is_digit(*p_)) {
    ++p_;
  }
}

void json_scanner::number() {
  if (p_ != end_ && *p_ == '-') {
    ++p_;
  }
  if (tolerant_ && no_number()) {
    return;
  }
  if (p_ != end_ && *p_ == '0') {
    ++p_;
  } else {
    digits();
  }
  if (p_ != end_ && *p_ == '.') {
    ++p_;
    digits();
  }
  if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
    ++p_;
    if (p_ != end_ && (*p_ == '+' || *p_ == '-')) {
      ++p_;
    }
    digits();
  }
}

// What some servers write for a number that is none.
bool json_scanner::no_number() {
  if (p_ == end_ || (*p_ != 'N' && *p_ != 'I')) {
    return false;
  }
  tolerate();
  literal(*p_ == 'N' ? "NaN" : "Infinity");
  return true;
}

void json_scanner::literal(std::string_view word) {
  if (static_cast<std::size_t>(end_ - p_) < word.size() || std::string_view(p_, word.size()) != word) {
    fail();
  }
  p_ += word.size();
}

}  // namespace ingest::detail

#include <bit>
#include <charconv>
#include <cstdint>

#include "json/json_scanner.hpp"

namespace ingest::detail {

namespace {

unsigned hex4(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

void append_utf8(unsigned c, std::string& out) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
    return;
  }
  if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
  } else {
    if (c < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    } else {
      out.push_back(static_cast<char>(0xF0 | (c >> 18)));
      out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    }
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
  }
  out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

// `rest` begins behind "\u"; takes the digits, and those of the low surrogate where one follows.
void append_code_point(std::string_view& rest, std::string& out) {
  unsigned c = hex4(rest);
  rest.remove_prefix(4);
  if (c >= 0xD800 && c < 0xDC00 && rest.starts_with("\\u")) {
    if (const unsigned low = hex4(rest.substr(2)); low >= 0xDC00 && low < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      rest.remove_prefix(6);
    }
  }
  append_utf8(c, out);
}

char control_of(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

/// Walks along the pointers; recursive, but no deeper than the longest of them has tokens.
class pointer_walk {
 public:
  pointer_walk(json_scanner& in, std::span<const json_pointer> pointers, std::span<json_value> found)
      : in_(in), pointers_(pointers), found_(found) {}

  /// Reads a value at `level`, which the pointers of the set `on_path` lead to or through.
  void walk(std::uint32_t on_path, std::size_t level) {
    if (on_path == 0) {
      return in_.pass();
    }
    const char first = in_.peek();
    const char* const start = in_.position();
    const std::uint32_t deeper = through(on_path, level);
    if (deeper != 0 && first == '{') {
      in_.object([&](std::string_view key) { walk(matching(deeper, level, key), level + 1); });
    } else if (deeper != 0 && first == '[') {
      in_.array([&](std::size_t index) { walk(matching(deeper, level, std::to_string(index)), level + 1); });
    } else {
      in_.pass();
    }
    for (std::uint32_t here = on_path & ~deeper; here != 0; here &= here - 1) {
      found_[std::countr_zero(here)] = in_.passed(start);
    }
  }

 private:
  std::uint32_t through(std::uint32_t on_path, std::size_t level) const {
    std::uint32_t deeper = 0;
    for (std::uint32_t rest = on_path; rest != 0; rest &= rest - 1) {
      const int i = std::countr_zero(rest);
      deeper |= pointers_[i].tokens().size() > level ? 1U << i : 0;
    }
    return deeper;
  }

  std::uint32_t matching(std::uint32_t on_path, std::size_t level, std::string_view token) {
    std::uint32_t matched = 0;
    for (std::uint32_t rest = on_path; rest != 0; rest &= rest - 1) {
      const int i = std::countr_zero(rest);
      if (pointers_[i].tokens()[level] == token) {
        matched |= 1U << i;
        found_[i] = {};  // an earlier occurrence of the key counts no longer, whatever this one holds
      }
    }
    return matched;
  }

  json_scanner& in_;
  std::span<const json_pointer> pointers_;
  std::span<json_value> found_;
};

}  // namespace

void append_unescaped(std::string_view rest, std::string& out) {
  for (;;) {
    const auto backslash = rest.find('\\');
    out.append(rest.substr(0, backslash));
    if (backslash == std::string_view::npos) {
      return;
    }
    const char letter = rest[backslash + 1];
    rest.remove_prefix(backslash + 2);
    if (letter == 'u') {
      append_code_point(rest, out);
    } else {
      out.push_back(control_of(letter));
    }
  }
}

std::optional<std::string_view> json_value::text(std::string& scratch) const {
  if (what == kind::number) {
    return raw;
  }
  if (what != kind::string) {
    return std::nullopt;
  }
  const std::string_view contents = raw.substr(1, raw.size() - 2);
  if (contents.find('\\') == std::string_view::npos) {
    return contents;
  }
  scratch.clear();
  append_unescaped(contents, scratch);
  return scratch;
}

json_value find_values(json_scanner& in, std::span<const json_pointer> pointers, std::span<json_value> found) {
  for (json_value& v : found) {
    v = {};
  }
  in.peek();
  const char* const start = in.position();
  pointer_walk(in, pointers, found).walk((1U << pointers.size()) - 1, 0);
  return in.passed(start);
}

}  // namespace ingest::detail

#include "core/utf8.hpp"

#include <algorithm>
#include <cstring>

namespace ingest::detail {

namespace {

bool is_continuation(std::string_view text, std::size_t at, unsigned char least = 0x80, unsigned char greatest = 0xBF) {
  const auto byte = static_cast<unsigned char>(at < text.size() ? text[at] : 0);
  return byte >= least && byte <= greatest;
}

/// How many characters of one byte `text` begins with, in eights.
std::size_t ascii_length(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t length = 0;
  for (std::uint64_t eight = 0; text.size() - length >= sizeof eight; length += sizeof eight) {
    std::memcpy(&eight, text.data() + length, sizeof eight);
    if ((eight & high_bits) != 0) {
      break;
    }
  }
  return length;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.empty() ? 0xFF : text.front());
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return is_continuation(text, 1) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = lead == 0xE0   ? is_continuation(text, 1, 0xA0)
                        : lead == 0xED ? is_continuation(text, 1, 0x80, 0x9F)
                                       : is_continuation(text, 1);
    return second && is_continuation(text, 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = lead == 0xF0   ? is_continuation(text, 1, 0x90)
                        : lead == 0xF4 ? is_continuation(text, 1, 0x80, 0x8F)
                                       : is_continuation(text, 1);
    return second && is_continuation(text, 2) && is_continuation(text, 3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  for (;;) {
    text.remove_prefix(ascii_length(text));
    // What holds one other character mostly holds more of them.
    for (std::size_t characters = 0; characters < 16 && !text.empty(); ++characters) {
      const std::size_t length = utf8_length(text);
      if (length == 0) {
        return false;
      }
      text.remove_prefix(length);
    }
    if (text.empty()) {
      return true;
    }
  }
}

void append_character(std::uint32_t code, std::string& to) {
  const auto push = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  const auto push_rest = [&push, code](int bits) { push(0x80 | (code >> bits & 0x3f)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xc0 | code >> 6);
    push_rest(0);
  } else if (code < 0x10000) {
    push(0xe0 | code >> 12);
    push_rest(6);
    push_rest(0);
  } else {
    push(0xf0 | code >> 18);
    push_rest(12);
    push_rest(6);
    push_rest(0);
  }
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text.substr(end)));
    if (end + length > most) {
      break;
    }
    end += length;
  }
  return text.substr(0, end);
}

std::string with_invalid_utf8_replaced(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    valid.append(length > 0 ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD"));
    text.remove_prefix(length > 0 ? length : 1);
  }
  return valid;
}

}  // namespace ingest::detail

#include "rest/expressions/characters.hpp"

#include <locale.h>
#include <clocale>
#include <cwctype>

#include "core/utf8.hpp"

namespace ingest::rest::expressions {

namespace {

/// Independent of the process's locale.
locale_t unicode() {
  static const locale_t every_character = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return every_character;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// A surrogate's three bytes; detail::utf8_length() refuses them.
bool is_surrogate(std::string_view text) {
  return text.size() >= 3 && text[0] == '\xed' && is_continuation(text[1]) && is_continuation(text[2]);
}

std::uint32_t code_of(std::string_view bytes) {
  static constexpr std::uint32_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t code = static_cast<unsigned char>(bytes[0]) & masks[bytes.size()];
  for (const char c : bytes.substr(1)) {
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
  }
  return code;
}

template <class F>
std::string mapped(std::string_view text, F map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const character c = first_character(text);
    const std::uint32_t other = map(c.code);
    if (other == c.code) {
      out += c.bytes;
    } else {
      detail::append_character(other, out);
    }
    text.remove_prefix(c.bytes.size());
  }
  return out;
}

}  // namespace

character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) {
    return {text.substr(0, 1), first};
  }
  const std::size_t length = is_surrogate(text) ? 3 : detail::utf8_length(text);
  if (length == 0) {
    return {text.substr(0, 1), 0xdc00u + first};  // as Python's "surrogateescape" has it
  }
  return {text.substr(0, length), code_of(text.substr(0, length))};
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    text.remove_prefix(first_character(text).bytes.size());
  }
  return count;
}

std::size_t byte_of_character(std::string_view text, std::size_t index) {
  const std::size_t size = text.size();
  for (; index > 0 && !text.empty(); --index) {
    text.remove_prefix(first_character(text).bytes.size());
  }
  return size - text.size();
}

bool is_space(std::uint32_t code) {
  return (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x20) || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
         code == 0x205f || code == 0x3000;
}

bool is_printable(std::uint32_t code) {
  if (code < 0x7f) {
    return code >= 0x20;
  }
  const bool hidden = code == 0xad || (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
                      (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xd800 && code <= 0xf8ff);
  return !hidden && !is_space(code) && iswprint_l(static_cast<wint_t>(code), unicode()) != 0;
}

bool is_letter(std::uint32_t code) {
  return iswalpha_l(static_cast<wint_t>(code), unicode()) != 0 && iswdigit_l(static_cast<wint_t>(code), unicode()) == 0;
}

bool is_upper(std::uint32_t code) {
  return iswupper_l(static_cast<wint_t>(code), unicode()) != 0;
}

bool is_lower(std::uint32_t code) {
  return iswlower_l(static_cast<wint_t>(code), unicode()) != 0;
}

std::string upper_of(std::string_view text) {
  return mapped(text, [](std::uint32_t code) {
    return static_cast<std::uint32_t>(towupper_l(static_cast<wint_t>(code), unicode()));
  });
}

std::string lower_of(std::string_view text) {
  return mapped(text, [](std::uint32_t code) {
    return static_cast<std::uint32_t>(towlower_l(static_cast<wint_t>(code), unicode()));
  });
}

std::string_view without_leading_space(std::string_view text) {
  while (!text.empty() && is_space(first_character(text).code)) {
    text.remove_prefix(first_character(text).bytes.size());
  }
  return text;
}

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && is_continuation(text[last]) && text.size() - last < 4) {
      --last;
    }
    const character c = first_character(text.substr(last));
    if (c.bytes.size() != text.size() - last || !is_space(c.code)) {
      break;
    }
    text.remove_suffix(c.bytes.size());
  }
  return text;
}

}  // namespace ingest::rest::expressions

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ingest::detail {

/// `text` with every byte sequence that is not UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above
/// U+10FFFF) replaced by U+FFFD.
std::string with_invalid_utf8_replaced(std::string_view text);

/// The length of the UTF-8 character that `text` begins with, or 0 if it begins with none.
std::size_t utf8_length(std::string_view text);

/// Whether all of it is.
bool is_utf8(std::string_view text);

/// Appends the character of a number that UTF-8 has.
void append_character(std::uint32_t code, std::string& to);

/// Whether a byte of UTF-8 begins a character.
constexpr bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

/// How many characters UTF-8 has.
std::size_t characters_in(std::string_view text);

/// The characters that `text` begins with, as many as `most` bytes have room for.
std::string_view utf8_prefix(std::string_view text, std::size_t most);

}  // namespace ingest::detail

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ingest::rest::expressions {

/// Texts as Python sees them: sequences of characters, not of bytes. A byte that is no UTF-8 counts as a character of
/// its own, and so does a lone surrogate in its three bytes, so that no text is refused and none is changed.
struct character {
  std::string_view bytes;
  std::uint32_t code;
};

/// The character that `text`, which is not empty, begins with.
character first_character(std::string_view text);

std::size_t count_characters(std::string_view text);

/// The byte at which character `index` begins; the text's size where it has no more than `index`.
std::size_t byte_of_character(std::string_view text, std::size_t index);

/// str.isspace(), str.isprintable() of one character.
bool is_space(std::uint32_t code);
bool is_printable(std::uint32_t code);
bool is_letter(std::uint32_t code);
bool is_upper(std::uint32_t code);
bool is_lower(std::uint32_t code);

std::string upper_of(std::string_view text);
std::string lower_of(std::string_view text);

/// Without the blanks, as Python sees them, at an end.
std::string_view without_leading_space(std::string_view text);
std::string_view without_trailing_space(std::string_view text);

}  // namespace ingest::rest::expressions

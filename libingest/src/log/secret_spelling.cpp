#include "log/secret_spelling.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/base64.hpp"
#include "core/utf8.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t shortest_core = 6;

/// The number that `digits` hexadecimal digits spell; -1 where they are none.
int hex_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) {
    return -1;
  }
  int number = -1;
  const char* const begin = text.data() + at;
  const auto [end, fault] = std::from_chars(begin, begin + digits, number, 16);
  return fault == std::errc() && end == begin + digits ? number : -1;
}

std::size_t percent_length(std::string_view text, std::size_t at, unsigned char c) {
  std::size_t digits = at + 1;
  while (text.substr(digits, 2) == "25" && c != '%') {
    digits += 2;
  }
  return hex_at(text, digits, 2) == c ? digits + 2 - at : 0;
}

std::size_t escape_length(std::string_view text, std::size_t at, std::string_view character) {
  std::size_t end = text.find_first_not_of('\\', at);
  if (end == std::string_view::npos) {
    return 0;
  }
  const char c = character.front();
  const char letter = c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : c;
  if (text[end] == 'u') {
    std::string code;
    const int number = hex_at(text, end + 1, 4);
    if (number > 0 && (number < 0xD800 || number > 0xDFFF)) {
      append_character(static_cast<std::uint32_t>(number), code);
    }
    if (code == character) {
      return end + 5 - at;
    }
  }
  const bool is_escape = letter != c || c == '"' || c == '/' || c == '\\';
  return is_escape && text[end] == letter ? end + 1 - at : 0;
}

bool same_in_base64(char in_text, char c) {
  return (c == '+' && in_text == '-') || (c == '/' && in_text == '_');
}

/// How many bytes spell the character that `word` begins with at `from`, and by how many `from` moves on.
std::size_t character_length(std::string_view text, std::size_t at, std::string_view word, std::size_t& from,
                             bool base64) {
  const char c = word[from];
  const std::size_t whole = std::max<std::size_t>(utf8_length(word.substr(from)), 1);
  std::size_t length = 0;
  if (text[at] == '\\' && (length = escape_length(text, at, word.substr(from, whole))) > 0) {
    from += whole;
    return length;
  }
  ++from;
  if (text[at] == c || (c == ' ' && text[at] == '+') || (base64 && same_in_base64(text[at], c))) {
    return 1;
  }
  return text[at] == '%' ? percent_length(text, at, static_cast<unsigned char>(c)) : 0;
}

}  // namespace

std::size_t spelt_length(std::string_view text, std::size_t at, std::string_view word, bool base64) {
  std::size_t end = at;
  for (std::size_t from = 0; from < word.size();) {
    const std::size_t length = end < text.size() ? character_length(text, end, word, from, base64) : 0;
    if (length == 0) {
      return 0;
    }
    end += length;
  }
  return end - at;
}

std::optional<unsigned char> percent_encoded_byte(std::string_view text, std::size_t at) {
  std::size_t digits = at + 1;
  while (text.substr(std::min(digits, text.size()), 2) == "25" && hex_at(text, digits + 2, 2) >= 0) {
    digits += 2;
  }
  const int byte = hex_at(text, digits, 2);
  return byte < 0 ? std::nullopt : std::optional(static_cast<unsigned char>(byte));
}

std::optional<unsigned char> escaped_first_byte(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_not_of('\\', at);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const char c = text[end];
  if (c == 'u') {
    std::string code;
    const int number = hex_at(text, end + 1, 4);
    if (number <= 0 || (number >= 0xD800 && number <= 0xDFFF)) {
      return std::nullopt;
    }
    append_character(static_cast<std::uint32_t>(number), code);
    return static_cast<unsigned char>(code.front());
  }
  return static_cast<unsigned char>(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
}

std::vector<std::string> base64_cores(std::string_view secret) {
  std::vector<std::string> all;
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string encoded = base64(std::string(before, '\0') + std::string(secret));
    // Six bits a character: those that are of the secret alone.
    const std::size_t first = (before * 8 + 5) / 6;
    const std::size_t last = (before + secret.size()) * 8 / 6;
    if (last >= first + shortest_core) {
      all.push_back(encoded.substr(first, last - first));
    }
  }
  return all;
}

}  // namespace ingest::detail

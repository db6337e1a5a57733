#include "rest/expressions/url_quoting.hpp"

#include "core/ascii.hpp"

namespace ingest::rest::expressions {

namespace {

std::string percent_encoded(std::string_view text, std::string_view kept) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || is_digit(c) || kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string quoted_plus(std::string_view text) {
  std::string out = percent_encoded(text, "_.-~ ");
  for (char& c : out) {
    c = c == ' ' ? '+' : c;
  }
  return out;
}

std::string url_quoted(std::string_view text) {
  return percent_encoded(text, "_.-~/");
}

}  // namespace ingest::rest::expressions

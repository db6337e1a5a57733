#include "log/quotable.hpp"

#include "ingest/log.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t longest_quote = 200;

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      c = ' ';
    }
  }
  if (text.size() > longest_quote) {
    std::size_t end = longest_quote;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
      --end;  // not inside a character
    }
    text = text.substr(0, end) + "…";
  }
  return text;
}

}  // namespace

std::string quotable(std::string_view text) {
  return printable(log::redact(text));
}

}  // namespace ingest::detail

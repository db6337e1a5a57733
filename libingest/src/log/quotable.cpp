#include "log/quotable.hpp"

#include "ingest/log.hpp"

namespace ingest::detail {

namespace {

std::string printable(std::string text, std::size_t longest) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      c = ' ';
    }
  }
  if (text.size() > longest) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
      --end;  // not inside a character
    }
    text = text.substr(0, end) + "…";
  }
  return text;
}

}  // namespace

std::string quotable(std::string_view text, std::size_t longest) {
  return printable(log::redact(text), longest);
}

}  // namespace ingest::detail

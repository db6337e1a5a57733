#include "json/json_pointer.hpp"

#include "ingest/error.hpp"

namespace ingest {

namespace {

constexpr std::size_t max_tokens = 32;

[[noreturn]] void refuse(std::string_view text, const char* why) {
  throw error(errc::config, "\"" + std::string(text) + "\" is no JSON pointer: " + why);
}

}  // namespace

json_pointer::json_pointer(std::string_view text) {
  if (text.empty()) {
    return;
  }
  if (text.front() != '/') {
    refuse(text, "it must begin with \"/\", as \"/id\" does");
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      tokens_.emplace_back();
      if (tokens_.size() > max_tokens) {
        refuse(text, "it has more than 32 parts");
      }
    } else if (text[i] != '~') {
      tokens_.back().push_back(text[i]);
    } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
      tokens_.back().push_back(text[++i] == '0' ? '~' : '/');
    } else {
      refuse(text, "\"~\" must be followed by 0 or 1");
    }
  }
}

std::string json_pointer::text_to_member(std::string_view name) {
  std::string text = "/";
  for (const char c : name) {
    text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return text;
}

}  // namespace ingest

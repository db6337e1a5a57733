#include <algorithm>

#include "core/ascii.hpp"
#include "ingest/http_client.hpp"

namespace ingest {

namespace {

bool is_token_character(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

void validate(const http_header& header) {
  if (header.name.empty() || !std::all_of(header.name.begin(), header.name.end(), is_token_character)) {
    throw error(errc::config, "\"" + header.name.substr(0, 64) + "\" is no name of an HTTP header");
  }
  if (std::any_of(header.value.begin(), header.value.end(), is_control)) {
    throw error(errc::config, "the value of the HTTP header " + header.name +
                                  " holds a line break or another control character; remove it");
  }
}

std::optional<std::string_view> http_result::header(std::string_view name) const {
  for (const http_header& h : headers) {
    if (std::equal(name.begin(), name.end(), h.name.begin(), h.name.end(),
                   [](char a, char b) { return lower(a) == lower(b); })) {
      return h.value;
    }
  }
  return std::nullopt;
}

}  // namespace ingest

#include "rest/requests/link_header.hpp"

#include <string>
#include <vector>

#include "core/ascii.hpp"
#include "core/trimmed.hpp"

namespace ingest::rest {

namespace {

using detail::trimmed;

constexpr std::string_view blanks = " \t";
constexpr std::string_view quotes = " \t'\"";

/// What stands between separators, but for those in quotes and in <…>.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  bool is_quoted = false, is_url = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted && c == '\\') {
      ++i;
    } else if (c == '"' && !is_url) {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == '<' || c == '>')) {
      is_url = c == '<';
    } else if (c == separator && !is_quoted && !is_url) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string unquoted(std::string_view text) {
  const std::string_view bare = trimmed(text, blanks);
  if (bare.size() < 2 || bare.front() != '"' || bare.back() != '"') {
    return std::string(trimmed(bare, quotes));
  }
  std::string plain;
  for (std::size_t i = 1; i + 1 < bare.size(); ++i) {
    i += bare[i] == '\\' && i + 2 < bare.size() ? 1 : 0;
    plain += bare[i];
  }
  return plain;
}

dictionary parse_link(std::string_view text) {
  dictionary link;
  const std::vector<std::string_view> parts = split(text, ';');
  link.set("url", value::text_of(std::string(trimmed(parts.front(), "<> \t'\""))));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto equals = parts[i].find('=');
    if (equals == std::string_view::npos) {
      continue;
    }
    const std::string name = lower(trimmed(parts[i].substr(0, equals), quotes));
    if (link.find(name) == nullptr) {  // RFC 8288: the first `rel` counts
      link.set(name, value::text_of(unquoted(parts[i].substr(equals + 1))));
    }
  }
  return link;
}

}  // namespace

value parse_links(std::string_view header) {
  dictionary links;
  for (const std::string_view text : split(header, ',')) {
    if (trimmed(text, quotes).empty()) {
      continue;
    }
    const dictionary link = parse_link(text);
    const value* const relation = link.find("rel");
    const std::string names = relation != nullptr ? relation->text() : "";
    links.set(relation != nullptr && relation->truth() ? *relation : *link.find("url"),
              value::dict_of(dictionary(link)));
    for (const std::string_view name : split(names, ' ')) {
      if (const std::string bare = lower(trimmed(name, blanks)); !bare.empty()) {
        links.set(value::text_of(bare), value::dict_of(dictionary(link)));
      }
    }
  }
  return value::dict_of(std::move(links));
}

}  // namespace ingest::rest

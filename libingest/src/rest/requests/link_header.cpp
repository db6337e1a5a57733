#include "rest/requests/link_header.hpp"

#include <string>

#include "core/trimmed.hpp"

namespace ingest::rest {

namespace {

using detail::trimmed;

constexpr std::string_view quotes = " '\"";

std::string_view next_link(std::string_view& rest) {
  std::size_t at = 0;
  while ((at = rest.find(',', at)) != std::string_view::npos) {
    const auto behind = rest.find_first_not_of(' ', at + 1);
    if (behind != std::string_view::npos && rest[behind] == '<') {
      const std::string_view link = rest.substr(0, at);
      rest.remove_prefix(behind + 1);
      return link;
    }
    ++at;
  }
  const std::string_view link = rest;
  rest = {};
  return link;
}

dictionary parse_link(std::string_view text) {
  dictionary link;
  const auto semicolon = text.find(';');
  link.set("url", value::text_of(std::string(trimmed(text.substr(0, semicolon), "<> '\""))));
  std::string_view rest = semicolon == std::string_view::npos ? "" : text.substr(semicolon + 1);
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || parameter.find('=', equals + 1) != std::string_view::npos) {
      break;
    }
    link.set(trimmed(parameter.substr(0, equals), quotes),
             value::text_of(std::string(trimmed(parameter.substr(equals + 1), quotes))));
  }
  return link;
}

}  // namespace

value parse_links(std::string_view header) {
  dictionary links;
  std::string_view rest = trimmed(header, quotes);
  while (!rest.empty()) {
    dictionary link = parse_link(next_link(rest));
    const value* const relation = link.find("rel");
    const value name = relation != nullptr && relation->truth() ? *relation : *link.find("url");
    links.set(name, value::dict_of(std::move(link)));
  }
  return value::dict_of(std::move(links));
}

}  // namespace ingest::rest

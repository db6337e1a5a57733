#include "rest/requests/form_encoding.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace ingest::rest {

namespace {

std::string unquoted_plus(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool encoded =
        text[i] == '%' && i + 2 < text.size() && is_hex_digit(text[i + 1]) && is_hex_digit(text[i + 2]);
    if (encoded) {
      result.push_back(static_cast<char>(digit_value(text[i + 1]) * 16 + digit_value(text[i + 2])));
      i += 2;
    } else {
      result.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return result;
}

void append_pair(std::string& to, const value& name, const value& content) {
  if (!content.is_none()) {
    to.append(to.empty() ? "" : "&").append(quoted_plus(name.to_text())).append("=");
    to.append(quoted_plus(content.to_text()));
  }
}

}  // namespace

std::string quoted_plus(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      result.push_back(c);
    } else if (c == ' ') {
      result.push_back('+');
    } else {
      result.append({'%', hex[byte >> 4], hex[byte & 0xF]});
    }
  }
  return result;
}

std::string form_encoded(const dictionary& members) {
  std::string result;
  for (const auto& [name, content] : members) {
    if (content.is_list() || content.kind() == value::kind::tuple) {
      for (const value& item : content.items()) {
        append_pair(result, name, item);
      }
    } else if (content.is_dict()) {
      for (const auto& inner : content.members()) {
        append_pair(result, name, inner.first);
      }
    } else {
      append_pair(result, name, content);
    }
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> decoded_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> result;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) {
      continue;
    }
    std::string name = unquoted_plus(pair.substr(0, equals));
    const bool known = std::any_of(result.begin(), result.end(), [&](const auto& p) { return p.first == name; });
    if (!known) {
      result.emplace_back(std::move(name), unquoted_plus(pair.substr(equals + 1)));
    }
  }
  return result;
}

dictionary without_repeated(const dictionary& parameters, std::string_view query) {
  const auto there = decoded_query(query);
  dictionary kept;
  for (const auto& [name, content] : parameters) {
    const bool repeated = std::any_of(there.begin(), there.end(), [&, &key = name, &v = content](const auto& p) {
      return key.is_text() && p.first == key.text() && p.second == v.to_text();
    });
    if (!repeated) {
      kept.set(name, content);
    }
  }
  return kept;
}

void add_to_query(url& to, const dictionary& parameters) {
  const std::string more = form_encoded(parameters);
  if (!more.empty()) {
    to.query = to.query ? *to.query + "&" + more : more;
  }
}

}  // namespace ingest::rest

#include "rest/requests/url_parts.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace ingest::rest {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = path.find('/');
    parts.push_back(path.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    path.remove_prefix(end + 1);
  }
}

std::string joined_path(const std::vector<std::string_view>& parts) {
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    result.append(i == 0 ? "" : "/").append(parts[i]);
  }
  return result;
}

url_parts split_url(std::string_view text) {
  url_parts p;
  text = text.substr(0, text.find('#'));
  const auto colon = text.find(':');
  const auto is_of_scheme = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("+-.").find(c) != std::string_view::npos;
  };
  if (colon != std::string_view::npos && colon > 0 && is_letter(text.front()) &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_of_scheme)) {
    p.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const auto end = std::min(text.find_first_of("/?"), text.size());
    p.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  const auto question = text.find('?');
  p.path = text.substr(0, question);
  if (question != std::string_view::npos) {
    p.query = text.substr(question + 1);
  }
  return p;
}

}  // namespace ingest::rest

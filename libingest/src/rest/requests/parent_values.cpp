#include "rest/requests/parent_values.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/error.hpp"
#include "log/quotable.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

constexpr const char* slice_of_parent = "parent_slice";

struct named_text {
  std::string name;
  std::string text;
};

/// The texts that parents' records have given a slice, those of the parents' own slices as well.
void collect_texts(const value& slice, const std::string& path, std::vector<named_text>& into) {
  for (const auto& [name, content] : slice.members()) {
    const std::string place = path.empty() ? name.to_text() : path + "." + name.to_text();
    if (content.is_text() && !content.text().empty()) {
      into.push_back({place, content.text()});
    } else if (content.is_dict()) {
      collect_texts(content, place, into);
    }
  }
}

/// The template without its expressions: what its author wrote for every slice.
std::string own_text(std::string text) {
  for (const auto& [open, close] : {std::pair("{{", "}}"), {"{%", "%}"}}) {
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
      text.erase(at, std::min(text.find(close, at), text.size() - 2) + 2 - at);
    }
  }
  return text;
}

bool is_dots(std::string_view segment) {
  return segment == "." || segment == "..";
}

bool has_dots(std::string_view path) {
  const auto segments = split_path(path.substr(0, path.find_first_of("?#")));
  return std::any_of(segments.begin(), segments.end(), is_dots);
}

bool is_control(char c) {
  return std::iscntrl(static_cast<unsigned char>(c)) != 0;
}

bool is_meant_as_path(std::string_view text, std::string_view path) {
  return text == path || text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://");
}

/// What of the text makes another URL of the path that it stands in; nothing for all else.
std::optional<std::string> change_by(std::string_view text, std::string_view path) {
  const std::size_t at = path.find(text);
  if (at == std::string_view::npos || is_meant_as_path(text, path)) {
    return std::nullopt;
  }
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return "a control character";
  }
  if (text.find('#') != std::string_view::npos) {
    return "\"#\"";
  }
  const bool in_query = path.substr(0, at).find('?') != std::string_view::npos;
  if (!in_query && text.find('?') != std::string_view::npos) {
    return "\"?\"";
  }
  return !in_query && has_dots(text) && has_dots(path) ? std::optional<std::string>("\".\" or \"..\" for a segment")
                                                       : std::nullopt;
}

bool lacks_segment(std::string_view text, std::string_view path) {
  const bool in_middle = path.find("//") != std::string_view::npos && text.find("//") == std::string_view::npos;
  return in_middle || path.empty() || (path.starts_with('/') && !text.starts_with('/')) ||
         (path.ends_with('/') && !text.ends_with('/'));
}

}  // namespace

void require_path_of_parents(const interpolation& text, const std::string& path, const value& slice) {
  if (slice.find(slice_of_parent) == nullptr) {
    return;
  }
  const std::string own = own_text(text.text());
  std::vector<named_text> texts;
  collect_texts(slice, "", texts);
  for (const named_text& one : texts) {
    const auto change = own.find(one.text) == std::string::npos ? change_by(one.text, path) : std::nullopt;
    if (change) {
      throw error(errc::bad_data, text.where() + ": a parent's record has " + detail::quotable(one.text) + " for `" +
                                      one.name + "`, and " + *change +
                                      " in it would make the path that of something else; leave such records out by a "
                                      "filter of the parent, or encode the value: {{ … | urlencode }}");
    }
  }
  if (text.text().find("urlencode") != std::string::npos && lacks_segment(text.text(), path)) {
    throw error(errc::bad_data, text.where() + ": a value of a parent's record is empty, so that the path " +
                                    detail::quotable(path) + " would be that of something else (the slice is " +
                                    detail::quotable(slice.to_json()) +
                                    "); leave such records out by a filter of the parent");
  }
}

}  // namespace ingest::rest

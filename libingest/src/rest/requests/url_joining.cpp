#include <algorithm>

#include "core/ascii.hpp"
#include "rest/requests/url.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

/// Python's urljoin() for a reference with a path, both of one host.
std::string merged_path(std::string_view base, std::string_view reference) {
  auto segments = split_path(reference);
  if (!reference.starts_with('/')) {
    auto above = split_path(base);
    if (!above.back().empty()) {
      above.pop_back();
    }
    segments.insert(segments.begin(), above.begin(), above.end());
    if (segments.size() > 2) {
      segments.erase(std::remove(segments.begin() + 1, segments.end() - 1, std::string_view()), segments.end() - 1);
    }
  }
  std::vector<std::string_view> resolved;
  for (const std::string_view segment : segments) {
    if (segment == "..") {
      if (!resolved.empty()) {
        resolved.pop_back();
      }
    } else if (segment != ".") {
      resolved.push_back(segment);
    }
  }
  if (segments.back() == "." || segments.back() == "..") {
    resolved.push_back("");
  }
  std::string path = joined_path(resolved);
  return path.empty() ? "/" : path;
}

}  // namespace

std::string join_url(std::string_view base, std::string_view reference) {
  const url_parts b = split_url(base);
  const url_parts r = split_url(reference);
  if (base.empty() || reference.empty()) {
    return std::string(base.empty() ? reference : base);
  }
  if (!r.scheme.empty() && lower(r.scheme) != lower(b.scheme)) {
    return std::string(reference);
  }
  const std::string scheme = b.scheme.empty() ? "" : lower(b.scheme) + ":";
  const auto query = [](const auto& q) { return q && !q->empty() ? "?" + std::string(*q) : ""; };
  if (r.authority) {
    return scheme + "//" + std::string(*r.authority) + std::string(r.path) + query(r.query);
  }
  const std::string start = scheme + (b.authority ? "//" + std::string(*b.authority) : "");
  if (r.path.empty()) {
    const bool own = r.query && !r.query->empty();
    return start + std::string(b.path) + query(own ? r.query : b.query);
  }
  const std::string path = merged_path(b.path, r.path);
  return start + (b.authority && !path.starts_with('/') ? "/" : "") + path + query(r.query);
}

std::string join_base(std::string base, std::string_view path) {
  if (path.empty()) {
    return base;
  }
  if (!base.ends_with('/')) {
    base.push_back('/');
  }
  // "items:search" is a path to whoever wrote it, though urljoin() takes it for a scheme.
  const url_parts p = split_url(path);
  const bool is_path = !p.scheme.empty() && !p.authority;
  return join_url(base, is_path ? "./" + std::string(path) : std::string(path));
}

bool names_host(std::string_view text) {
  return split_url(text).authority.has_value();
}

}  // namespace ingest::rest

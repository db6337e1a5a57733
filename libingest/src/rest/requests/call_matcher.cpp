#include "rest/requests/call_matcher.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "ingest/error.hpp"
#include "rest/requests/form_encoding.hpp"

namespace ingest::rest {

call_matcher::call_matcher(call_matcher_options options) : options_(std::move(options)) {
  if (options_.weight == 0) {
    throw error(errc::config, options_.where + ": the `weight` of a request is at least 1");
  }
  std::transform(options_.method.begin(), options_.method.end(), options_.method.begin(),
                 [](char c) { return upper(c); });
  while (options_.url_base.ends_with('/')) {
    options_.url_base.pop_back();
  }
  if (!options_.url_path_pattern.empty()) {
    path_.emplace(options_.url_path_pattern, options_.where + ".url_path_pattern");
  }
}

bool call_matcher::matches(const api_call& call) const {
  if (!options_.method.empty() && options_.method != call.method) {
    return false;
  }
  if (!options_.url_base.empty() && options_.url_base != call.target.origin()) {
    return false;
  }
  if (path_) {
    std::string_view path = call.target.path;
    while (path.ends_with('/')) {
      path.remove_suffix(1);
    }
    if (!path_->found_in(path)) {
      return false;
    }
  }
  return has_params(call) && has_headers(call);
}

bool call_matcher::has_params(const api_call& call) const {
  if (options_.params.empty()) {
    return true;
  }
  const auto there = decoded_query(call.target.query.value_or(""));
  return std::all_of(options_.params.begin(), options_.params.end(), [&](const auto& wanted) {
    return std::any_of(there.begin(), there.end(),
                       [&](const auto& p) { return p.first == wanted.first && p.second == wanted.second; });
  });
}

bool call_matcher::has_headers(const api_call& call) const {
  return std::all_of(options_.headers.begin(), options_.headers.end(), [&](const auto& wanted) {
    return std::any_of(call.headers.begin(), call.headers.end(), [&](const http_header& h) {
      return lower(h.name) == lower(wanted.first) && h.value == wanted.second;
    });
  });
}

}  // namespace ingest::rest

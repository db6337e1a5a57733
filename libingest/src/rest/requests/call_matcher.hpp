#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/http_client.hpp"
#include "rest/requests/pattern.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// A request, as budgets see it.
struct api_call {
  std::string method;
  url target;
  const std::vector<http_header>& headers;
};

struct call_matcher_options {
  std::string where = {};
  std::string method = {};            ///< each of these, empty: any
  std::string url_base = {};          ///< scheme and host
  std::string url_path_pattern = {};  ///< found anywhere in the path, which is without a slash at its end
  std::map<std::string, std::string> params = {};
  std::map<std::string, std::string> headers = {};
  unsigned weight = 1;
};

/// HttpRequestRegexMatcher: matches a call that has all that is named.
class call_matcher {
 public:
  /// Throws errc::config for a pattern that is none, and a weight of nought.
  explicit call_matcher(call_matcher_options options);

  bool matches(const api_call& call) const;
  unsigned weight() const { return options_.weight; }

 private:
  bool has_params(const api_call& call) const;
  bool has_headers(const api_call& call) const;

  call_matcher_options options_;
  std::optional<pattern> path_;
};

}  // namespace ingest::rest

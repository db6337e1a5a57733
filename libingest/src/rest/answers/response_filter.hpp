#pragma once

#include <optional>
#include <set>
#include <string>

#include "rest/answers/verdict.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/requests/settings.hpp"

namespace ingest::rest {

struct response_filter_options {
  settings given = {};
  std::optional<response_action> action = {};  ///< without one, the filter never matches
  std::optional<failure_type> failure = {};    ///< of FAIL
  std::set<int> http_codes = {};
  std::string error_message_contains = {};  ///< in what api_message() finds
  interpolation predicate = {};             ///< sees response and headers, but no config
  interpolation error_message = {};         ///< sees config, response and headers
};

/// HttpResponseFilter: matches an answer by any one of its conditions. Failures to connect it never matches.
class response_filter {
 public:
  explicit response_filter(response_filter_options options) : options_(std::move(options)) {}

  std::optional<verdict> judge(const exchange& e) const;

 private:
  bool matches(const answer& given) const;
  bool predicate_holds(const answer& given) const;
  std::string message_for(const answer& given) const;

  response_filter_options options_;
};

}  // namespace ingest::rest

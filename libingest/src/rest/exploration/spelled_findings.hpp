#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/exploration/asked_api.hpp"
#include "rest/exploration/page_rule.hpp"
#include "rest/exploration/record_facts.hpp"
#include "rest/exploration/record_place.hpp"
#include "rest/exploration/since_trial.hpp"
#include "rest/requests/answer.hpp"

namespace ingest::rest {

/// What was found out of a stream of an API.
struct stream_findings {
  record_place place;
  std::size_t in_first_answer = 0;  ///< records
  record_facts facts;
  page_rule pages;
  std::optional<time_field> changes;  ///< that a cursor could go by
  std::optional<since_rule> since;
  bool since_was_tried = false;
};

/// The stream's name: the last word of the address that is no number and no id.
std::string stream_name(const asked_api& api);

/// What headers of an answer say of limits: a line for each, and `rate: …` where they tell a number of requests and the
/// time that it is for.
std::vector<std::string> spelt_limits(const answer& given);

/// A file in the short spelling that says what was found, and in comments what was seen and what is guessed. `head` is
/// its first comment. No secret is in it.
std::string spelt_findings(const std::string& head, const asked_api& api, const answer& first,
                           const stream_findings& found);

}  // namespace ingest::rest

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/expressions/value.hpp"
#include "rest/requests/answer.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// Where an answer has its records.
struct record_place {
  std::vector<std::string> path = {};    ///< none: the answer is the list
  bool is_one_record = false;            ///< there is no list: all of the answer is one
  std::vector<std::string> others = {};  ///< other lists of objects: "included (12)"

  /// As the short spelling has it; nothing where a name has a dot.
  std::optional<std::string> spelling() const;

  /// The records of an answer; none where it has nothing there. Throws errc::bad_data for what is no JSON.
  std::vector<value> records_in(const answer& given) const;
};

/// Throws, saying what to do, for an answer that is no good one (a request_failure with its status), that is HTML or no
/// JSON, that speaks of an error, and that has an empty list only, by which nothing can be told.
record_place find_records(const answer& given, const url& asked);

}  // namespace ingest::rest

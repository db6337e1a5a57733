#pragma once

#include <string>
#include <vector>

#include "rest/exploration/api_questions.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A connector that was made of what an API has answered.
struct explored_api {
  std::string stream;            ///< its name
  std::string text;              ///< the file, in the short spelling
  std::vector<value> records;    ///< that were seen, from the first one of the stream on
  std::string key;               ///< "": none was found
  bool pages_are_known = false;  ///< a second page was seen
};

/// Looks at the API with a few questions: where its records are, how further pages are asked for, how large they may
/// be, which field is a key, which one tells of changes and whether the API can be asked by it. `made_by` begins the
/// file's first comment.
///
/// Throws what find_records() and api_questions throw.
explored_api explore(api_questions& api, const std::string& made_by);

/// What differs between the records that were seen and those that were read by the file; "": nothing does. All that
/// were seen must have been read, in their order: compared are the keys, or the whole records where there is none.
std::string difference_from(const explored_api& seen, const std::vector<std::string>& read);

}  // namespace ingest::rest

#pragma once

#include <algorithm>
#include <string>

namespace ingest::testing {

/// `json` as it stands in a record's line: line breaks and tabs, which JSON has only between its tokens, are blanks.
inline std::string on_one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return json;
}

}  // namespace ingest::testing

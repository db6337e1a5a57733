#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/document/document.hpp"

namespace ingest::rest {

struct json_reading {
  std::optional<node> root;  ///< nothing where the text is no JSON
  std::vector<document_note> notes;
  std::string problem;  ///< what is wrong with it, and at which line
  int line = 0;
};

/// Strict JSON. Numbers keep their digits. Throws errc::config beyond the bounds of nodes.
json_reading read_json(std::string_view text);

}  // namespace ingest::rest

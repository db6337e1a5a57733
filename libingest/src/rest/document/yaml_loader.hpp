#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rest/document/document.hpp"

namespace ingest::rest {

struct yaml_reading {
  node root;  ///< null where the text has no document
  std::vector<document_note> notes;
};

/// The one YAML document in `text`; see parse_document.
yaml_reading read_yaml(std::string_view text, const std::string& name);

}  // namespace ingest::rest

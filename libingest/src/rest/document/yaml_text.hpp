#pragma once

#include <string>

namespace ingest::rest {

/// A text as a name or a value of a YAML document: as it is where YAML takes it for itself, else quoted as in JSON.
std::string yaml_text(const std::string& text);

}  // namespace ingest::rest

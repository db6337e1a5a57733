#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/error.hpp"

namespace ingest {

/// A member of a config file's object.
struct config_entry {
  std::string key;
  std::string value;     ///< as a flag would give it: numbers and booleans as written, lists joined by newlines
  std::size_t line = 0;  ///< counted from 1

  bool operator==(const config_entry&) const = default;
};

/// Reads the text of a config file: one JSON object whose values are strings, numbers, booleans, lists of strings, or
/// null, which counts as not given. Throws errc::config, naming `file` and the line, for malformed JSON, other values
/// and a key that occurs twice.
std::vector<config_entry> parse_config_file(std::string_view text, std::string_view file);

}  // namespace ingest

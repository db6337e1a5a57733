#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rest/document/node.hpp"

namespace ingest::rest {

/// Something that a person should know of a document, though it can be used.
struct document_note {
  std::string text;
  int line = 0;
};

/// One YAML or JSON document.
struct document {
  std::string name;  ///< of the file, for messages
  node root;
  std::vector<document_note> notes;  ///< of names that a dict has twice: the last one counts, as in PyYAML
};

/// The most bytes that a document may have.
inline constexpr std::size_t most_document_bytes = 64 << 20;

/// Reads JSON where the text is JSON, else YAML 1.1 as PyYAML's SafeLoader reads it: with anchors, aliases and merge
/// keys
/// (`<<`), without tags of one's own. Names of members that are no texts keep their spelling: `on: 1` has the name
/// "on".
///
/// Throws errc::config with `name` and the line: for what is neither, for several documents in one file, for a file of
/// more than `most_document_bytes`, for lists or dicts as names, for more than node::most_parts or node::deepest.
document parse_document(std::string_view text, const std::string& name);

/// Reads a file; errc::io where that fails.
document read_document(const std::string& path);

}  // namespace ingest::rest

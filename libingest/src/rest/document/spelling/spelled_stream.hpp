#pragma once

#include <string>

#include "rest/document/spelling/spelling.hpp"

namespace ingest::rest {

struct stream_to_spell {
  std::string name;
  const node& of;  ///< a dict with all that is said of it, defaults among it
  const node& base;
  const node& auth;
  const parent_link& link;
  const node* parent;  ///< the stream that it is a child of, spelled out; null: of none
};

/// DeclarativeStream.
node spelled_stream(spelling& s, const stream_to_spell& stream);

/// Complains of what no stream has.
void check_stream(spelling& s, const node& stream, const std::string& what);

}  // namespace ingest::rest

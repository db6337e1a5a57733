#pragma once

#include <cstddef>

#include "rest/document/node.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// A value as a part of a document, all of it at that line. Names of members become texts.
node node_of(const value& content, int line);

/// The same, with the lines that equal ways lead to in `before`; what is new has the line of what it is in.
node node_like(const value& content, const node& before);

struct node_replacement {
  node root;
  std::size_t places = 0;
};

/// `root` with `content` in each place that the path leads to, as dpath.set() does it: nothing is added, and nothing
/// is looked for below what was put there.
node_replacement with_replaced(const node& root, const glob_path& path, const node& content);

/// `root` with `content` at the end of the path, and with what is missing on the way, see with_value_at().
node with_added(const node& root, const glob_path& path, const node& content);

}  // namespace ingest::rest

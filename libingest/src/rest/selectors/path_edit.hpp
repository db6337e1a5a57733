#pragma once

#include <functional>

#include "rest/expressions/value.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// `root` with `content` at the end of the path, and with what is missing on the way: dicts, or lists where the next
/// step is an index, filled up with None. A step is no pattern here. Throws errc::bad_data, without naming the record,
/// where something on the way is neither a dict nor a list or has no such place; errc::config for an index beyond
/// 10000.
value with_value_at(const value& root, const std::vector<std::string>& path, value content);

/// `root` without all that the path leads to. An element of a list becomes None, unless it is the last one.
value without_path(const value& root, const glob_path& path);

/// `root` without each text, number, boolean and None in it that `condition` holds for, wherever it stands: what dpath
/// makes of deleting a path with a filter, whatever the path.
value without_leaves(const value& root, const std::function<bool(const value&)>& condition);

}  // namespace ingest::rest

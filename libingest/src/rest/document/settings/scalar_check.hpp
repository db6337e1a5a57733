#pragma once

#include <string>

#include "rest/document/node.hpp"

namespace ingest::rest {

/// `instance` as the type that `schema` wants, where it is a text that spells a number or a boolean.
node as_wanted(const node& schema, const node& instance);

/// What is wrong with `instance` by the `type`, `enum`, `const`, `pattern`, lengths and bounds of `schema`; "" for
/// nothing. Does not show the instance.
std::string problem_by_schema(const node& schema, const node& instance);

}  // namespace ingest::rest

#pragma once

#include <string>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Compact JSON whose members stand in the order of their names' bytes, at every depth: equal values are equal texts.
/// Numbers keep the digits that they came with. What slices, partitions and positions are named by.
std::string canonical_json(const value& content);

/// The same, as a value.
value in_canonical_order(const value& content);

}  // namespace ingest::rest

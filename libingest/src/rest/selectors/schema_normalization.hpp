#pragma once

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// `schema_normalization: Default`: the record's values made what its JSON schema calls them, as Python's str(),
/// float(), int() and bool() do it, member by member and element by element, through `properties`, `items` and `$ref`
/// within the schema. Where a type names several kinds, or the value cannot be made one, it stays what it is. Numbers
/// keep their digits where the CDK would go through a double; an int of a number with a fraction loses that.
///
/// Throws errc::config for a `$ref` that leads nowhere, or round and round.
value normalized(const value& record, const value& schema);

}  // namespace ingest::rest

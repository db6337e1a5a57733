#pragma once

#include <optional>
#include <string>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// json.dumps(of): with blanks behind commas and colons, and ASCII only. Throws a fault of kind type for what has no
/// JSON.
std::string python_json(const value& of, bool sorted = false, std::optional<std::size_t> indent = std::nullopt);

}  // namespace ingest::rest::expressions

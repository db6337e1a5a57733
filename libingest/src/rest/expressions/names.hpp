#pragma once

#include <functional>
#include <set>
#include <string>

#include "rest/expressions/syntax.hpp"

namespace ingest::rest::expressions {

/// The variables that a template looks at and neither sets itself nor has as a macro.
std::set<std::string, std::less<>> names_needed(const block& of);

}  // namespace ingest::rest::expressions

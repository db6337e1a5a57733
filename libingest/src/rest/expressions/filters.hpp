#pragma once

#include <string_view>

#include "rest/expressions/arguments.hpp"

namespace ingest::rest::expressions {

/// Jinja's filters and tests, and the CDK's filters. What only makes sense in HTML is not among them.
bool has_filter(std::string_view name);
bool has_test(std::string_view name);

/// Throws a `fault`.
value apply_filter(std::string_view name, const value& to, const arguments& with);
bool apply_test(std::string_view name, const value& to, const arguments& with);

}  // namespace ingest::rest::expressions

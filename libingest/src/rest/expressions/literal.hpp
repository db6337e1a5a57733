#pragma once

#include <optional>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// The value of a Python literal, as ast.literal_eval() reads it: numbers, strings, bytes, tuples, lists, dicts, sets,
/// None, True and False, nested at most 90 levels. Nothing for all other texts, and for complex numbers and `...`, of
/// which no use could be made.
std::optional<value> literal(std::string_view text);

}  // namespace ingest::rest::expressions

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rest/expressions/value.hpp"

namespace ingest::rest::expressions {

/// int(text, base) and float(text), which allow blanks around the number, a sign, and underscores between digits.
/// Nothing where the text is no number.
std::optional<value> whole_in(const std::string& text, std::int64_t base);
std::optional<double> real_in(const std::string& text);

}  // namespace ingest::rest::expressions

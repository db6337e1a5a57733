#pragma once

#include <optional>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A whole number as YAML 1.1 spells it, of any size; nothing where the text is none.
/// Throws errc::bad_data for one of more than 4,300 digits.
std::optional<value> yaml_integer(std::string_view text);

/// A real number as YAML 1.1 spells it, the nearest one of binary floating point; nothing where the text is none.
std::optional<value> yaml_real(std::string_view text);

}  // namespace ingest::rest

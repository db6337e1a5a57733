#pragma once

#include <string>
#include <string_view>

#include "rest/expressions/arguments.hpp"

namespace ingest::rest::expressions {

/// format % with
std::string printf_formatted(std::string_view format, const value& with);

/// format.format(with …)
std::string brace_formatted(std::string_view format, const arguments& with);

/// format(of, specification): of texts and numbers.
std::string formatted_value(const value& of, std::string_view specification);

}  // namespace ingest::rest::expressions

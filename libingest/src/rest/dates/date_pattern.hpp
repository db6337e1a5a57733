#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rest/dates/moment.hpp"

namespace ingest::rest {

/// Python's strptime(), in the locale C. A date without an offset is one of UTC; without a year, of 1900. Nothing where
/// the text does not match all of the format, or names no date.
std::optional<moment> parse_date(std::string_view text, std::string_view format);

/// The first directive of the format that parse_date() does not know; nothing where it knows all.
std::optional<std::string> unknown_directive(std::string_view format);

}  // namespace ingest::rest

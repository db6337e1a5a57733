#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest::rest {

/// The text that Python's str() makes of a date or time as YAML 1.1 spells it: "2024-01-01 10:00:00.500000+02:00".
/// Nothing where `text` is none, or no day or time of the calendar.
std::optional<std::string> timestamp_text(std::string_view text);

}  // namespace ingest::rest

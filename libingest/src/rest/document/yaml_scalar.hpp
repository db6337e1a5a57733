#pragma once

#include <optional>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A plain scalar, one without quotes or tag, as YAML 1.1 types it by PyYAML's rules, for which manifests were written:
/// `yes`, `no`, `on`, `off` are booleans, `010` is octal, `0x1F`, `0b11`, `1_000` and `1:30` (sexagesimal) are numbers,
/// `1e5` is a text (a real number has a point), `~` and nothing are null. A date or time becomes the text that Python
/// writes of it: `2024-01-01T00:00:00Z` is "2024-01-01 00:00:00+00:00".
///
/// What PyYAML takes for a number or date and then cannot read, as the 31st of February, is a text here.
/// Throws errc::bad_data for a number of more than 4,300 digits, which is where Python stops as well.
value plain_scalar(std::string_view text);

/// As a tag asks for it, by its short name: "str", "int", "float", "bool", "null", "timestamp". Nothing where `text` is
/// none of these; `tag` may be another, too.
std::optional<value> tagged_scalar(std::string_view tag, std::string_view text);

}  // namespace ingest::rest

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ingest::detail {

/// The whole number that a JSON number, or text that looks like one, is; rounded down. Nothing for what is no number
/// or too large to be a time in milliseconds.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace ingest::detail

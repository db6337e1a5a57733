#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace ingest::detail {

/// The bytes of a UUID in its form with four hyphens (RFC 9562, section 4), in letters of either case. Nothing for any
/// other text.
std::optional<std::array<char, 16>> parse_uuid(std::string_view text);

/// Whether a text that parse_uuid() takes is as its bytes are written again.
bool is_lower_case_uuid(std::string_view text);

}  // namespace ingest::detail

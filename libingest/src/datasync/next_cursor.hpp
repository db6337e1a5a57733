#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest::detail {

/// What is probably the next cursor of a page that nobody has parsed yet: the last "nextCursor" near the end of its
/// body, where APIs put it, if it is a string without escapes. To be checked against what the parser finds.
std::optional<std::string> guess_next_cursor(std::string_view body);

}  // namespace ingest::detail

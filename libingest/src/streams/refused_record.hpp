#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Appends a line for a record that is none, to `to`: `[{"reason":…,"offset":…,"record":…}]`. An array, in which no
/// pointer to a member finds an id, so that the target refuses it and keeps it with what is wrong. `bytes` stay what
/// they are, but for JSON's escapes.
void append_refused(std::string_view reason, std::uint64_t offset, std::string_view bytes, std::string& to);

}  // namespace ingest::detail

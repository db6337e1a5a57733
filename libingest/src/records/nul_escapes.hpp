#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Copies a JSON record to `out`, with `replacement` for each NUL character (\u0000) in its strings, and returns how
/// many there were. 0: `out` is of no use; there are none, or one is in the name of a member, which could become
/// another one's, or the text is no JSON.
std::uint64_t replace_nuls(std::string_view json, std::string_view replacement, std::string& out);

}  // namespace ingest::detail

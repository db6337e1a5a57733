#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// RFC 4648, section 4.
std::string base64(std::string_view bytes);

/// RFC 4648, section 5, without padding, as RFC 7515 has it.
std::string base64url(std::string_view bytes);

}  // namespace ingest::detail

#pragma once

#include <string>
#include <string_view>

namespace ingest::rest::expressions {

/// urllib.parse.quote_plus(): letters, digits and _.-~ stay, blanks become +.
std::string quoted_plus(std::string_view text);

/// urllib.parse.quote(): the slash stays as well, and blanks become %20.
std::string url_quoted(std::string_view text);

}  // namespace ingest::rest::expressions

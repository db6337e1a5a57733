#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/http_client.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Headers as they go out, values as str() has them. Of names that differ in case only, the last one counts.
std::vector<http_header> header_lines(const dictionary& headers);

/// Adds a header unless one of that name, in any case, is there.
void set_unless_given(std::vector<http_header>& headers, std::string_view name, std::string_view content);

}  // namespace ingest::rest

#pragma once

#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What Python's response.links makes of the value of Link headers (RFC 8288), joined by ", ": {rel: {url, rel, …}};
/// a link without a relation is named by its URL.
value parse_links(std::string_view header);

}  // namespace ingest::rest

#pragma once

#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// What Python's response.links makes of the value of Link headers (RFC 8288), joined by ", ": {rel: {url, rel, …}};
/// a link without a relation is named by its URL. And what it does not: each of several relations, in small letters,
/// and what has separators in quotes.
value parse_links(std::string_view header);

}  // namespace ingest::rest

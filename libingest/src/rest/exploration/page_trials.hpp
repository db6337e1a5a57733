#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/exploration/first_page.hpp"
#include "rest/exploration/page_rule.hpp"

namespace ingest::rest {

/// What trials have shown.
struct tried_pages {
  page_rule rule;
  std::vector<value> records;             ///< of the stream, from its first one on
  std::optional<first_page> larger = {};  ///< a first page that has more records
};

/// How the page behind the first one is asked for: as that one says, else by `page` or `offset`, which many APIs have
/// and do not tell of. Each is tried, and believed only if other records came, none of which the first page has. Where
/// the first page is the only one, a shorter one is asked for, so that there is one behind it. `key`: see
/// identity_of().
///
/// What cannot be told is left to `paginate: auto`, whose run tells what an answer tells, and ends where it tells
/// nothing.
tried_pages try_pages(const page_questions& api, const first_page& first, const std::string& key);

}  // namespace ingest::rest

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/exploration/first_page.hpp"
#include "rest/exploration/record_facts.hpp"

namespace ingest::rest {

/// A parameter by which only those records come that are not older than a time.
struct since_rule {
  std::string parameter;
  std::string asked;   ///< the time that it was tried with
  std::string format;  ///< of that
};

/// Tries, for times of records in `field`, the usual names of such parameters: with the time of a record in the middle
/// of the first page all that are older must be gone, and all that are newer be there. Nothing where none is heeded,
/// and where fewer than two times were seen.
std::optional<since_rule> try_since(const page_questions& api, const first_page& first, const time_field& field,
                                    const std::string& key);

/// What `incremental` needs beside field and parameter where requests have times of this format: ", unit: s".
std::string spelt_format(const std::string& format);

}  // namespace ingest::rest

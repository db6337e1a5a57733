#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rest/exploration/first_page.hpp"
#include "rest/exploration/page_rule.hpp"

namespace ingest::rest {

/// Parameters by which the size of pages may be asked for: those that the answer itself names, then the usual ones.
/// None where the address has one already.
std::vector<std::string> size_parameters(const first_page& first, const asked_api& api);

/// A first page of half as many records, where a parameter has the API make one: what comes behind it can be seen then.
std::optional<first_page> halved(const page_questions& api, const first_page& first, const std::string& key);

/// Gives the rule the size of 100 by a parameter that has the API give more than it does by itself. Returns the page
/// that came then; nothing where there is no such parameter.
std::optional<first_page> try_larger_pages(const page_questions& api, const first_page& first, const std::string& key,
                                           page_rule& rule);

}  // namespace ingest::rest

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/expressions/value.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

/// `text` as Python's quote_plus() has it: a blank is "+".
std::string quoted_plus(std::string_view text);

/// Names and values of a query or a form as requests encodes them: a list gives its name once an element, a dict once a
/// name of it; None gives nothing; "True", "1.5": the others as str() has them.
std::string form_encoded(const dictionary& members);

/// The names and first values of a query, decoded, as Python's parse_qs() finds them: those without a value are none.
std::vector<std::pair<std::string, std::string>> decoded_query(std::string_view query);

/// `parameters` without those that `query` has with the same value: a next URL often repeats them.
dictionary without_repeated(const dictionary& parameters, std::string_view query);

/// Puts `parameters` behind what `to` asks for itself.
void add_to_query(url& to, const dictionary& parameters);

}  // namespace ingest::rest

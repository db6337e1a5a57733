#pragma once

#include <optional>
#include <string>

#include "rest/requests/answer.hpp"

namespace ingest::rest {

/// What the API says about an error, found as the CDK finds it: in a JSON body the first of `message`, `messages`,
/// `error`, `errors` … down to a text, several joined by ", "; any other body as it is. Nothing where a JSON body has
/// none of these. Whole and with all secrets that are in it: for comparing, not for showing.
std::optional<std::string> api_message(const answer& given);

/// What an answer says under a name that speaks of an error ("error", "errors", "fault", "exception"); nothing where it
/// has none, or one that is false in Python.
std::optional<std::string> error_words(const answer& given);

}  // namespace ingest::rest

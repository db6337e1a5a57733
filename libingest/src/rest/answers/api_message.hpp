#pragma once

#include <optional>
#include <string>

#include "rest/requests/answer.hpp"

namespace ingest::rest {

/// What the API says about an error, found as the CDK finds it: in a JSON body the first of `message`, `messages`,
/// `error`, `errors` … down to a text, several joined by ", "; any other body as it is. Nothing where a JSON body has
/// none of these. Whole and with all secrets that are in it: for comparing, not for showing.
std::optional<std::string> api_message(const answer& given);

/// What an answer says of a failure, whatever its status is: under a name that speaks of one ("error", "errors",
/// "fault", "exception"), or beside `success: false`, `status: "error"`, `code: 500` and their like; in the answer
/// itself or in its "meta", "status", "response". Nothing where it has none of them, or one that is false in Python.
std::optional<std::string> error_words(const answer& given);

}  // namespace ingest::rest

#pragma once

#include <optional>
#include <string>

#include "rest/requests/answer.hpp"

namespace ingest::rest {

/// What the API says about an error, found as the CDK finds it: in a JSON body the first of `message`, `messages`,
/// `error`, `errors` … down to a text, several joined by ", "; any other body as it is. Nothing where a JSON body has
/// none of these. Whole and with all secrets that are in it: for comparing, not for showing.
std::optional<std::string> api_message(const answer& given);

/// What an answer says of a failure, whatever its status is: under a name that speaks of one ("error", "Errors",
/// "fault"), beside `success: false`, or, where words tell why, beside `status: "error"`, `code: 500` and their like,
/// or beside any number that no success is told by, `code: 50000`, where a message is there that tells of none;
/// in the answer itself or in its "meta", "data", "response" … Nothing for what only says that there was none: null, 0,
/// {"code": "ok"}.
std::optional<std::string> error_words(const answer& given);
std::optional<std::string> error_words(const value& said);

/// Whether an answer without records leaves it open whether it was a success: what says otherwise without a word why, a
/// code of letters, a status of something that is not done yet.
bool leaves_success_open(const value& said);

/// The same, only of an answer that says `success: false` or the like. Its records are not looked into.
std::optional<std::string> words_of_denied_success(const value& response);

/// Whether it is an object of nothing but members that errors have.
bool is_only_error(const value& said);

}  // namespace ingest::rest

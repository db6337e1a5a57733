#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// What the body of an answer says about an error: its code and message, wherever APIs put these, the title of an HTML
/// page, or plain text. On one line, shortened, without secrets; empty if it says nothing.
std::string words_of(std::string_view body);

/// What an API means by the code or the words of an error, whatever the status.
enum class meaning {
  other,
  too_many_requests,  ///< a rate limit or quota is used up
  cursor_refused,     ///< the cursor has expired or is not valid
  token_refused,      ///< the stream token is not valid
};

meaning meaning_of(std::string_view body);

}  // namespace ingest::detail

#pragma once

#include <string>

#include "ingest/http_client.hpp"

namespace ingest::detail {

/// What the answer to a request for a page means.
enum class verdict {
  page,            ///< read it
  retry,           ///< may pass
  token_refused,   ///< the stream endpoint wants another token
  key_refused,     ///< the API key is not accepted
  cursor_refused,  ///< expired or not valid any more
  not_acceptable,  ///< would be refused again
};

/// Judges by status, by the headers of rate limits and, for a refusal, by the words of the body.
verdict judge(const http_result& result, bool stream, bool with_cursor);

/// Judges an answer whose body reports an error although its status is a good one, by the words alone.
verdict judge_words(const http_result& result, bool stream, bool with_cursor);

/// True for the statuses that may pass by themselves: 408, 425, 429 and 5xx.
bool may_pass(int status);

/// True if the answer, whatever its status, says that there were too many requests: 429, or a refusal with Retry-After,
/// with a header that says that none remain, or with words that say so.
bool is_rate_limited(const http_result& result);

/// "HTTP 503 (SERVICE_DOWN: try later)": the status and what the body says about it, shortened and without secrets.
std::string answer_of(const http_result& result);

/// What is to be done about an answer that no attempt will mend, for the end of a message: `otherwise`, if it is no
/// redirect. None is followed.
std::string advice_on(const http_result& result, const std::string& otherwise);

}  // namespace ingest::detail

#include "datasync/http_verdict.hpp"

#include "datasync/answer_words.hpp"
#include "http/rate_headers.hpp"
#include "log/quotable.hpp"

namespace ingest::detail {

namespace {

bool is_good(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

bool is_rate_limited(const http_result& result) {
  if (result.failure) {
    return false;
  }
  const int status = result.status;
  if (status == 429 || status < 400 || status == 401 || status == 404 || status == 410) {
    return status == 429;
  }
  const meaning words = meaning_of(result.body);
  if (words != meaning::other) {
    return words == meaning::too_many_requests;
  }
  return (status < 500 && result.header("Retry-After")) || says_none_remain(result);
}

namespace {

/// Where a redirect leads, without what may be secret: user and query.
std::string place_in(std::string_view location) {
  std::string place(location.substr(0, location.find_first_of("?#")));
  const auto host = place.find("//");
  const auto at = host == std::string::npos ? host : place.substr(0, place.find('/', host + 2)).rfind('@');
  if (at != std::string::npos) {
    place.erase(host + 2, at - host - 1);
  }
  return quotable(place);
}

}  // namespace

verdict judge(const http_result& result, bool stream, bool with_cursor) {
  const int status = result.status;
  if (result.failure || may_pass(status) || is_rate_limited(result)) {
    return verdict::retry;
  }
  if (is_good(status)) {
    return verdict::page;
  }
  const bool refuses_cursor = status == 410 || (status == 400 && meaning_of(result.body) == meaning::cursor_refused);
  if (with_cursor && refuses_cursor) {
    return verdict::cursor_refused;
  }
  if (stream && (status == 401 || status == 403 || status == 404)) {
    return verdict::token_refused;
  }
  return status == 401 || status == 403 ? verdict::key_refused : verdict::not_acceptable;
}

verdict judge_words(const http_result& result, bool stream, bool with_cursor) {
  switch (meaning_of(result.body)) {
    case meaning::too_many_requests:
      return verdict::retry;
    case meaning::cursor_refused:
      return with_cursor ? verdict::cursor_refused : verdict::not_acceptable;
    case meaning::token_refused:
      return stream ? verdict::token_refused : verdict::not_acceptable;
    case meaning::other:
      break;
  }
  return verdict::not_acceptable;
}

std::string answer_of(const http_result& result) {
  const std::string words = words_of(result.body);
  return "HTTP " + std::to_string(result.status) + (words.empty() ? "" : " (" + words + ")");
}

std::string advice_on(const http_result& result, const std::string& otherwise) {
  if (result.status < 300 || result.status >= 400) {
    return otherwise;
  }
  if (result.status == 304) {
    return ", as if we had a copy, which we have not: a cache between here and the API is at fault";
  }
  const auto location = result.header("Location");
  return (location ? ", a redirect to " + place_in(*location) : ", a redirect") +
         ", which is not followed: set `base_url` so that the requests go where it leads, if the key may be sent "
         "there";
}

}  // namespace ingest::detail

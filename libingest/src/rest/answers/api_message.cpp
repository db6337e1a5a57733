#include "rest/answers/api_message.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

#include "core/utf8.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr const char* members_of_errors[] = {"error", "errors", "fault", "exception", "error_message", "errorMessage"};

constexpr const char* members_of_success[] = {"success", "succeeded", "ok", "isSuccess", "is_success"};
constexpr const char* members_of_outcome[] = {"status", "result", "state", "stat", "outcome"};
constexpr const char* members_of_status[] = {"status", "status_code", "statusCode", "code", "http_code", "httpStatus"};
constexpr std::string_view words_of_failure[] = {"error", "fail", "failed", "failure"};

/// What the members above may be wrapped in.
constexpr const char* holders_of_outcome[] = {"meta", "metadata", "status", "response", "result", "header"};

constexpr const char* members_with_words[] = {"message",       "messages", "error",  "errors",
                                              "failures",      "failure",  "detail", "err",
                                              "error_message", "msg",      "reason", "status_message"};

std::optional<std::string> words_in(const value& v);

std::optional<std::string> words_in_items(const value::elements& items) {
  std::string all;
  bool first = true;
  for (const value& item : items) {
    if (const auto words = words_in(item)) {
      all.append(first ? "" : ", ").append(*words);
      first = false;
    }
  }
  return all;
}

std::optional<std::string> words_in(const value& v) {
  if (v.is_text()) {
    return v.text();
  }
  if (v.is_list()) {
    return words_in_items(v.items());
  }
  for (const char* name : members_with_words) {
    const value* const member = v.find(name);
    if (member != nullptr && member->truth()) {
      return words_in(*member);
    }
  }
  return std::nullopt;
}

}  // namespace

namespace {

bool says_failure(const value& content) {
  if (!content.is_text()) {
    return false;
  }
  std::string small;
  for (const char c : content.text()) {
    small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::find(std::begin(words_of_failure), std::end(words_of_failure), small) != std::end(words_of_failure);
}

bool says_no(const value& content) {
  return (content.kind() == value::kind::boolean && !content.boolean()) ||
         (content.is_text() && (content.text() == "false" || content.text() == "False"));
}

bool is_status_of_failure(const value& content) {
  return content.kind() == value::kind::integer && content.fits_64_bits() && content.integer() >= 400 &&
         content.integer() < 600;
}

/// The first member, of those with such names, that `speaks` of a failure.
template <std::size_t N, class Test>
const value* member_that(const value& said, const char* const (&names)[N], Test speaks) {
  for (const char* const name : names) {
    const value* const member = said.find(name);
    if (member != nullptr && speaks(*member)) {
      return member;
    }
  }
  return nullptr;
}

std::optional<std::string> failure_in(const value& said) {
  if (!said.is_dict()) {
    return std::nullopt;
  }
  if (const value* const told = member_that(said, members_of_errors, [](const value& v) { return v.truth(); })) {
    const auto words = words_in(*told);
    return words && !words->empty() ? words : told->to_json();
  }
  if (member_that(said, members_of_success, says_no) != nullptr ||
      member_that(said, members_of_outcome, says_failure) != nullptr ||
      member_that(said, members_of_status, is_status_of_failure) != nullptr) {
    const auto words = words_in(said);
    return words && !words->empty() ? words : said.to_json();
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> error_words(const answer& given) {
  const value& said = given.json_or_empty();
  if (auto words = failure_in(said)) {
    return words;
  }
  for (const char* const name : holders_of_outcome) {
    const value* const held = said.find(name);
    if (held == nullptr) {
      continue;
    }
    if (auto words = failure_in(*held)) {
      return words;
    }
  }
  return std::nullopt;
}

std::optional<std::string> api_message(const answer& given) {
  try {
    return words_in(given.json());
  } catch (const error&) {
    return detail::is_utf8(given.body()) ? std::optional(given.body()) : std::nullopt;
  }
}

}  // namespace ingest::rest

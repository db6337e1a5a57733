#include "rest/answers/api_message.hpp"

#include "core/utf8.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr const char* members_of_errors[] = {"error", "errors", "fault", "exception", "error_message", "errorMessage"};

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

std::optional<std::string> error_words(const answer& given) {
  const value& said = given.json_or_empty();
  for (const char* name : members_of_errors) {
    const value* const member = said.find(name);
    if (member != nullptr && member->truth()) {
      const auto words = words_in(*member);
      return words && !words->empty() ? words : member->to_json();
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

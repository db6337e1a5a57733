#include "rest/answers/api_message.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <string_view>

#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "rest/paginators/hint_names.hpp"
#include "rest/paginators/hint_values.hpp"

namespace ingest::rest {

namespace {

// As plain_name() makes them.
constexpr std::string_view of_errors[] = {"error",        "errors",   "fault",  "exception",
                                          "errormessage", "errormsg", "errmsg", "err"};
constexpr std::string_view of_success[] = {"success", "succeeded", "ok", "issuccess", "successful"};
constexpr std::string_view of_outcome[] = {"status", "result", "state", "stat", "outcome"};
constexpr std::string_view of_status[] = {"status", "statuscode", "code", "httpcode", "httpstatus", "responsecode"};
constexpr std::string_view of_error_numbers[] = {"errcode", "errorcode", "errno", "errorno"};
constexpr std::string_view of_answer_codes[] = {"code",    "statuscode", "responsecode", "respcode", "resultcode",
                                                "retcode", "rescode",    "returncode",   "ret",      "rc"};
constexpr std::string_view of_messages[] = {"message", "messages", "msg", "errormessage", "errormsg", "errmsg"};
constexpr std::string_view of_contents[] = {"data", "items", "list", "records", "result", "results", "rows", "content"};
constexpr std::string_view of_nothing[] = {
    "norecord", "nodata",     "noresult",        "norow",     "notfound",  "nocontent", "noitem",
    "nomore",   "nothing",    "empty",           "noentries", "nomatch",   "0row",      "0record",
    "0result",  "keinedaten", "keineergebnisse", "aucun",     "sinresult", "nenhum",    "nessun"};
constexpr std::string_view of_failure[] = {"error", "fail", "failed", "failure"};
constexpr std::string_view of_no_error[] = {"",           "none", "no",   "noerror", "noerrors", "ok",  "success",
                                            "successful", "0",    "null", "false",   "na",       "nil", "undefined"};
constexpr std::string_view of_failures_that_pass[] = {
    "unavailable",  "maintenance",         "ratelimit",     "toomanyrequest", "timedout",
    "timeout",      "internalservererror", "internalerror", "overloaded",     "tryagain",
    "unauthorized", "forbidden",           "accessdenied",  "quotaexceeded",  "limitexceeded",
    "servererror",  "systembusy",          "servicebusy",   "backenderror",   "somethingwent"};
constexpr std::string_view of_undone[] = {"pending",    "processing",  "queued",   "running",
                                          "inprogress", "unavailable", "degraded", "partial",
                                          "incomplete", "failed",      "fail",     "failure"};
constexpr std::string_view of_troubles[] = {"error", "fail", "invalid", "denied", "limit", "unavailable", "timeout"};
constexpr std::string_view of_flags[] = {"haserror",          "haserrors", "iserror", "partial", "ispartial",
                                         "incompleteresults", "degraded",  "timeout", "timedout"};
constexpr std::string_view of_explanations[] = {"message", "messages",         "msg",         "detail",  "details",
                                                "reason",  "errordescription", "faultstring", "warning", "warnings",
                                                "info"};
constexpr std::string_view of_codes[] = {"code", "status", "errorcode", "errcode", "number"};
constexpr std::string_view of_words[] = {"message", "messages", "errormessage", "errormsg", "errmsg", "msg",
                                         "detail",  "details",  "reason",       "error",    "errors"};
constexpr std::string_view beside_errors[] = {"timestamp", "path",     "requestid", "traceid",          "type",
                                              "title",     "instance", "help",      "documentationurl", "moreinfo"};

/// What the members above may be wrapped in.
constexpr std::string_view of_holders[] = {"meta", "metadata", "status", "response", "result", "header", "data"};

bool is_one_of(std::span<const std::string_view> all, std::string_view plain) {
  return std::find(all.begin(), all.end(), plain) != all.end();
}

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

bool is_zero_or_ok(const value& content) {
  return !content.truth() || (content.is_text() && is_one_of(of_no_error, plain_name(content.text()))) ||
         (content.kind() == value::kind::integer && content.fits_64_bits() && content.integer() == 200);
}

/// Whether what is called an error is one.
bool speaks_of_error(const value& content) {
  if (content.is_list()) {
    return std::any_of(content.items().begin(), content.items().end(), speaks_of_error);
  }
  if (!content.is_dict()) {
    return !is_zero_or_ok(content);
  }
  bool says_anything = false;
  for (const auto& [name, inner] : content.members()) {
    const bool is_said = inner.truth() || inner.is_number();
    if (is_one_of(of_codes, plain_name(name.to_text())) && is_said && is_zero_or_ok(inner)) {
      return false;
    }
    says_anything = says_anything || inner.truth();
  }
  return says_anything;
}

bool says_no(const value& content) {
  return (content.kind() == value::kind::boolean && !content.boolean()) ||
         (content.is_text() && plain_name(content.text()) == "false");
}

bool is_status_of_failure(const value& content) {
  const auto number = number_in(content);
  return number && *number >= 400 && *number < 600;
}

/// 0, 1, 200 to 399, and what APIs count up from them: 2000, 10000 …
bool is_code_of_success(std::int64_t code) {
  const bool is_told_by_status = code >= 200 && code < 400;
  bool is_counted_up = code >= 1000;
  while (is_counted_up && code % 10 == 0) {
    code /= 10;
  }
  is_counted_up = is_counted_up && code <= 2;
  return code == 0 || code == 1 || is_told_by_status || is_counted_up;
}

/// Whether it is made to hold an answer, and no thing of its own that has a `code`, too.
bool is_envelope(const value& said) {
  return std::any_of(said.members().begin(), said.members().end(),
                     [](const auto& member) { return is_one_of(of_contents, plain_name(member.first.to_text())); });
}

/// A number, not as any success is told, in a member that tells the outcome of a request in many APIs.
bool is_odd_code(std::string_view plain, const value& content) {
  const auto code = is_one_of(of_answer_codes, plain) ? number_in(content) : std::nullopt;
  return code && !is_code_of_success(*code);
}

/// Of what is called the number of an error, whatever it is.
bool is_error_number(const value& content) {
  if (const auto number = number_in(content)) {
    return *number != 0 && (*number < 200 || *number > 299);
  }
  return content.truth() && !is_zero_or_ok(content);
}

bool is_true(const value& content) {
  return truth_in(content) == true;
}

bool has_failed_shards(const value& content) {
  const value* const failed = content.find("failed");
  return failed != nullptr && number_in(*failed).value_or(0) > 0;
}

bool has_any_of(std::span<const std::string_view> words, const std::string& text) {
  const std::string plain = plain_name(text);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return plain.find(word) != std::string::npos; });
}

bool tells_of_nothing(const std::string& words) {
  return has_any_of(of_nothing, words) || words.find("暂无") != std::string::npos ||
         words.find("无数据") != std::string::npos;
}

/// What the first of the members with these names says that will do; "" for nothing.
std::string first_words(const value& said, std::span<const std::string_view> names,
                        const std::function<bool(const std::string& words)>& will_do) {
  for (const auto& [name, content] : said.members()) {
    const bool has_words = content.truth() && is_one_of(names, plain_name(name.to_text()));
    std::string words = has_words ? words_in(content).value_or("") : "";
    if (!words.empty() && will_do(words)) {
      return words;
    }
  }
  return "";
}

std::string words_beside(const value& said) {
  return first_words(said, of_words, [](const std::string&) { return true; });
}

/// A server that is in trouble says so in a sentence, if in nothing else.
std::string failure_that_passes(const value& said) {
  constexpr std::size_t longest_sentence = 300;
  return first_words(said, of_explanations, [](const std::string& words) {
    return words.size() < longest_sentence && has_any_of(of_failures_that_pass, words);
  });
}

/// What is said, and not in words of success, nor of there being nothing.
std::string message_beside(const value& said) {
  return first_words(said, of_messages, [](const std::string& words) {
    const std::string plain = plain_name(words);
    const bool is_good = is_one_of(of_no_error, plain) || plain.find("succes") != std::string::npos ||
                         words.find("成功") != std::string::npos;
    return !is_good && !tells_of_nothing(words);
  });
}

struct outcome {
  const value* error = nullptr;  ///< the member that tells of it
  bool is_denied = false;        ///< success is
  bool has_failed = false;
  bool may_have_failed = false;  ///< `status` and `code` may be those of anything
  bool has_odd_code = false;     ///< which fails where a message says why
};

outcome outcome_of(const value& said) {
  outcome found;
  for (const auto& [name, content] : said.members()) {
    const std::string plain = plain_name(name.to_text());
    const bool counts_errors = plain == "errors" && content.is_number();
    if (found.error == nullptr && is_one_of(of_errors, plain) && !counts_errors && speaks_of_error(content)) {
      found.error = &content;
    }
    found.is_denied = found.is_denied || (is_one_of(of_success, plain) && says_no(content));
    found.has_failed = found.has_failed || (is_one_of(of_error_numbers, plain) && is_error_number(content)) ||
                       (is_one_of(of_flags, plain) && is_true(content)) ||
                       (plain == "shards" && has_failed_shards(content));
    found.may_have_failed =
        found.may_have_failed || (is_one_of(of_status, plain) && is_status_of_failure(content)) ||
        (is_one_of(of_outcome, plain) && content.is_text() && is_one_of(of_failure, plain_name(content.text())) &&
         (plain_name(content.text()) == "error" || is_envelope(said)));
    found.has_odd_code = found.has_odd_code || is_odd_code(plain, content);
  }
  return found;
}

std::optional<std::string> failure_in(const value& said) {
  if (!said.is_dict()) {
    return std::nullopt;
  }
  const outcome found = outcome_of(said);
  if (found.error != nullptr) {
    const auto words = words_in(*found.error);
    const std::string beside = words_beside(said);
    return words && !words->empty() ? *words : !beside.empty() ? beside : found.error->to_json();
  }
  const std::string words = words_beside(said);
  if (found.is_denied || found.has_failed || (found.may_have_failed && !words.empty() && !tells_of_nothing(words))) {
    return words.empty() ? said.to_json() : words;
  }
  if (std::string why = failure_that_passes(said); !why.empty()) {
    return why;
  }
  const std::string message = found.has_odd_code && is_envelope(said) ? message_beside(said) : "";
  return message.empty() ? std::nullopt : std::optional(message);
}

}  // namespace

std::optional<std::string> error_words(const answer& given) {
  return error_words(given.json_or_empty());
}

std::optional<std::string> error_words(const value& said) {
  if (!said.is_dict()) {
    return std::nullopt;
  }
  if (auto words = failure_in(said)) {
    return words;
  }
  for (const auto& [name, held] : said.members()) {
    if (is_one_of(of_holders, plain_name(name.to_text()))) {
      if (auto words = failure_in(held)) {
        return words;
      }
    }
  }
  return std::nullopt;
}

bool leaves_success_open(const value& said) {
  if (!said.is_dict()) {
    return false;
  }
  const outcome found = outcome_of(said);
  return found.may_have_failed || found.has_odd_code ||
         std::any_of(said.members().begin(), said.members().end(), [](const auto& member) {
           const std::string plain = plain_name(member.first.to_text());
           const std::string text = member.second.is_text() ? plain_name(member.second.text()) : "";
           const bool is_undone = is_one_of(of_outcome, plain) && is_one_of(of_undone, text);
           const bool is_word = is_one_of(of_answer_codes, plain) && has_any_of(of_troubles, text);
           return is_undone || is_word || (is_one_of(of_success, plain) && (number_in(member.second) == 0));
         });
}

std::optional<std::string> words_of_denied_success(const value& response) {
  if (!response.is_dict()) {
    return std::nullopt;
  }
  const outcome found = outcome_of(response);
  const std::string words = found.is_denied || found.has_failed ? words_beside(response) : "";
  return words.empty() ? std::nullopt : std::optional(words);
}

bool is_only_error(const value& said) {
  return said.is_dict() && !said.members().empty() &&
         std::all_of(said.members().begin(), said.members().end(), [](const auto& member) {
           const std::string plain = plain_name(member.first.to_text());
           return (!member.second.truth() && !member.second.is_number()) || is_one_of(of_errors, plain) ||
                  is_one_of(of_success, plain) || is_one_of(of_outcome, plain) || is_one_of(of_status, plain) ||
                  is_one_of(of_error_numbers, plain) || is_one_of(of_words, plain) || is_one_of(beside_errors, plain);
         });
}

std::optional<std::string> api_message(const answer& given) {
  try {
    return words_in(given.json());
  } catch (const error&) {
    return detail::is_utf8(given.body()) ? std::optional(given.body()) : std::nullopt;
  }
}

}  // namespace ingest::rest

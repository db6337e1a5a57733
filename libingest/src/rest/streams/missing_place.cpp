#include "rest/streams/missing_place.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"
#include "rest/answers/api_message.hpp"
#include "rest/paginators/answer_hints.hpp"
#include "rest/selectors/record_search.hpp"

namespace ingest::rest {

namespace {

constexpr int accepted = 202;
constexpr int partial_content = 206;

char begin_of(const answer& given) {
  const auto first = given.body().find_first_not_of(" \t\r\n");
  return first == std::string::npos ? '\0' : given.body()[first];
}

bool is_object(const answer& given) {
  return begin_of(given) == '{';
}

std::string name_of(const glob_path& place) {
  return place.empty() ? "." : place.to_text();
}

[[noreturn]] void refuse_words(const std::string& where, int status, const char* what, const std::string& words) {
  throw error(errc::bad_data,
              log::redact(where + ": the API answered " + std::to_string(status) + ", but " + what + ": " +
                          detail::quotable(words) +
                          "; where that is no error, say so by a response filter with the action IGNORE"),
              true);
}

bool has_only_members_of_graphql(const value& response) {
  if (!response.is_dict()) {
    return false;
  }
  const auto& members = response.members();
  return std::all_of(members.begin(), members.end(), [](const auto& member) {
    const std::string name = member.first.to_text();
    return name == "data" || name == "errors" || name == "extensions";
  });
}

}  // namespace

void refuse_words_of_error(const std::string& where, const answer& given) {
  if (const auto words = error_words(given)) {
    refuse_words(where, given.status(), "with an error in place of records", *words);
  }
}

void refuse_error_as_record(const std::string& where, const answer& given) {
  if (!is_object(given) || !is_only_error(given.json_or_empty())) {
    return;
  }
  if (const auto words = error_words(given)) {
    refuse_words(where, given.status(), "with an error that is no record", *words);
  }
}

void refuse_denied_success(const std::string& where, const answer& given, const value& response) {
  if (!is_object(given)) {
    return;  // what is called the response is the first record then
  }
  if (const auto words = words_of_denied_success(response)) {
    refuse_words(where, given.status(), "says beside its records that it has failed", *words);
  }
}

void refuse_partial_data(const std::string& where, std::string_view errors, const value& response) {
  if (errors.empty()) {
    return;
  }
  const bool is_graphql = has_only_members_of_graphql(response);
  const value list = value::from_json(errors);
  for (const value& one : list.items()) {
    const bool has_place =
        one.find("path") != nullptr || one.find("locations") != nullptr || one.find("extensions") != nullptr;
    if (one.find("message") != nullptr && (has_place || is_graphql)) {
      throw error(errc::bad_data,
                  log::redact(where + ": the API answered with a part of the data, and with errors: " +
                              detail::quotable(one.find("message")->to_text()) +
                              "; if what is there is all that you want, say so by a response filter with the action "
                              "IGNORE"),
                  true);
    }
  }
}

void refuse_answer_to_come(const std::string& where, const answer& given) {
  if (given.status() == accepted) {
    throw error(errc::bad_data,
                where +
                    ": the API answered 202 without records, as if they were to come; where that means that there "
                    "are none, say so by a response filter with the action IGNORE",
                true);
  }
}

void refuse_single_record(const std::string& where, const answer& given, const glob_path& place) {
  // Further down, APIs that were made of XML have an object in place of a list of one.
  if (!place.empty() || begin_of(given) == '[') {
    return;
  }
  const value& all = given.json_or_empty();  // of what is no JSON at all: empty
  if (begin_of(given) == '{' || (all.truth() && !all.is_list())) {
    throw error(errc::bad_data,
                where + ": an answer is no list, as others are, so that it is no record, nor the end: " +
                    all.to_json().substr(0, 100) +
                    "; if it is one, or means that there are none, say so by a response filter with the action SUCCESS "
                    "or IGNORE",
                true);
  }
}

bool says_that_there_are_none(const answer& given, const glob_path& place) {
  const char begin = begin_of(given);
  const bool is_json = begin == '{' || begin == '[' || (begin == 'n' && given.json_or_empty().is_none());
  if (given.status() == answer::no_content || (begin != '\0' && !is_json)) {
    return true;
  }
  const value& said = given.json_or_empty();
  const auto found = place.plain() ? place.only(said) : std::nullopt;
  const bool is_there = !place.plain() || (found && (found->is_none() || (found->is_list() && found->items().empty())));
  const answer_hints hints = hints_in(said, given.headers(), said.is_list());
  return is_there && given.status() != partial_content && !leaves_success_open(said) && hints.total.value_or(0) == 0;
}

void refuse_empty_body(const std::string& where, const answer& given) {
  if (given.status() != answer::no_content && given.body().find_first_not_of(" \t\r\n") == std::string::npos) {
    throw error(errc::bad_data,
                where + ": the API answered " + std::to_string(given.status()) +
                    " twice without a body, behind a page that another one was to follow; where that is the end, say "
                    "so by a response filter with the action IGNORE",
                true);
  }
}

void refuse_lost_place(const std::string& where, const glob_path& place) {
  throw error(errc::bad_data,
              where + ": an answer has nothing at \"" + name_of(place) +
                  "\", where the records of others are; if the API means nothing by that, say so by a response filter "
                  "with the action "
                  "IGNORE",
              true);
}

void tell_missing_records(const std::string& where, const answer& from, const glob_path& place, told_once& told) {
  if (from.status() == answer::no_content || told.records_not_found.exchange(true)) {
    return;
  }
  log::warning(events::records_not_found,
               where + ": an answer has nothing at \"" + name_of(place) +
                   "\", where records are: it is taken for one without any. If the stream has none at all, look at "
                   "the extractor's `field_path`");
}

void refuse_other_envelope(const std::string& where, const answer& given, const glob_path& place,
                           const std::vector<std::string>& fields) {
  if (const auto elsewhere = list_of_records(given.json_or_empty(), place, fields)) {
    throw error(errc::bad_data,
                where + ": no answer has had anything at \"" + name_of(place) +
                    "\", where records are, and this one has a list at \"" + *elsewhere +
                    "\" whose objects look like them: if records are there now, mend the extractor's `field_path`; if "
                    "they are none, say so by a response filter with the action IGNORE",
                true);
  }
}

void refuse_to_empty(const std::string& where, const glob_path& place) {
  throw error(
      errc::bad_data,
      where + ": nobody has said that there are no records, by an empty list at \"" + name_of(place) +
          "\" and no doubts beside it, and what is read takes the place of a table that has rows: it is left as it "
          "is. If the source has no records any more, empty the table by hand, or say so by a response filter "
          "with the action IGNORE; else mend the extractor's `field_path`",
      true);
}

void tell_missing_files(const std::string& where, const glob_path& place, told_once& told) {
  if (told.files_not_found.exchange(true)) {
    return;
  }
  log::warning(events::records_not_found,
               where + ": a job is complete, and twice the answer has had nothing at \"" + name_of(place) +
                   "\", where its files are named: it is taken for a job without records. If the stream has none at "
                   "all, look at the `field_path` of the `download_target_extractor`");
}

}  // namespace ingest::rest

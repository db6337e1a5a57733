#include "rest/streams/missing_place.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "json/json_scanner.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"
#include "rest/answers/api_message.hpp"
#include "rest/decoders/json_body.hpp"
#include "rest/selectors/record_search.hpp"

namespace ingest::rest {

namespace {

constexpr int no_content = 204;

bool has_only_members_of_graphql(const value& response) {
  const auto& members = response.members();
  return std::all_of(members.begin(), members.end(), [](const auto& member) {
    const std::string name = member.first.to_text();
    return name == "data" || name == "errors" || name == "extensions";
  });
}

}  // namespace

void refuse_words_of_error(const std::string& where, const answer& given) {
  if (const auto words = error_words(given)) {
    throw error(errc::bad_data,
                log::redact(where + ": the API answered " + std::to_string(given.status()) +
                            ", but with an error in place of records: " + detail::quotable(*words) +
                            "; where that is no error, say so by a response filter with the action IGNORE"),
                true);
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

void refuse_empty_body(const std::string& where, const answer& given) {
  if (given.status() != no_content && given.body().find_first_not_of(" \t\r\n") == std::string::npos) {
    throw error(errc::bad_data,
                where + ": the API answered " + std::to_string(given.status()) +
                    " twice without a body, behind a page that another one was to follow; where that is the end, say "
                    "so by a response filter with the action IGNORE",
                true);
  }
}

void tell_missing_records(const std::string& where, const answer& from, const glob_path& place, told_once& told) {
  if (from.status() == no_content || told.records_not_found.exchange(true)) {
    return;
  }
  log::warning(events::records_not_found,
               where + ": an answer has nothing at \"" + place.to_text() +
                   "\", where records are: it is taken for one without any. If the stream has none at all, look at "
                   "the extractor's `field_path`");
}

void refuse_other_envelope(const std::string& where, const answer& given, const glob_path& place) {
  if (!place.plain() || place.empty() || given.json_or_empty().find(place.steps().front().text) != nullptr) {
    return;
  }
  std::vector<answer_list> lists;
  try {
    lists = lists_in(without_byte_order_mark(given.body()));
  } catch (const detail::json_fault&) {
    return;
  }
  for (const answer_list& list : lists) {
    if (list.may_have_records()) {
      throw error(errc::bad_data,
                  where + ": no answer has had anything at \"" + place.to_text() +
                      "\", where records are, and this one " + "has a list of " + std::to_string(list.objects) +
                      " objects at \"" + list.name() +
                      "\": if records are there now, mend the extractor's `field_path`; if there are none, say so by a "
                      "response filter with the action IGNORE",
                  true);
    }
  }
}

void refuse_to_empty(const std::string& where, const glob_path& place) {
  throw error(errc::bad_data,
              where + ": no answer has had anything at \"" + place.to_text() +
                  "\", where records are, and what is read takes the place of a table that has rows: it is left as it "
                  "is. If the source has no records any more, empty the table by hand, or say so by a response filter "
                  "with the action IGNORE; else mend the extractor's `field_path`",
              true);
}

void tell_missing_files(const std::string& where, const glob_path& place, told_once& told) {
  if (told.files_not_found.exchange(true)) {
    return;
  }
  log::warning(events::records_not_found,
               where + ": a job is complete, and twice the answer has had nothing at \"" + place.to_text() +
                   "\", where its files are named: it is taken for a job without records. If the stream has none at "
                   "all, look at the `field_path` of the `download_target_extractor`");
}

}  // namespace ingest::rest

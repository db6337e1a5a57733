#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "rest/requests/answer.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// What is worth a warning, and not one for each page.
struct told_once {
  std::atomic<bool> records_not_found{false};
  std::atomic<bool> pages_are_shorter{false};
  std::atomic<bool> feed_not_in_order{false};
  std::atomic<bool> ignored_in_mid_slice{false};
  std::atomic<bool> files_not_found{false};
  std::atomic<bool> end_contradicted{false};
};

/// For an answer with a status that says success, and without records: throws errc::bad_data, as what may pass, where
/// it has an error in place of them or beside them. `where` names the stream.
void refuse_words_of_error(const std::string& where, const answer& given);

/// For an answer of which one record was made: throws the same where that is nothing but words of an error.
void refuse_error_as_record(const std::string& where, const answer& given);

/// For an answer of which one record was made, or none, in a stream of which others have had several: throws the same
/// where it is no list, as those were. An object in the place of a page is a message, or a login, and the
/// page's records are missing.
void refuse_single_record(const std::string& where, const answer& given, const glob_path& place);

/// For an answer with records, `response` with or without them: throws the same where it says `success: false`, and
/// why.
void refuse_denied_success(const std::string& where, const answer& given, const value& response);

/// For an answer with records: throws the same where `errors` beside them are those of GraphQL, by which the data is
/// not all that was asked for (https://spec.graphql.org/October2021/#sec-Response-Format): they have a place in the
/// query, or the answer, `response`, has nothing but what GraphQL's have.
void refuse_partial_data(const std::string& where, std::string_view errors, const value& response);

/// For an answer without records: throws the same where its status, 202, says that it is none yet.
void refuse_answer_to_come(const std::string& where, const answer& given);

/// For the second answer behind a page that another one was to follow: throws errc::bad_data, as what may pass, where
/// it has no body. A proxy may have lost it: nothing at all is no answer there.
void refuse_empty_body(const std::string& where, const answer& given);

/// For an answer that has nothing at the place of records, where others have: throws errc::bad_data, as what may pass.
[[noreturn]] void refuse_lost_place(const std::string& where, const glob_path& place);

/// Warns, once for a stream, that an answer without the place of records is taken for one without any: some APIs leave
/// the list away where it would be empty; others have been changed, and nobody would ever know.
void tell_missing_records(const std::string& where, const answer& from, const glob_path& place, told_once& told);

/// For a slice that ends without the place of records, in a stream of which no answer has had it: throws
/// errc::bad_data, as what may pass, where a list elsewhere is of objects that have the members by which records are
/// known, `fields`, and is no part of such an object: the API has another envelope now. APIs that leave an empty list
/// away may have others.
void refuse_other_envelope(const std::string& where, const answer& given, const glob_path& place,
                           const std::vector<std::string>& fields);

/// Whether an answer without records says that there are none: by an empty list or null at the place of records, or by
/// 204, and nothing beside it leaves that open. What is no JSON says so by its form.
bool says_that_there_are_none(const answer& given, const glob_path& place);

/// What is read takes the place of a table that has rows, and nobody has said that there are none.
[[noreturn]] void refuse_to_empty(const std::string& where, const glob_path& place);

/// The same of an answer that has to name the files of a job.
void tell_missing_files(const std::string& where, const glob_path& place, told_once& told);

}  // namespace ingest::rest

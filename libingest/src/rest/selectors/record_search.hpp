#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/expressions/value.hpp"
#include "rest/selectors/glob_path.hpp"

namespace ingest::rest {

/// A list in an answer of JSON, which is not inside of another list.
struct answer_list {
  std::vector<std::string> path;  ///< names of members; none: the answer is the list
  std::size_t objects = 0;
  std::size_t others = 0;  ///< elements that are no objects

  bool may_have_records() const { return objects > 0 && others == 0; }
  /// "data.items", or "." for the answer itself.
  std::string name() const;
};

/// The way to a list of objects that have the members by which records are known, which is no part of such an object:
/// records that are not at `place`, where they should be. Nothing where there is none, or nothing is known of them.
std::optional<std::string> list_of_records(const value& document, const glob_path& place,
                                           const std::vector<std::string>& known_by);

/// The lists of an answer, at most `deepest_list` members deep. Throws json_fault where the body is no JSON.
std::vector<answer_list> lists_in(std::string_view body);

inline constexpr std::size_t deepest_list = 4;

/// FoundRecords: where the records of a stream's answers are, if that is not said, or said and to be looked after. They
/// are the only list of objects that an answer has; once one was found, they stay where they were. Thread-safe.
class record_search {
 public:
  using path = std::vector<std::string>;

  /// `stated` is where a person says that they are. `where` names the component in messages. `stream`, its name, may be
  /// that of the list.
  record_search(std::optional<path> stated, std::string where, std::string_view stream = "");

  /// The way to them, if it was stated or found before.
  std::optional<glob_path> known() const;

  /// The way to the records in this answer; to nothing in one without any. Throws errc::config, with the lists that
  /// there are, where several may be meant, where there is none but something else, and where they are not at the place
  /// that was stated or found but a list of objects is elsewhere, which have any of the members `known_by`, if it is
  /// known by which ones records can be told from other objects. A body that is no JSON is left to whoever reads it.
  glob_path path_in(std::string_view body, const std::vector<std::string>& known_by = {}) const;

 private:
  path found_in(const std::vector<answer_list>& lists) const;
  path looked_after(const path& way, const std::vector<answer_list>& lists, std::string_view body,
                    const std::vector<std::string>& known_by) const;
  std::optional<path> remembered() const;

  std::optional<path> stated_;
  std::string where_;
  std::string stream_;
  mutable std::mutex mutex_;
  mutable std::optional<path> found_;
};

}  // namespace ingest::rest

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rest/paginators/answer_hints.hpp"

namespace ingest::rest {

/// Looks through the members of an answer for what they say of further pages, and adds it to the hints. To be used for
/// one dict: walk(), then add_counted().
class hint_walk {
 public:
  explicit hint_walk(answer_hints& into) : hints_(into) {}

  /// `path`: where the dict is, "" or "meta". `trusted`: it is the answer itself or something that such things stand
  /// in.
  void walk(const value& dict, const std::string& path, bool trusted, std::size_t depth = 0);

  /// Pages and offsets are known by two numbers, or by three.
  void add_counted();

 private:
  struct counted {
    std::int64_t number = 0;
    std::string place = {};
    std::string name = {};
    bool is_last_from_0 = false;  ///< the number of the last page, where the first one is 0
  };

  void look_at(const std::string& name, const value& content, const std::string& place, bool trusted,
               std::size_t depth);
  void look_at_dict(const std::string& plain, const value& content, const std::string& place, bool trusted,
                    std::size_t depth);
  bool look_for_flags(const std::string& plain, const value& content, const std::string& place);
  bool look_for_next(const std::string& name, const std::string& plain, const value& content, const std::string& place);
  bool look_for_counts(const std::string& name, const std::string& plain, const value& content,
                       const std::string& place, std::size_t depth);
  bool take_count(const std::string& plain, const counted& found, std::size_t depth);
  bool take_total(const std::string& plain, std::int64_t number);
  void take_more(bool more, const std::string& place);
  bool take_next(const value& content, const std::string& place);
  bool take_next_object(const value& content, const std::string& place);
  bool take_token(const std::string& parameter, const value& content, const std::string& place);
  void take_links(const value& list, const std::string& place);

  answer_hints& hints_;
  std::optional<counted> page_;
  std::optional<counted> pages_;  // the number of the last one
  std::optional<counted> last_;   // perhaps it, too
  std::optional<counted> offset_;
  std::optional<counted> size_;  // of a page
};

}  // namespace ingest::rest

#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rest/selectors/record_selector.hpp"
#include "rest/streams/query_properties.hpp"

namespace ingest::rest {

/// A page that several requests bring, each with some members of its records. One thread.
class merged_page {
 public:
  explicit merged_page(const query_properties& properties) : properties_(properties) {}

  /// What one of them has brought, in their order. True where pagination looks at this answer rather than at those
  /// before: it has as many records as any of them. Throws errc::bad_data where a record has no key, so that nobody can
  /// tell which parts belong together, and where an answer has two records of one key, of which one would be lost.
  bool add(selected_page part);

  /// The keys of records that some of the answers had, and others had not.
  std::set<std::string> partial() const;

  /// All records, in the order in which they were found first, as if one answer had brought them: what the cursor makes
  /// of them is made here, for a part of a record may lack its field. `watch` may be null.
  selected_page taken(const page_wishes& wishes, cursor_filter filter, record_watch* watch);

 private:
  struct place {
    std::size_t index;    ///< in records_
    std::size_t answers;  ///< that had a part of it
    std::size_t latest;   ///< of them, by its number
  };

  void add_record(value record);
  [[noreturn]] void refuse(const value& record, const std::string& problem, const std::string& advice) const;

  const query_properties& properties_;
  std::vector<value> records_;
  std::map<std::string, place> places_;  ///< by key
  std::size_t answers_ = 0;
  std::size_t extracted_ = 0;  ///< the most of one answer: a short one of several does not make the page short
  bool place_found_ = false;   ///< in one of the answers
  value response_;             ///< of the one that pagination looks at
  std::uint64_t fingerprint_ = 0;
};

}  // namespace ingest::rest

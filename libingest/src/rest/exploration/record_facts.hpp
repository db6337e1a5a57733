#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rest/dates/moment.hpp"
#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// A field with times, as far as records were seen.
struct time_field {
  std::string name;
  std::string format;          ///< of the records: "%s", "%ms", "%Y-%m-%d", or one with a time of day
  bool tells_changes = false;  ///< it is called as what tells when a record was changed
  bool in_all_records = false;
  std::string order = {};  ///< "ascending", "descending"; "" for neither, or where that cannot be told
};

/// Records of a stream from its first one on, and what is to be seen in them.
class record_facts {
 public:
  void set(std::vector<value> records) { records_ = std::move(records); }

  const std::vector<value>& records() const { return records_; }
  std::size_t size() const { return records_.size(); }

  /// Fields called as keys are that every record has, with a text or a whole number that no other one has; the one that
  /// is most likely the key first.
  std::vector<std::string> keys() const;

  /// Fields of which all contents are times, of changes first, then of the beginning of records.
  std::vector<time_field> times() const;

 private:
  std::vector<value> records_;
};

/// A time as the field has it; nothing for what is none.
std::optional<moment> time_in(const value& record, const time_field& field);

/// By what records are told apart: their key, or all that they have where `key` is "".
std::string identity_of(const value& record, const std::string& key);

/// Whether `other` has records, and none that `first` has.
bool are_others(const std::vector<value>& first, const std::vector<value>& other, const std::string& key);

/// Whether one of the two begins with all the other has, in its order.
bool begin_alike(const std::vector<value>& one, const std::vector<value>& other, const std::string& key);

}  // namespace ingest::rest

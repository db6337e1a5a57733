#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/postgres.hpp"
#include "json/json_scanner.hpp"

namespace ingest::detail {

/// How values are read to find a type for them.
struct value_reading {
  text_reading texts = text_reading::times;
  epoch_unit epochs = epoch_unit::none;  ///< numbers beside instants are instants; numbers alone are numbers
};

/// What the values of a member have been so far, to find a type that takes all of them.
class member_values {
 public:
  /// Null is like missing.
  void note(const json_value& value, const value_reading& reading, std::string& scratch);

  /// pg_type.typname: the narrowest type that has had room for every value: boolean, bigint, numeric, uuid, date,
  /// timestamp with time zone, text for other strings, and jsonb for objects, arrays, and values of several kinds.
  /// Empty where there was no value.
  std::string_view type() const;

 private:
  unsigned fits_ = ~0u;  ///< a bit for each type of the list, as long as all values fit
  bool any_ = false;
};

/// Members of records with what their values have been, in the order in which they were first met.
class members {
 public:
  member_values& of(std::string_view name);

  bool contains(std::string_view name) const { return places_.contains(name); }
  std::size_t size() const { return all_.size(); }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

 private:
  std::vector<std::pair<std::string, member_values>> all_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace ingest::detail

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/json_scanner.hpp"
#include "postgres/column_type.hpp"
#include "postgres/table_shape.hpp"

namespace ingest::detail {

/// Values of a column that have gone to the extra column.
struct column_misfits {
  std::uint64_t values = 0;
  bool rounded = false;  ///< some of them: the column has as much of them as it can hold
  std::string example;   ///< of the first, its JSON, shortened
};

/// What an encoder has kept apart of its records.
struct kept_apart {
  std::vector<column_misfits> misfits;    ///< by column of the shape
  std::uint64_t without_room = 0;         ///< values of records that are wider than a page
  std::uint64_t members = 0;              ///< that have no column
  std::uint64_t nuls = 0;                 ///< characters that texts were deprived of
  std::set<std::string> left_alone = {};  ///< those of them whose column is not for us
  bool new_members = false;               ///< some of them could have one: the shape does not say that they go there
};

/// Adds what was kept apart of other records of the same shape.
void add(const kept_apart& more, kept_apart& to);

/// Turns records into rows of a typed shape, in COPY's binary format: each member of the record, as far as it fits,
/// into the column of its name, and what does not fit, or has no column, into the extra column under its own name. One
/// pass over the record, and no copy of it.
class typed_encoder {
 public:
  /// `shape` has an extra column, the last one, and types that column_types() knows.
  /// `now`, in microseconds since 2000, is when records were deleted that do not say when.
  typed_encoder(const table_shape& shape, const std::vector<std::string>& types, std::int64_t now);

  /// False, with nothing appended, where the record is no JSON object.
  bool append(std::string_view record, std::string& to);

  const kept_apart& apart() const { return apart_; }

 private:
  struct column {
    const column_type* type;
    std::string member;  ///< that it is filled with: the column's name, or a member whose name that is made of
    bool is_key;
  };

  bool find_members(std::string_view record);
  void append_deletion(std::string_view record, std::string& to);
  void take(std::string_view name, const json_value& value);
  bool take_under_other_name(std::string_view name, const json_value& value);
  void append_value(std::size_t index, std::string& to);
  value_fit append_fitting(const column& c, const json_value& value, std::string& to);
  bool keeps(std::string_view name);
  void keep(std::string_view name, const json_value& value);
  void append_extra(std::string& to);

  const table_shape* shape_;
  std::vector<column> columns_;          ///< without the extra one
  std::optional<std::size_t> deletion_;  ///< the place of the one that tells of deleted records
  std::int64_t now_;                     ///< microseconds since 2000-01-01, for those that do not say when
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::vector<json_value> found_;  ///< by column, of the record at hand
  std::size_t next_ = 0;           ///< the column that this record's next member will be of, if it is like the last one
  std::size_t room_ = 0;           ///< what a page has left for this record's row
  bool no_room_ = false;           ///< is why the last value did not fit
  std::string extra_;              ///< members of the extra column's object
  std::string scratch_;
  kept_apart apart_;
};

}  // namespace ingest::detail

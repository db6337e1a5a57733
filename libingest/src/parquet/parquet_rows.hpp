#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/json_scanner.hpp"
#include "parquet/extra_members.hpp"
#include "parquet/parquet_writer.hpp"

namespace ingest::detail {

/// The last column of each file: JSON of what no other column holds.
inline constexpr std::string_view extra_column = "_ingest_extra";

/// Turns records into rows of a file: each member of the record, as far as it fits, into the column of its name, and
/// what does not fit, or has no column, into the extra column under its own name. One pass over the record, and no copy
/// of it.
class parquet_rows {
 public:
  /// The last column of `to`, which must outlive this, is the extra one.
  explicit parquet_rows(parquet_writer& to);

  /// Nothing where it has become a row; else why it is none, and nothing was written.
  std::optional<std::string> append(std::string_view record);

  std::uint64_t values_apart() const { return values_apart_; }
  std::uint64_t members_apart() const { return members_apart_; }

 private:
  const parquet_column& column(std::size_t index) const { return to_->columns()[index]; }
  std::optional<std::string> find_members(std::string_view record);
  void take(std::string_view name, const json_value& value);
  std::optional<std::string> missing_value();
  void add_value(std::size_t index);

  parquet_writer* to_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::vector<std::size_t> required_;  // columns
  std::vector<json_value> found_;      // by column, of the record at hand
  std::size_t next_ = 0;  // the column that this record's next member will be of, if it is like the last one
  extra_members extra_;
  std::string scratch_;
  std::uint64_t values_apart_ = 0;
  std::uint64_t members_apart_ = 0;
};

}  // namespace ingest::detail

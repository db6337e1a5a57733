#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "parquet/parquet_value.hpp"

namespace ingest::detail {

/// The smallest and the largest value of a column, in the order that its type has (LogicalTypes.md), and how many are
/// null. JSON has no bounds: nobody asks for them, and a shortened one would be no JSON.
class column_bounds {
 public:
  explicit column_bounds(parquet_type type) : type_(type), physical_(physical_of(type)) {}

  void add(const parquet_value& value);
  void add_null() { ++nulls_; }

  struct bound {
    std::string bytes;  ///< as statistics have it: PLAIN, a string without its length
    bool exact = true;  ///< it is one of the values; a long string is shortened
  };
  std::optional<bound> smallest() const;

  /// Nothing also where no text of bounded length is behind all of them.
  std::optional<bound> largest() const;

  std::uint64_t nulls() const { return nulls_; }
  bool is_real() const { return physical_ == physical_type::real64; }

 private:
  void add_bytes(std::string_view bytes);
  bool holds_bytes() const { return physical_ == physical_type::bytes || physical_ == physical_type::fixed_bytes; }
  std::string plain(std::int64_t whole, double real) const;

  parquet_type type_;
  physical_type physical_;
  bool any_ = false;
  std::uint64_t nulls_ = 0;
  std::int64_t least_whole_ = 0, most_whole_ = 0;
  double least_real_ = 0, most_real_ = 0;
  std::string least_bytes_, most_bytes_;  // their beginning, by one byte longer than a bound may be
};

}  // namespace ingest::detail

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ingest/postgres.hpp"
#include "json/json_scanner.hpp"
#include "values/value_fit.hpp"

namespace ingest::detail {

/// A type of columns, and how JSON becomes its values.
///
/// A string and what it says are taken alike where nothing is lost by it: "42" is a number that way, and 42 a text.
/// Only one spelling of a value does: not "042", " 42" or "+42", nor "yes", "today" or "infinity", all of which the
/// server would take.
struct column_type {
  std::string_view name;     ///< in SQL
  std::string_view catalog;  ///< pg_type.typname
  std::size_t width;  ///< of a value in a row, in bytes; 0: it varies, and long ones can be kept outside of the row

  /// Appends the value's bytes, as the type's receive function reads them and without their length, nothing where it
  /// does not fit. The value is not null. `scratch` is overwritten.
  value_fit (*append)(const json_value& value, std::string& scratch, std::string& to);
};

/// Likewise of a `timestamptz`, for a number of `unit` since 1970-01-01 00:00 UTC, or a string that is one. Of years
/// before 1 and beyond 9999 none fits: `unit` is likely to be another one.
value_fit append_epoch(const json_value& value, epoch_unit unit, std::string& scratch, std::string& to);

/// All types that values are made for.
std::span<const column_type> column_types();

/// By pg_type.typname; null where it is none of them.
const column_type* find_column_type(std::string_view catalog);

}  // namespace ingest::detail

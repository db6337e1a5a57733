#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/sinks/parquet_sink.hpp"
#include "json/json_scanner.hpp"
#include "values/value_fit.hpp"

namespace ingest::detail {

/// What the values of a column are in a file, by their numbers in parquet.thrift.
enum class physical_type : std::int32_t { boolean = 0, int32 = 1, int64 = 2, real64 = 5, bytes = 6, fixed_bytes = 7 };

physical_type physical_of(parquet_type type);

/// A value, in the member that is for its physical type.
struct parquet_value {
  std::int64_t whole = 0;       ///< of a boolean, an int32 and an int64
  double real = 0;              ///< of a real64
  std::string_view bytes = {};  ///< of all others
};

/// Makes a value of JSON that is not null; nothing where it does not fit. Bytes point into the JSON or into `scratch`.
value_fit convert(const json_value& json, const parquet_column& column, std::string& scratch, parquet_value& to);

}  // namespace ingest::detail

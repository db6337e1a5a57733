#pragma once

#include <cstdint>

namespace ingest::detail {

/// How a value fits into a column.
enum class value_fit : std::uint8_t {
  exact,    ///< the column has all of it
  rounded,  ///< the column has as much of it as its type can hold: the value has to be kept elsewhere as well
  none,     ///< the column has nothing of it: the value belongs elsewhere
};

}  // namespace ingest::detail

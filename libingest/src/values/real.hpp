#pragma once

#include <optional>
#include <string_view>

namespace ingest::detail {

/// A decimal number as the nearest one of binary floating point.
template <class Float>
struct real {
  Float number = 0;
  bool exact = true;  ///< written as shortly as possible, it has the same digits again
};

/// Of a JSON number, and of nothing else; nothing where it is beyond the range of `Float`, float or double.
template <class Float>
std::optional<real<Float>> parse_real(std::string_view text);

}  // namespace ingest::detail

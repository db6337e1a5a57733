#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::detail {

/// A decimal number, exactly: 0.d1d2d3… × 10^point, without zeros at either end of the digits.
struct decimal {
  bool negative = false;
  std::string digits;      ///< none: zero
  std::int64_t point = 0;  ///< how many of the digits, or zeros behind them, stand before the decimal point
  std::int64_t scale = 0;  ///< how many places behind the decimal point were written, trailing zeros among them

  /// Of a JSON number, and of nothing else; nothing where its exponent is beyond any use.
  static std::optional<decimal> parse(std::string_view text);

  bool is_whole() const { return digits.empty() || static_cast<std::int64_t>(digits.size()) <= point; }

  /// Nothing where it is no whole number, or has no room in 64 bits.
  std::optional<std::int64_t> whole() const;

  /// To the nearest whole number, halves away from zero. Nothing where that has no room in 64 bits.
  std::optional<std::int64_t> rounded() const;

  bool operator==(const decimal&) const = default;
};

/// Whether a text that is a number says nothing else, as a number's column may take it: 12e4 may be a code, and -0 is
/// no 0; nor, for `whole` ones, is 42.0 how anybody writes them.
bool is_spelled_out(std::string_view number, bool whole);

}  // namespace ingest::detail

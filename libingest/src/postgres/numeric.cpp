#include "postgres/numeric.hpp"

#include "postgres/copy_binary.hpp"

namespace ingest::detail {

namespace {

// What a numeric has at most: digits before the decimal point, and behind it.
constexpr std::int64_t most_before = 131'072;
constexpr std::int64_t most_behind = 16'383;

/// `of` rounded towards minus infinity.
std::int64_t quotient(std::int64_t of, std::int64_t by) {
  return of >= 0 ? of / by : -((-of + by - 1) / by);
}

}  // namespace

bool append_numeric(const decimal& number, std::string& to) {
  constexpr std::uint16_t minus = 0x4000;
  if (number.point > most_before || number.scale > most_behind) {
    return false;
  }
  // Digits go in fours, which begin at the decimal point.
  const std::int64_t groups_before = quotient(number.point + 3, 4);
  const auto lead = static_cast<std::size_t>(groups_before * 4 - number.point);  // zeros before the first digit
  const std::size_t groups = number.digits.empty() ? 0 : (lead + number.digits.size() + 3) / 4;
  append_big_endian<std::uint16_t>(static_cast<std::uint16_t>(groups), to);
  append_big_endian<std::uint16_t>(static_cast<std::uint16_t>(groups == 0 ? 0 : groups_before - 1), to);
  append_big_endian<std::uint16_t>(number.negative ? minus : 0, to);
  append_big_endian<std::uint16_t>(static_cast<std::uint16_t>(number.scale), to);
  for (std::size_t g = 0; g < groups; ++g) {
    unsigned value = 0;
    for (std::size_t i = g * 4; i < g * 4 + 4; ++i) {
      const bool there = i >= lead && i - lead < number.digits.size();
      value = value * 10 + (there ? static_cast<unsigned>(number.digits[i - lead] - '0') : 0);
    }
    append_big_endian<std::uint16_t>(static_cast<std::uint16_t>(value), to);
  }
  return true;
}

}  // namespace ingest::detail

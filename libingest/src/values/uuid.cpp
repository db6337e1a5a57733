#include "values/uuid.hpp"

#include <cstddef>

namespace ingest::detail {

namespace {

/// The value of a hexadecimal digit, or 0xff.
constexpr std::array<unsigned char, 256> nibbles = [] {
  std::array<unsigned char, 256> table{};
  table.fill(0xff);
  for (unsigned char i = 0; i < 10; ++i) {
    table['0' + i] = i;
  }
  for (unsigned char i = 0; i < 6; ++i) {
    table['a' + i] = table['A' + i] = static_cast<unsigned char>(10 + i);
  }
  return table;
}();

}  // namespace

std::optional<std::array<char, 16>> parse_uuid(std::string_view text) {
  constexpr std::size_t length = 36;
  constexpr std::array<std::size_t, 16> places{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
  if (text.size() != length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
    return std::nullopt;
  }
  std::array<char, places.size()> bytes;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const unsigned char high = nibbles[static_cast<unsigned char>(text[places[i]])];
    const unsigned char low = nibbles[static_cast<unsigned char>(text[places[i] + 1])];
    if ((high | low) == 0xff) {
      return std::nullopt;
    }
    bytes[i] = static_cast<char>(high << 4 | low);
  }
  return bytes;
}

bool is_lower_case_uuid(std::string_view text) {
  return text.find_first_of("ABCDEF") == std::string_view::npos;
}

}  // namespace ingest::detail

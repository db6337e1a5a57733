#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>

namespace ingest::detail {

/// Appends an unsigned number with its highest byte first, as PostgreSQL sends and reads numbers.
template <class Unsigned>
void append_big_endian(Unsigned number, std::string& to) {
  static_assert(std::is_unsigned_v<Unsigned>);
  std::array<char, sizeof(Unsigned)> bytes;
  for (std::size_t i = bytes.size(); i-- > 0; number = static_cast<Unsigned>(number >> 8 * (sizeof(Unsigned) > 1))) {
    bytes[i] = static_cast<char>(number & 0xff);
  }
  to.append(bytes.data(), bytes.size());
}

}  // namespace ingest::detail

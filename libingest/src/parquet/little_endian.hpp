#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>

namespace ingest::detail {

/// Appends an unsigned number with its lowest byte first, as Parquet has its numbers.
template <class Unsigned>
void append_little_endian(Unsigned number, std::string& to) {
  static_assert(std::is_unsigned_v<Unsigned>);
  std::array<char, sizeof(Unsigned)> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(number >> (8 * i) & 0xff);
  }
  to.append(bytes.data(), bytes.size());
}

}  // namespace ingest::detail

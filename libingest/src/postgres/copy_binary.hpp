#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

/// COPY's binary format: a column of a row is its length, or null_length, and its bytes.
namespace ingest::detail {

inline constexpr std::uint32_t null_length = 0xffff'ffff;
inline constexpr char jsonb_version = 1;  // precedes the text of each jsonb

/// Writes an unsigned number with its highest byte first, as PostgreSQL sends and reads numbers.
template <class Unsigned>
void put_big_endian(Unsigned number, char* to) {
  static_assert(std::is_unsigned_v<Unsigned> && sizeof(Unsigned) > 1);
  for (std::size_t i = sizeof(Unsigned); i-- > 0; number = static_cast<Unsigned>(number >> 8)) {
    to[i] = static_cast<char>(number & 0xff);
  }
}

template <class Unsigned>
void append_big_endian(Unsigned number, std::string& to) {
  std::array<char, sizeof(Unsigned)> bytes;
  put_big_endian(number, bytes.data());
  to.append(bytes.data(), bytes.size());
}

}  // namespace ingest::detail

#include "core/crc32c.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <cstddef>

namespace ingest {

std::uint32_t crc32c(std::string_view bytes) {
  // crc32_iscsi neither inverts its initial value nor its result, takes an int as length, and does not write to the
  // buffer although its signature would allow it.
  constexpr std::size_t most_at_once = 1u << 30;
  std::uint32_t crc = 0xFFFFFFFFu;
  while (!bytes.empty()) {
    const std::size_t n = std::min(bytes.size(), most_at_once);
    auto* start = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
    crc = ::crc32_iscsi(start, static_cast<int>(n), crc);
    bytes.remove_prefix(n);
  }
  return ~crc;
}

}  // namespace ingest

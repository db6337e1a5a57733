#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::testing {

/// The rows of a COPY of so many columns in the binary format, as PostgreSQL reads them; written from its manual ("File
/// Formats" of COPY) and not from our encoder, which it is the judge of. A column is its bytes, NULL nothing. Throws
/// std::logic_error for anything else.
inline std::vector<std::vector<std::optional<std::string>>> read_binary_copy(std::string_view bytes,
                                                                             std::size_t width = 2) {
  const auto take = [&](std::size_t length) {
    if (bytes.size() < length) {
      throw std::logic_error("a binary COPY ends too early");
    }
    const std::string_view taken = bytes.substr(0, length);
    bytes.remove_prefix(length);
    return taken;
  };
  const auto number = [&](std::size_t length) {
    std::uint32_t value = 0;
    for (const char c : take(length)) {
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  };
  constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
  if (take(signature.size()) != signature || number(4) != 0 || number(4) != 0) {
    throw std::logic_error("a binary COPY begins otherwise");
  }
  std::vector<std::vector<std::optional<std::string>>> rows;
  for (;;) {
    const std::uint32_t columns = number(2);
    if (columns == 0xffff) {
      break;
    }
    auto& row = rows.emplace_back(columns);
    if (columns != width) {
      continue;  // refused by the server, which reads no further
    }
    for (auto& column : row) {
      const std::uint32_t length = number(4);
      if (length != 0xffff'ffff) {
        column = std::string(take(length));
      }
    }
  }
  if (!bytes.empty()) {
    throw std::logic_error("something follows the end of a binary COPY");
  }
  return rows;
}

}  // namespace ingest::testing

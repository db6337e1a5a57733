#pragma once

namespace ingest {

/// Whatever the locale is.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace ingest

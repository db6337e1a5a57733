#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ingest::detail {

/// What whole_number() does, for many texts in a row; why there are two says core/instant.hpp.
bool read_whole_number(std::string_view text, std::int64_t& number);

/// The whole number that a JSON number, or text that looks like one, is; rounded down. Nothing for what is no number
/// or too large to be a time in milliseconds.
inline std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  return read_whole_number(text, number) ? std::optional(number) : std::nullopt;
}

}  // namespace ingest::detail

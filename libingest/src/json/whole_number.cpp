#include "json/whole_number.hpp"

#include <charconv>
#include <cmath>

namespace ingest::detail {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  if (const auto [stop, problem] = std::from_chars(text.data(), end, whole); problem == std::errc() && stop == end) {
    return whole;
  }
  double value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  constexpr double limit = 9e15;  // beyond, a double skips whole numbers, and no time in milliseconds lies there
  if (problem != std::errc() || stop != end || !(std::fabs(value) < limit)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(std::floor(value));
}

}  // namespace ingest::detail

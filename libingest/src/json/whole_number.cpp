#include "json/whole_number.hpp"

#include <charconv>
#include <cmath>

namespace ingest::detail {

bool read_whole_number(std::string_view text, std::int64_t& number) {
  const char* const end = text.data() + text.size();
  if (const auto [stop, problem] = std::from_chars(text.data(), end, number); problem == std::errc() && stop == end) {
    return true;
  }
  double value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  constexpr double limit = 9e15;  // beyond, a double skips whole numbers, and no time in milliseconds lies there
  if (problem != std::errc() || stop != end || !(std::fabs(value) < limit)) {
    return false;
  }
  number = static_cast<std::int64_t>(std::floor(value));
  return true;
}

}  // namespace ingest::detail

#include "datasync/next_cursor.hpp"

#include <algorithm>

namespace ingest::detail {

namespace {

constexpr std::size_t farthest_from_end = 8192;

std::string_view without_leading_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

}  // namespace

std::optional<std::string> guess_next_cursor(std::string_view body) {
  constexpr std::string_view key = "\"nextCursor\"";
  std::string_view tail = body.substr(body.size() - std::min(body.size(), farthest_from_end));
  const auto place = tail.rfind(key);
  if (place == std::string_view::npos) {
    return std::nullopt;
  }
  tail = without_leading_blanks(tail.substr(place + key.size()));
  if (!tail.starts_with(':')) {
    return std::nullopt;
  }
  tail = without_leading_blanks(tail.substr(1));
  if (!tail.starts_with('"')) {
    return std::nullopt;
  }
  const auto end = tail.find_first_of("\"\\", 1);
  if (end == std::string_view::npos || end == 1 || tail[end] == '\\') {
    return std::nullopt;
  }
  return std::string(tail.substr(1, end - 1));
}

}  // namespace ingest::detail

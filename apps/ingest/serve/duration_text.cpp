#include "serve/duration_text.hpp"

#include <algorithm>
#include <string>

#include "settings/setting_text.hpp"

namespace ingest::app {

std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  constexpr std::uint64_t longest_days = 36'500;
  std::string word(text);
  std::erase(word, ' ');
  if (word.ends_with('d')) {
    const auto n = detail::parse_integer(std::string_view(word).substr(0, word.size() - 1));
    return n && *n <= longest_days ? std::optional<std::chrono::seconds>(std::chrono::days(*n)) : std::nullopt;
  }
  const bool has_unit = word.ends_with('s') || word.ends_with("min") || word.ends_with('h');
  const auto ms = has_unit ? detail::parse_duration(word) : std::nullopt;
  if (!ms || *ms % 1000 != 0 || *ms / 1000 > longest_days * 86'400) {
    return std::nullopt;
  }
  return std::chrono::seconds(*ms / 1000);
}

}  // namespace ingest::app

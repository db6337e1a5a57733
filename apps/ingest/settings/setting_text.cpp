#include "settings/setting_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>

#include "core/ascii.hpp"
#include "core/instant.hpp"
#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

using suffixes = std::initializer_list<std::pair<std::string_view, std::uint64_t>>;

std::optional<std::uint64_t> parse_suffixed(std::string_view text, suffixes known) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_integer(text.substr(0, digits));
  const std::string suffix = lower(text.substr(digits));
  const auto* found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == suffix; });
  if (!number || found == known.end() || *number > std::numeric_limits<std::uint64_t>::max() / found->second) {
    return std::nullopt;
  }
  return *number * found->second;
}

}  // namespace

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t k = 1024;
  return parse_suffixed(text, {{"", 1},
                               {"b", 1},
                               {"k", k},
                               {"kib", k},
                               {"m", k * k},
                               {"mib", k * k},
                               {"g", k * k * k},
                               {"gib", k * k * k},
                               {"t", k * k * k * k},
                               {"tib", k * k * k * k}});
}

std::optional<std::uint64_t> parse_duration(std::string_view text) {
  return parse_suffixed(text, {{"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}});
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::int64_t end_of_9999 = 253'402'300'800'000;
  const auto time = parse_instant(text);
  return time && *time >= 0 && *time < end_of_9999 ? time : std::nullopt;
}

bool looks_like_seconds(std::string_view text) {
  const auto number = parse_integer(text);
  return number && *number >= 100'000'000 && *number < 100'000'000'000;
}

std::string date_of(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

std::filesystem::path parse_path(std::string_view text) {
  if (!text.starts_with('~')) {
    return text;
  }
  if (text.size() > 1 && text[1] != '/') {
    throw error(errc::config, "must not begin with ~ and a name: write the path out, or put ./ before the ~");
  }
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    throw error(errc::config, "begins with ~, but HOME is not set: write the path out");
  }
  return std::string(home) + std::string(text.substr(1));
}

bool is_name(std::string_view text) {
  constexpr std::size_t longest = 63;
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || c == '_' || c == '.' || c == '-';
  });
}

std::optional<std::string> contents_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  std::error_code ignored;
  if (!stream || std::filesystem::is_directory(path, ignored) || (stream.peek() != EOF && !(text << stream.rdbuf()))) {
    return std::nullopt;
  }
  return text.str();
}

}  // namespace ingest::detail

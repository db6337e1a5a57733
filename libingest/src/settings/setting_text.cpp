#include "settings/setting_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

namespace ingest::detail {

namespace {

using suffixes = std::initializer_list<std::pair<std::string_view, std::uint64_t>>;

std::optional<std::uint64_t> parse_suffixed(std::string_view text, suffixes known) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_integer(text.substr(0, digits));
  std::string suffix(text.substr(digits));
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto* found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == suffix; });
  if (!number || found == known.end() || *number > std::numeric_limits<std::uint64_t>::max() / found->second) {
    return std::nullopt;
  }
  return *number * found->second;
}

/// Takes `digits` digits off the front of `text`; -1 if there are fewer.
int take_digits(std::string_view& text, std::size_t digits) {
  int number = 0;
  if (text.size() < digits) {
    return -1;
  }
  const auto [end, problem] = std::from_chars(text.data(), text.data() + digits, number);
  if (problem != std::errc() || end != text.data() + digits || number < 0) {
    return -1;
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// The offset of a zone from UTC in minutes: of all that is left of `text`.
std::optional<int> take_zone(std::string_view& text) {
  if (text.empty() || text == "Z" || text == "z") {
    return 0;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) {
    return std::nullopt;
  }
  const int hours = take_digits(text, 2);
  take(text, ':');
  const int minutes = text.empty() ? 0 : take_digits(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !text.empty()) {
    return std::nullopt;
  }
  return sign * (hours * 60 + minutes);
}

/// The milliseconds of a fraction of a second: further digits are cut off.
std::optional<int> take_fraction(std::string_view& text) {
  int milliseconds = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    milliseconds = digits < 3 ? milliseconds * 10 + (text.front() - '0') : milliseconds;
  }
  if (digits == 0) {
    return std::nullopt;
  }
  for (; digits < 3; ++digits) {
    milliseconds *= 10;
  }
  return milliseconds;
}

/// The time of day and zone that are all of `text`, as milliseconds since midnight UTC.
std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
  const int hours = take_digits(text, 2);
  const bool separated = take(text, ':');
  const int minutes = take_digits(text, 2);
  const int seconds = take(text, ':') ? take_digits(text, 2) : 0;
  const auto fraction = take(text, '.') ? take_fraction(text) : 0;
  const auto zone = take_zone(text);
  if (!separated || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59 ||
      !fraction || !zone) {
    return std::nullopt;
  }
  return ((hours * 60 + minutes - *zone) * std::int64_t{60} + seconds) * 1000 + *fraction;
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
  constexpr std::uint64_t end_of_9999 = 253'402'300'800'000;
  if (const auto number = parse_integer(text)) {
    return *number < end_of_9999 ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
  }
  const int year = take_digits(text, 4);
  const bool first = take(text, '-');
  const int month = take_digits(text, 2);
  const bool second = take(text, '-');
  const int day = take_digits(text, 2);
  if (year < 1970 || !first || month < 0 || !second || day < 0) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const bool has_time = take(text, 'T') || take(text, ' ');
  const auto time = has_time ? parse_time_of_day(text) : std::optional<std::int64_t>(text.empty() ? 0 : -1);
  if (!date.ok() || !time || (!has_time && *time < 0)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(std::chrono::sys_days(date).time_since_epoch()).count() + *time;
}

}  // namespace ingest::detail

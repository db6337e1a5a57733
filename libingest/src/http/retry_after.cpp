#include "http/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "core/ascii.hpp"
#include "core/trimmed.hpp"

namespace ingest {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_delay = std::chrono::hours(24 * 365);

std::optional<milliseconds> parse_seconds(std::string_view text) {
  const bool negative = text.front() == '-';
  const std::string_view digits = negative ? text.substr(1) : text;
  double seconds = 0;
  // Fractions are against the RFC, but servers send them. Exponents are not accepted: they would make "1e999" a number.
  const auto [end, problem] =
      std::from_chars(digits.data(), digits.data() + digits.size(), seconds, std::chars_format::fixed);
  if (digits.empty() || !is_digit(digits.front()) || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  if (negative) {
    return milliseconds(0);
  }
  const double limit = std::chrono::duration<double>(longest_delay).count();
  if (problem == std::errc::result_out_of_range || seconds >= limit) {
    return longest_delay;
  }
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  text = detail::trimmed(text, " \t");
  // libcurl's parser takes much that is no date; every form of an HTTP date has a weekday and a time of day.
  const bool has_time = text.find(':') != std::string_view::npos;
  const bool has_weekday = !text.empty() && text.front() >= 'A' && text.front() <= 'Z';
  const std::time_t date = has_time && has_weekday ? curl_getdate(std::string(text).c_str(), nullptr) : -1;
  return date == -1 ? std::nullopt : std::optional(std::chrono::sys_seconds(std::chrono::seconds(date)));
}

std::optional<milliseconds> parse_retry_after(std::string_view text, std::chrono::system_clock::time_point now) {
  text = detail::trimmed(text, " \t");
  if (text.empty()) {
    return std::nullopt;
  }
  if (const auto seconds = parse_seconds(text)) {
    return seconds;
  }
  const auto date = parse_http_date(text);
  if (!date) {
    return std::nullopt;
  }
  // Not as a time_point: system_clock counts nanoseconds and ends in the year 2262.
  const auto now_ms = std::chrono::floor<milliseconds>(now.time_since_epoch());
  return std::clamp(milliseconds(date->time_since_epoch()) - now_ms, milliseconds(0), longest_delay);
}

}  // namespace ingest

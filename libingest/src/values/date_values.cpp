#include "values/date_values.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <string>

#include "core/text_reader.hpp"

namespace ingest::detail {

namespace {

constexpr std::int64_t microseconds = 1'000'000;
constexpr std::int64_t minute = 60 * microseconds;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

/// Days since 2000-01-01. There is no year 0.
std::int64_t read_date(text_reader& in) {
  const bool in_year_0 = in.starts_with("0000");
  const std::chrono::sys_days date = in.day();
  if (in_year_0) {
    in.refuse();
  }
  constexpr auto epoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
  return (date - epoch).count();
}

/// Microseconds of what follows a decimal point; the server, too, goes by way of a double.
std::int64_t read_fraction(text_reader& in, bool& exact) {
  const std::string_view digits = in.all_digits();
  if (digits.size() <= 6) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 6; ++i) {
      value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    }
    return value;
  }
  exact = exact && digits.find_first_not_of('0', 6) == std::string_view::npos;
  const std::string number = "0." + std::string(digits);
  double fraction = 0;
  std::from_chars(number.data(), number.data() + number.size(), fraction);
  return static_cast<std::int64_t>(std::rint(fraction * 1e6));
}

std::int64_t read_time(text_reader& in, bool& exact) {
  const int h = in.digits(2);
  in.expect(":");
  const int m = in.digits(2);
  const bool with_seconds = in.accept(":");
  const int s = with_seconds ? in.digits(2) : 0;
  const std::int64_t fraction = with_seconds && in.accept(".") ? read_fraction(in, exact) : 0;
  const bool ends_day = h == 24 && m == 0 && s == 0 && fraction == 0;
  if ((h > 23 && !ends_day) || m > 59 || s > 60 || (s == 60 && fraction > 0)) {
    in.refuse();
  }
  return h * hour + m * minute + s * microseconds + fraction;
}

/// How far it is ahead of UTC.
std::int64_t read_zone(text_reader& in) {
  if (in.accept("Zz") || in.done()) {
    return 0;
  }
  const bool behind = in.at("-");
  in.expect("+-");
  const int h = in.digits(2);
  const bool colon = in.accept(":");
  const int m = colon || in.at_digit() ? in.digits(2) : 0;
  if (h > 15 || m > 59) {
    in.refuse();
  }
  const std::int64_t offset = h * hour + m * minute;
  return behind ? -offset : offset;
}

}  // namespace

std::optional<date_value> parse_date(std::string_view text) {
  text_reader in(text);
  date_value v;
  v.number = read_date(in);
  if (in.ok() && !in.done()) {
    v.exact = false;
    in.expect("Tt ");
    read_time(in, v.exact);
    read_zone(in);
  }
  return in.done() ? std::optional(v) : std::nullopt;
}

std::optional<date_value> parse_time_of_day(std::string_view text) {
  text_reader in(text);
  date_value v;
  v.number = read_time(in, v.exact);
  return in.done() ? std::optional(v) : std::nullopt;
}

std::optional<date_value> parse_timestamp(std::string_view text) {
  text_reader in(text);
  date_value v;
  v.number = read_date(in) * day;
  if (in.ok() && !in.done()) {
    in.expect("Tt ");
    v.number += read_time(in, v.exact);
    v.number -= read_zone(in);
  }
  return in.done() ? std::optional(v) : std::nullopt;
}

bool is_plain_instant(std::string_view text) {
  constexpr std::size_t seconds_end = 19;  // of 2026-01-27T19:19:13
  return text.size() > seconds_end && text.substr(11, 2) != "24" && text.substr(17, 2) != "60" &&
         text.find_first_of("Zz+-", seconds_end) != std::string_view::npos;
}

}  // namespace ingest::detail

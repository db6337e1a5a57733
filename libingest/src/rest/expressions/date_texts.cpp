// Dates, times and spans from texts: ISO 8601 as dateutil and isodate read it.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/ascii.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;

[[noreturn]] void refuse_iso() {
  fail(fault::kind::value, "a text is no time of ISO 8601");
}

class iso_reader {
 public:
  explicit iso_reader(std::string_view text) : rest_(text) {}

  moment all() {
    const sys_days day = date();
    if (rest_.empty()) {
      return moment(day, std::nullopt);
    }
    rest_.remove_prefix(1);  // any character stands between date and time
    const microseconds time = time_of_day();
    if (!rest_.empty()) {
      refuse_iso();
    }
    return moment(day + time, offset_);
  }

 private:
  int digits(std::size_t count) {
    if (rest_.size() < count ||
        !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) {
      refuse_iso();
    }
    int number = 0;
    std::from_chars(rest_.data(), rest_.data() + count, number);
    rest_.remove_prefix(count);
    return number;
  }

  bool accept(char c) {
    const bool found = rest_.starts_with(c);
    rest_.remove_prefix(found ? 1 : 0);
    return found;
  }

  static sys_days checked_day(int year, int month, int day) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok()) {
      refuse_iso();
    }
    return date;
  }

  sys_days date() {
    const int year = digits(4);
    if (rest_.empty()) {
      return checked_day(year, 1, 1);
    }
    const bool dashes = accept('-');
    if (accept('W')) {
      return week_day(year, dashes);
    }
    const std::size_t run =
        static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_digit) - rest_.begin());
    if (run == 3) {
      const int of_year = digits(3);
      const sys_days day = checked_day(year, 1, 1) + days(of_year - 1);
      if (of_year < 1 || day > sys_days(std::chrono::year(year) / 12 / 31)) {
        refuse_iso();
      }
      return day;
    }
    const int month = digits(2);
    if (rest_.empty() && dashes) {
      return checked_day(year, month, 1);
    }
    if (accept('-') != dashes) {
      refuse_iso();
    }
    return checked_day(year, month, digits(2));
  }

  sys_days week_day(int year, bool dashes) {
    const int week = digits(2);
    int of_week = 1;
    if (!rest_.empty()) {
      if (accept('-') != dashes) {
        refuse_iso();
      }
      of_week = digits(1);
    }
    if (week < 1 || week > 53 || of_week < 1 || of_week > 7) {
      refuse_iso();
    }
    const sys_days fourth = checked_day(year, 1, 4);
    const auto monday = fourth - days(std::chrono::weekday(fourth).iso_encoding() - 1);
    return monday + days((week - 1) * 7 + of_week - 1);
  }

  microseconds time_of_day() {
    const int hour = digits(2);
    int minute = 0;
    int second = 0;
    std::int64_t fraction = 0;
    if (!zone() && !rest_.empty()) {
      const bool colons = accept(':');
      minute = digits(2);
      if (!zone() && !rest_.empty()) {
        if (accept(':') != colons) {
          refuse_iso();
        }
        second = digits(2);
        if (!zone() && (accept('.') || accept(','))) {
          fraction = fraction_digits();
          zone();
        }
      }
    }
    const bool midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if ((hour > 23 && !midnight) || minute > 59 || second > 59) {
      refuse_iso();
    }
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second) + microseconds(fraction);
  }

  std::int64_t fraction_digits() {
    std::int64_t micro = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); ++count) {
      micro = count < 6 ? micro * 10 + (rest_.front() - '0') : micro;
      rest_.remove_prefix(1);
    }
    if (count == 0) {
      refuse_iso();
    }
    for (; count < 6; ++count) {
      micro *= 10;
    }
    return micro;
  }

  bool zone() {
    if (accept('Z') || accept('z')) {
      offset_ = seconds(0);
      return true;
    }
    if (!rest_.starts_with('+') && !rest_.starts_with('-')) {
      return false;
    }
    const int sign = accept('-') ? -1 : 1;
    accept('+');
    const int hours = digits(2);
    accept(':');
    const int minutes = rest_.empty() ? 0 : digits(2);
    if (hours > 23 || minutes > 59) {
      refuse_iso();
    }
    offset_ = seconds(sign * (hours * 3600 + minutes * 60));
    return true;
  }

  std::string_view rest_;
  std::optional<seconds> offset_;
};

/// A number with a fraction and the letter behind it; nothing where the letter is another one.
std::optional<double> take_amount(std::string_view& rest, char unit) {
  std::size_t end = 0;
  while (end < rest.size() && (is_digit(rest[end]) || rest[end] == '.' || rest[end] == ',')) {
    ++end;
  }
  if (end == 0 || end == rest.size() || rest[end] != unit || !is_digit(rest[0]) || !is_digit(rest[end - 1])) {
    return std::nullopt;
  }
  std::string number(rest.substr(0, end));
  std::replace(number.begin(), number.end(), ',', '.');
  double amount = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), amount);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size()) {
    return std::nullopt;
  }
  rest.remove_prefix(end + 1);
  return amount;
}

}  // namespace

moment parsed_iso(std::string_view text) {
  return iso_reader(text).all();
}

value parsed_duration(std::string_view text) {
  std::string_view rest = text;
  const int sign = rest.starts_with('-') ? -1 : 1;
  rest.remove_prefix(rest.starts_with('-') || rest.starts_with('+') ? 1 : 0);
  if (rest.size() < 2 || rest.front() != 'P') {
    fail(fault::kind::value, "a text is no duration of ISO 8601, as P1D is one");
  }
  rest.remove_prefix(1);
  const double years = take_amount(rest, 'Y').value_or(0);
  const double months = take_amount(rest, 'M').value_or(0);
  double total = take_amount(rest, 'W').value_or(0) * 604'800;
  total += take_amount(rest, 'D').value_or(0) * 86'400;
  if (rest.starts_with('T')) {
    rest.remove_prefix(1);
    total += take_amount(rest, 'H').value_or(0) * 3600;
    total += take_amount(rest, 'M').value_or(0) * 60;
    total += take_amount(rest, 'S').value_or(0);
  }
  const double all_months = years * 12 + months;
  if (!rest.empty() || all_months != std::floor(all_months)) {
    fail(fault::kind::value, "a text is no duration of ISO 8601, as P1D is one");
  }
  if (!(total < 8.64e12) || !(all_months < 120'000)) {
    fail(fault::kind::other, "a span is too long");
  }
  return time_span::of(microseconds(sign * std::llrint(total * 1e6)), sign * static_cast<std::int64_t>(all_months));
}

}  // namespace ingest::rest::expressions

// strptime() and the CDK's formats beyond it.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

using std::chrono::days;
using std::chrono::seconds;

[[noreturn]] void refuse() {
  fail(fault::kind::value, "a time does not have the format that it should have");
}

constexpr std::string_view month_names[] = {"january", "february", "march",     "april",   "may",      "june",
                                            "july",    "august",   "september", "october", "november", "december"};
constexpr std::string_view day_names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

class time_reader {
 public:
  explicit time_reader(std::string_view text) : rest_(text) {}

  moment all(std::string_view format) {
    read(format);
    if (!rest_.empty()) {
      refuse();
    }
    return made();
  }

 private:
  void read(std::string_view format) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (is_space(static_cast<unsigned char>(format[i]))) {
        if (without_leading_space(rest_).size() == rest_.size()) {
          refuse();
        }
        rest_ = without_leading_space(rest_);
        while (i + 1 < format.size() && is_space(static_cast<unsigned char>(format[i + 1]))) {
          ++i;
        }
      } else if (format[i] == '%' && i + 1 < format.size()) {
        directive(format[++i]);
      } else if (lower(rest_.empty() ? '\0' : rest_.front()) == lower(format[i])) {
        rest_.remove_prefix(1);
      } else {
        refuse();
      }
    }
  }

  void directive(char which) {
    switch (which) {
      case 'Y':
        year_ = number(4, 4, 1, 9999);
        break;
      case 'y':
        year_ = number(2, 2, 0, 99);
        year_ += year_ < 69 ? 2000 : 1900;
        break;
      case 'm':
        month_ = number(1, 2, 1, 12);
        break;
      case 'd':
        day_ = number(1, 2, 1, 31);
        break;
      case 'H':
        hour_ = number(1, 2, 0, 23);
        break;
      case 'I':
        hour_ = number(1, 2, 1, 12) % 12;
        break;
      case 'M':
        minute_ = number(1, 2, 0, 59);
        break;
      case 'S':
        second_ = number(1, 2, 0, 61);
        break;
      case 'j':
        of_year_ = number(1, 3, 1, 366);
        break;
      case 'f':
        micro();
        break;
      default:
        words(which);
    }
  }

  void words(char which) {
    switch (which) {
      case 'B':
        month_ = name(month_names, 0) + 1;
        break;
      case 'b':
      case 'h':
        month_ = name(month_names, 3) + 1;
        break;
      case 'A':
        name(day_names, 0);
        break;
      case 'a':
        name(day_names, 3);
        break;
      case 'p':
        afternoon();
        break;
      case 'z':
        zone();
        break;
      case 'Z':
        zone_name();
        break;
      case '%':
        if (!rest_.starts_with('%')) {
          refuse();
        }
        rest_.remove_prefix(1);
        break;
      default:
        fail(fault::kind::value, std::string("'%") + which + "' is not read from texts");
    }
  }

  int number(std::size_t least, std::size_t most, int lowest, int highest) {
    std::size_t count = 0;
    int found = 0;
    while (count < most && count < rest_.size() && is_digit(rest_[count])) {
      const int next = found * 10 + (rest_[count] - '0');
      if (next > highest && count >= least) {
        break;
      }
      found = next;
      ++count;
    }
    if (count < least || found < lowest || found > highest) {
      refuse();
    }
    rest_.remove_prefix(count);
    return found;
  }

  template <std::size_t Count>
  int name(const std::string_view (&names)[Count], std::size_t length) {
    for (std::size_t i = 0; i < Count; ++i) {
      const std::string_view wanted = length == 0 ? names[i] : names[i].substr(0, length);
      if (rest_.size() >= wanted.size() &&
          std::equal(wanted.begin(), wanted.end(), rest_.begin(), [](char a, char b) { return a == lower(b); })) {
        rest_.remove_prefix(wanted.size());
        return static_cast<int>(i);
      }
    }
    refuse();
  }

  void afternoon() {
    if (rest_.size() < 2 || lower(rest_[1]) != 'm' || (lower(rest_[0]) != 'a' && lower(rest_[0]) != 'p')) {
      refuse();
    }
    late_ = lower(rest_[0]) == 'p';
    rest_.remove_prefix(2);
  }

  void micro() {
    std::size_t count = 0;
    micro_ = 0;
    for (; count < 6 && count < rest_.size() && is_digit(rest_[count]); ++count) {
      micro_ = micro_ * 10 + (rest_[count] - '0');
    }
    if (count == 0) {
      refuse();
    }
    rest_.remove_prefix(count);
    for (; count < 6; ++count) {
      micro_ *= 10;
    }
  }

  void zone() {
    if (rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      offset_ = seconds(0);
      return;
    }
    if (!rest_.starts_with('+') && !rest_.starts_with('-')) {
      refuse();
    }
    const int sign = rest_.front() == '-' ? -1 : 1;
    rest_.remove_prefix(1);
    const int hours = number(2, 2, 0, 99);
    const bool colon = rest_.starts_with(':');
    rest_.remove_prefix(colon ? 1 : 0);
    int total = hours * 3600 + number(2, 2, 0, 59) * 60;
    if (rest_.starts_with(':') == colon && rest_.size() > (colon ? 1u : 0u) && is_digit(rest_[colon ? 1 : 0])) {
      rest_.remove_prefix(colon ? 1 : 0);
      total += number(2, 2, 0, 59);
    }
    if (total >= 86'400) {
      refuse();
    }
    offset_ = seconds(sign * total);
  }

  void zone_name() {
    for (const std::string_view known : {"UTC", "GMT"}) {
      if (rest_.starts_with(known)) {
        rest_.remove_prefix(3);
        return;
      }
    }
    refuse();
  }

  moment made() const {
    const std::chrono::year_month_day date{std::chrono::year(year_), std::chrono::month(static_cast<unsigned>(month_)),
                                           std::chrono::day(static_cast<unsigned>(day_))};
    if (!date.ok() || second_ > 59) {
      refuse();
    }
    const std::chrono::sys_days day =
        of_year_ == 0 ? std::chrono::sys_days(date) : std::chrono::sys_days(date.year() / 1 / 1) + days(of_year_ - 1);
    return {day + std::chrono::hours(hour_ + (late_ && hour_ < 12 ? 12 : 0)) + std::chrono::minutes(minute_) +
                seconds(second_) + microseconds(micro_),
            offset_};
  }

  std::string_view rest_;
  int year_ = 1900;
  int month_ = 1;
  int day_ = 1;
  int of_year_ = 0;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  int micro_ = 0;
  bool late_ = false;
  std::optional<seconds> offset_;
};

/// A number of seconds since 1970, or of a part of them, as int() and float() read it.
double epoch_number(const std::string& text, bool whole) {
  const std::string_view trimmed = without_trailing_space(without_leading_space(text));
  const std::string_view digits = trimmed.starts_with('+') ? trimmed.substr(1) : trimmed;
  double number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool has_fraction = digits.find_first_not_of("0123456789-") != std::string_view::npos;
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || (whole && has_fraction)) {
    refuse();
  }
  return number;
}

moment since_epoch(double count, double unit) {
  const double total = count * unit;
  if (!(std::fabs(total) < 3e17)) {
    fail(fault::kind::other, "a date is not within the years 1 to 9999");
  }
  return {local_time(microseconds(std::llrint(total))), seconds(0)};
}

}  // namespace

moment parsed(std::string_view text, std::string_view format) {
  return time_reader(text).all(format);
}

moment parsed_with_epochs(const std::string& text, std::string_view format) {
  if (format == "%s" || format == "%s_as_float") {
    return since_epoch(epoch_number(text, format == "%s"), 1e6);
  }
  if (format == "%epoch_microseconds" || format == "%ms") {
    return since_epoch(epoch_number(text, true), format == "%ms" ? 1e3 : 1);
  }
  std::string wanted(format);
  for (std::size_t i = wanted.find("%_ms"); i != std::string::npos; i = wanted.find("%_ms", i)) {
    wanted.replace(i, 4, "%f");
  }
  const moment read = parsed(text, wanted);
  return {read.at, read.offset.value_or(seconds(0))};
}

}  // namespace ingest::rest::expressions

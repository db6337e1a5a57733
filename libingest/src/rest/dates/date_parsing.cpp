#include <algorithm>
#include <array>
#include <vector>

#include "core/ascii.hpp"
#include "rest/dates/date_parts.hpp"
#include "rest/dates/date_pattern.hpp"

namespace ingest::rest {

namespace {

using namespace std::chrono;

constexpr std::string_view blanks = " \t\n\r\f\v";
constexpr std::array<std::string_view, 12> months_of_year = {"january",   "february", "march",    "april",
                                                             "may",       "june",     "july",     "august",
                                                             "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> days_of_week = {"monday", "tuesday",  "wednesday", "thursday",
                                                          "friday", "saturday", "sunday"};

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == small(b); });
}

struct numeric_directive {
  char letter;
  int most_digits;
  int low;
  int high;
  int date_parts::*part;
};
constexpr std::array<numeric_directive, 8> numeric_directives = {{{'Y', 4, 0, 9999, &date_parts::year},
                                                                  {'m', 2, 1, 12, &date_parts::month},
                                                                  {'d', 2, 1, 31, &date_parts::day},
                                                                  {'H', 2, 0, 23, &date_parts::hour},
                                                                  {'I', 2, 1, 12, &date_parts::hour_of_half},
                                                                  {'M', 2, 0, 59, &date_parts::minute},
                                                                  {'S', 2, 0, 61, &date_parts::second},
                                                                  {'w', 1, 0, 6, nullptr}}};

/// Composite directives, as the locale C and POSIX have them.
std::string_view expansion_of(char letter) {
  switch (letter) {
    case 'c':
      return "%a %b %d %H:%M:%S %Y";
    case 'x':
      return "%m/%d/%y";
    case 'X':
    case 'T':
      return "%H:%M:%S";
    case 'F':
      return "%Y-%m-%d";
    case 'R':
      return "%H:%M";
    case 'D':
      return "%m/%d/%y";
    default:
      return {};
  }
}

/// Tries one way after the other, as a regular expression would: a number takes two digits, or else one.
class date_matcher {
 public:
  std::optional<date_parts> match(std::string_view text, std::string_view format) {
    return matches(text, format) ? std::optional(parts_) : std::nullopt;
  }

 private:
  bool matches(std::string_view text, std::string_view format) {
    if (format.empty()) {
      return text.empty();
    }
    if (++steps_ > most_steps) {
      return false;
    }
    if (format.starts_with("%_ms")) {
      return fraction(text, format.substr(4));
    }
    if (format.front() == '%' && format.size() > 1) {
      return directive(format[1], text, format.substr(2));
    }
    if (blanks.find(format.front()) != std::string_view::npos) {
      return blank(text, format);
    }
    return !text.empty() && small(text.front()) == small(format.front()) && matches(text.substr(1), format.substr(1));
  }

  /// Blanks of the format stand for one blank or more.
  bool blank(std::string_view text, std::string_view format) {
    const auto length = std::min(text.find_first_not_of(blanks), text.size());
    const auto behind = format.substr(std::min(format.find_first_not_of(blanks), format.size()));
    for (std::size_t taken = length; taken > 0; --taken) {
      if (matches(text.substr(taken), behind)) {
        return true;
      }
    }
    return false;
  }

  bool directive(char letter, std::string_view text, std::string_view rest) {
    const auto numeric = std::find_if(numeric_directives.begin(), numeric_directives.end(),
                                      [&](const numeric_directive& one) { return one.letter == letter; });
    if (numeric != numeric_directives.end()) {
      return number(*numeric, text, rest);
    }
    if (const auto expansion = expansion_of(letter); !expansion.empty()) {
      return matches(text, std::string(expansion) + std::string(rest));
    }
    switch (letter) {
      case '%':
        return text.starts_with('%') && matches(text.substr(1), rest);
      case 'f':
        return fraction(text, rest);
      case 'y':
        return short_year(text, rest);
      case 'j':
        return day_of_year(text, rest);
      case 'z':
        return offset(text, rest);
      case 'Z':
        return zone_name(text, rest);
      case 'p':
        return half_of_day(text, rest);
      default:
        return name(letter, text, rest);
    }
  }

  /// As many digits as are there, but no more than `most`; -1 for fewer.
  static int digits(std::string_view text, std::size_t count) {
    if (text.size() < count) {
      return -1;
    }
    int sum = 0;
    for (const char c : text.substr(0, count)) {
      if (!is_digit(c)) {
        return -1;
      }
      sum = sum * 10 + (c - '0');
    }
    return sum;
  }

  bool number(const numeric_directive& what, std::string_view text, std::string_view rest) {
    // Only days may have a blank for their zero.
    if (what.letter == 'd' && text.starts_with(' ')) {
      const int day = digits(text.substr(1), 1);
      parts_.day = day;
      return day > 0 && matches(text.substr(2), rest);
    }
    const std::size_t fewest = what.letter == 'Y' ? 4 : 1;
    for (auto count = static_cast<std::size_t>(what.most_digits); count >= fewest; --count) {
      const int found = digits(text, count);
      if (found < what.low || found > what.high) {
        continue;
      }
      if (what.part != nullptr) {
        parts_.*what.part = found;
      }
      if (matches(text.substr(count), rest)) {
        // A way that failed later on may have said something else meanwhile.
        if (what.part != nullptr) {
          parts_.*what.part = found;
        }
        return true;
      }
    }
    return false;
  }

  bool fraction(std::string_view text, std::string_view rest) {
    for (std::size_t count = 6; count > 0; --count) {
      int found = digits(text, count);
      if (found < 0) {
        continue;
      }
      for (std::size_t i = count; i < 6; ++i) {
        found *= 10;
      }
      if (matches(text.substr(count), rest)) {
        parts_.microsecond = found;
        return true;
      }
    }
    return false;
  }

  bool short_year(std::string_view text, std::string_view rest) {
    const int found = digits(text, 2);
    if (found < 0 || !matches(text.substr(2), rest)) {
      return false;
    }
    // POSIX: 69 to 99 are of the 20th century.
    parts_.year = found + (found >= 69 ? 1900 : 2000);
    return true;
  }

  bool day_of_year(std::string_view text, std::string_view rest) {
    for (std::size_t count = 3; count > 0; --count) {
      const int found = digits(text, count);
      if (found >= 1 && found <= 366 && matches(text.substr(count), rest)) {
        parts_.day_of_year = found;
        return true;
      }
    }
    return false;
  }

  bool half_of_day(std::string_view text, std::string_view rest) {
    const bool pm = begins_with(text, "pm");
    if ((!pm && !begins_with(text, "am")) || !matches(text.substr(2), rest)) {
      return false;
    }
    parts_.afternoon = pm;
    return true;
  }

  /// Z, +0200, +02:00, and with seconds.
  bool offset(std::string_view text, std::string_view rest) {
    if (text.starts_with('Z')) {
      return matches(text.substr(1), rest);
    }
    if (text.empty() || (text.front() != '+' && text.front() != '-')) {
      return false;
    }
    const int sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    const int hours_off = digits(text, 2);
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
    const bool colons = text.starts_with(':');
    text.remove_prefix(colons ? 1 : 0);
    const int minutes_off = digits(text, 2);
    if (hours_off < 0 || hours_off > 23 || minutes_off < 0 || minutes_off > 59) {
      return false;
    }
    text.remove_prefix(2);
    seconds total = hours(hours_off) + minutes(minutes_off);
    const std::size_t skipped = colons ? 1 : 0;
    const int seconds_off =
        !colons || text.starts_with(':') ? digits(text.substr(std::min(skipped, text.size())), 2) : -1;
    if (seconds_off >= 0 && seconds_off < 60 && matches(text.substr(2 + skipped), rest)) {
      parts_.offset = sign * (total + seconds(seconds_off));
      return true;
    }
    parts_.offset = sign * total;
    return matches(text, rest);
  }

  bool zone_name(std::string_view text, std::string_view rest) {
    const bool is_utc = begins_with(text, "utc") || begins_with(text, "gmt");
    return is_utc && matches(text.substr(3), rest);
  }

  bool name(char letter, std::string_view text, std::string_view rest) {
    const bool of_month = letter == 'b' || letter == 'B' || letter == 'h';
    const bool whole = letter == 'A' || letter == 'B';
    const std::size_t count = of_month ? months_of_year.size() : days_of_week.size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto full = of_month ? months_of_year[i] : days_of_week[i];
      const auto word = whole ? full : full.substr(0, 3);
      if (begins_with(text, word) && matches(text.substr(word.size()), rest)) {
        parts_.month = of_month ? static_cast<int>(i) + 1 : parts_.month;
        return true;
      }
    }
    return false;
  }

  static constexpr std::size_t most_steps = 10000;
  date_parts parts_;
  std::size_t steps_ = 0;
};

}  // namespace

std::optional<moment> parse_date(std::string_view text, std::string_view format) {
  const auto parts = date_matcher().match(text, format);
  return parts ? parts->to_moment() : std::nullopt;
}

std::optional<std::string> unknown_directive(std::string_view format) {
  constexpr std::string_view known = "YmdHIMSwfyjzZpaAbBh%cxXTFRD";
  for (auto at = format.find('%'); at != std::string_view::npos; at = format.find('%', at)) {
    const bool milliseconds = format.substr(at).starts_with("%_ms");
    if (!milliseconds && (at + 1 >= format.size() || known.find(format[at + 1]) == std::string_view::npos)) {
      return std::string(format.substr(at, 2));
    }
    at += milliseconds ? 4 : 2;
  }
  return std::nullopt;
}

}  // namespace ingest::rest

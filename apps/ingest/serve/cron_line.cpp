#include "serve/cron_line.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/ascii.hpp"
#include "ingest/error.hpp"

namespace ingest::app {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

/// No day of a line is rarer than a 29th of February, and two of these lie eight years apart at most; of a weekday,
/// forty.
constexpr int days_looked_at = 366 * 41;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> short_forms = {{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

/// What a field of a line may hold.
struct field_rule {
  std::string_view name;
  int least;
  int greatest;
  std::vector<std::string_view> words;  ///< of `least` and those behind it
};

const std::vector<std::string_view> month_words = {"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
const std::vector<std::string_view> weekday_words = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

[[noreturn]] void refuse(const field_rule& rule, std::string_view text) {
  throw error(errc::config, "\"" + std::string(text) + "\" is no " + std::string(rule.name) + " of a cron line: " +
                                std::to_string(rule.least) + " … " + std::to_string(rule.greatest) +
                                (rule.words.empty() ? "" : ", or " + std::string(rule.words[1]) + " and the like") +
                                ", ranges, lists and steps of these, or *");
}

std::vector<std::string_view> divided(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

int number_of(const field_rule& rule, std::string_view text) {
  for (std::size_t i = 0; i < rule.words.size(); ++i) {
    if (text == rule.words[i]) {
      return rule.least + static_cast<int>(i);
    }
  }
  int n = 0;
  if (text.empty() || text.size() > 2) {
    refuse(rule, text);
  }
  for (const char c : text) {
    if (c < '0' || c > '9') {
      refuse(rule, text);
    }
    n = n * 10 + (c - '0');
  }
  if (n < rule.least || n > rule.greatest) {
    refuse(rule, text);
  }
  return n;
}

struct number_range {
  int first;
  int last;
  int step;
};

number_range range_of(const field_rule& rule, std::string_view text) {
  const auto by_step = divided(text, '/');
  const auto ends = divided(by_step.front(), '-');
  if (by_step.size() > 2 || ends.size() > 2) {
    refuse(rule, text);
  }
  number_range range{rule.least, rule.greatest, 1};
  if (by_step.front() != "*") {
    range.first = number_of(rule, ends.front());
    range.last = ends.size() == 2 ? number_of(rule, ends.back()) : by_step.size() == 2 ? rule.greatest : range.first;
  }
  if (by_step.size() == 2) {
    range.step = number_of({rule.name, 1, rule.greatest, {}}, by_step.back());  // a longer one would never come
  }
  if (range.first > range.last) {
    refuse(rule, text);
  }
  return range;
}

template <std::size_t N>
std::bitset<N> numbers_of(const field_rule& rule, std::string_view text) {
  std::bitset<N> numbers;
  for (const std::string_view part : divided(text, ',')) {
    const number_range range = range_of(rule, part);
    for (int n = range.first; n <= range.last; n += range.step) {
      numbers.set(static_cast<std::size_t>(n) % N);  // of weekdays, 7 is 0
    }
  }
  return numbers;
}

bool begins_with_star(std::string_view field) {
  return field.starts_with('*');
}

const date::time_zone& zone_called(const std::string& name) {
  try {
    return *date::locate_zone(name);
  } catch (const std::exception&) {
    throw error(errc::config, "there is no time zone \"" + name +
                                  "\" here: name one as the IANA database does, Europe/Berlin or UTC; the package "
                                  "tzdata has them");
  }
}

/// UTC needs no database.
date::sys_info info_at(const std::string& zone, std::chrono::seconds sys) {
  return zone == "UTC" ? date::sys_info{} : zone_called(zone).get_info(date::sys_seconds(sys));
}

date::local_info info_at_local(const std::string& zone, std::chrono::seconds local) {
  return zone == "UTC" ? date::local_info{} : zone_called(zone).get_info(date::local_seconds(local));
}

}  // namespace

cron_line::cron_line(std::string_view line, std::string_view zone) : zone_(zone) {
  std::string small = lower(line);
  std::replace(small.begin(), small.end(), '\t', ' ');
  for (const auto& [word, meaning] : short_forms) {
    if (small == word) {
      small = meaning;
    }
  }
  std::vector<std::string_view> fields = divided(small, ' ');
  std::erase(fields, "");
  if (fields.size() != 5) {
    throw error(errc::config,
                "\"" + std::string(line) +
                    "\" is no schedule: write \"every 15min\", five fields of cron (\"30 2 * * mon-fri\"), "
                    "@hourly, @daily, @weekly, @monthly, @manual, or continuous");
  }
  minutes_ = numbers_of<60>({"minute", 0, 59, {}}, fields[0]);
  hours_ = numbers_of<24>({"hour", 0, 23, {}}, fields[1]);
  days_ = numbers_of<32>({"day", 1, 31, {}}, fields[2]);
  months_ = numbers_of<13>({"month", 1, 12, month_words}, fields[3]);
  weekdays_ = numbers_of<7>({"weekday", 0, 7, weekday_words}, fields[4]);
  any_hour_ = begins_with_star(fields[1]);
  any_day_ = begins_with_star(fields[2]);
  any_weekday_ = begins_with_star(fields[4]);
  info_at(zone_, std::chrono::seconds(0));
  try {
    next_after(wall_time());
  } catch (const std::out_of_range&) {
    throw error(errc::config, "no year has the day of \"" + std::string(line) + "\"");
  }
}

bool cron_line::is_on(day d) const {
  const std::chrono::year_month_day date{d};
  const bool of_month = days_.test(static_cast<unsigned>(date.day()));
  const bool of_week = weekdays_.test(std::chrono::weekday{d}.c_encoding());
  const bool is_day = any_day_ || any_weekday_ ? of_month && of_week : of_month || of_week;
  return is_day && months_.test(static_cast<unsigned>(date.month()));
}

std::optional<wall_time> cron_line::first_of(day d, wall_time after) const {
  std::optional<wall_time> first;
  const auto take = [&](wall_time t) {
    if (t > after && (!first || t < *first)) {
      first = t;
    }
  };
  for (std::size_t h = 0; h < hours_.size(); ++h) {
    for (std::size_t m = 0; hours_.test(h) && m < minutes_.size(); ++m) {
      if (!minutes_.test(m)) {
        continue;
      }
      const std::chrono::seconds local = d.time_since_epoch() + hours(h) + minutes(m);
      const date::local_info at = info_at_local(zone_, local);
      if (at.result == date::local_info::nonexistent) {
        take(wall_time(at.first.end.time_since_epoch()));
        continue;
      }
      take(wall_time(local - at.first.offset));
      if (at.result == date::local_info::ambiguous && any_hour_) {
        take(wall_time(local - at.second.offset));
      }
    }
  }
  return first;
}

wall_time cron_line::next_after(wall_time after) const {
  const date::sys_info now = info_at(zone_, after.time_since_epoch());
  const std::chrono::seconds local = after.time_since_epoch() + now.offset;
  // A day before: where clocks have been put back over midnight, it is not over.
  const day from{std::chrono::floor<days>(local) - days(1)};
  std::optional<wall_time> found;
  for (int i = 0; i < days_looked_at; ++i) {
    const day d = from + days(i);
    if (is_on(d)) {
      if (const auto first = first_of(d, after); first && (!found || *first < *found)) {
        found = first;
      }
    }
    // Nor is it certain before the day behind it: a gap may end there.
    if (found && day(std::chrono::floor<days>(found->time_since_epoch())) + days(2) < d) {
      return *found;
    }
  }
  throw std::out_of_range("no such day");
}

}  // namespace ingest::app

// What dates, times and spans are and have.
#include "rest/expressions/dates.hpp"

#include <algorithm>
#include <cstdio>

#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

std::string numbers(const char* format, auto... of) {
  char text[96];
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, format, of...))};
}

int year_of(const year_month_day& date) {
  return static_cast<int>(date.year());
}

std::string day_text(sys_days day) {
  const year_month_day date(day);
  return numbers("%04d-%02u-%02u", year_of(date), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()));
}

sys_days day_of(local_time at) {
  return floor<days>(at);
}

std::int64_t of_day(local_time at) {
  return (at - day_of(at)).count();
}

std::optional<value> day_attribute(sys_days day, std::string_view name) {
  const year_month_day date(day);
  if (name == "year") {
    return value::integer_of(year_of(date));
  }
  if (name == "month") {
    return value::integer_of(static_cast<unsigned>(date.month()));
  }
  return name == "day" ? std::optional(value::integer_of(static_cast<unsigned>(date.day()))) : std::nullopt;
}

/// weekday(), isoweekday(), toordinal()
std::optional<value> day_number(sys_days day, std::string_view method) {
  const unsigned iso = std::chrono::weekday(day).iso_encoding();
  if (method == "weekday" || method == "isoweekday") {
    return value::integer_of(method == "weekday" ? iso - 1 : iso);
  }
  return method == "toordinal" ? std::optional(value::integer_of(day.time_since_epoch().count() + 719'163))
                               : std::nullopt;
}

std::string offset_text(seconds offset) {
  const auto total = std::abs(offset.count());
  std::string text = numbers("%c%02d:%02d", offset.count() < 0 ? '-' : '+', static_cast<int>(total / 3600),
                             static_cast<int>(total / 60 % 60));
  return total % 60 == 0 ? text : text + numbers(":%02d", static_cast<int>(total % 60));
}

value replaced_fields(const moment& at, const arguments& with) {
  const auto given =
      with.bound_to("replace", {"year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"}, 0);
  const year_month_day date(day_of(at.at));
  const std::int64_t rest = of_day(at.at);
  const year_month_day changed{
      std::chrono::year(static_cast<int>(std::clamp<std::int64_t>(whole_or(given[0], year_of(date)), -1, 10'000))),
      std::chrono::month(static_cast<unsigned>(whole_or(given[1], static_cast<unsigned>(date.month())))),
      std::chrono::day(static_cast<unsigned>(whole_or(given[2], static_cast<unsigned>(date.day()))))};
  const std::int64_t hour = whole_or(given[3], rest / 3'600'000'000);
  const std::int64_t minute = whole_or(given[4], rest / 60'000'000 % 60);
  const std::int64_t second = whole_or(given[5], rest / 1'000'000 % 60);
  const std::int64_t micro = whole_or(given[6], rest % 1'000'000);
  const auto within = [](std::int64_t number, std::int64_t most) { return number >= 0 && number < most; };
  if (!changed.ok() || !within(hour, 24) || !within(minute, 60) || !within(second, 60) || !within(micro, 1'000'000)) {
    fail(fault::kind::value, "replace() makes a time that is none");
  }
  const bool naive = given[7] && given[7]->is_none();
  return moment::of(sys_days(changed) + std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second) +
                        microseconds(micro),
                    naive ? std::nullopt : at.offset);
}

}  // namespace

local_time checked(local_time at) {
  static constexpr local_time first = sys_days(std::chrono::year(1) / 1 / 1);
  static constexpr local_time behind = sys_days(std::chrono::year(10'000) / 1 / 1);
  if (at < first || at >= behind) {
    fail(fault::kind::other, "a date is not within the years 1 to 9999");
  }
  return at;
}

std::string calendar_date::repr() const {
  const year_month_day date(day);
  return numbers("datetime.date(%d, %u, %u)", year_of(date), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()));
}

std::string calendar_date::text() const {
  return day_text(day);
}

bool calendar_date::equals(const object& other) const {
  const auto* const same = dynamic_cast<const calendar_date*>(&other);
  return same != nullptr && same->day == day;
}

std::optional<value> calendar_date::attribute(std::string_view name) const {
  return day_attribute(day, name);
}

bool calendar_date::has_method(std::string_view name) const {
  static constexpr std::string_view names[] = {"strftime",   "isoformat", "weekday",
                                               "isoweekday", "toordinal", "replace"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

value calendar_date::call(std::string_view method, const arguments& with) const {
  const moment midnight(day, std::nullopt);
  if (method == "strftime") {
    return value::text_of(formatted(midnight, text_in(*with.bound_to(method, {"format"}, 1)[0], "strftime()")));
  }
  if (method == "replace") {
    const value changed = replaced_fields(midnight, with);
    return value::object_of(std::make_shared<calendar_date>(day_of(dynamic_cast<const moment&>(changed.thing()).at)));
  }
  with.bound_to(method, {}, 0);
  return method == "isoformat" ? value::text_of(text()) : *day_number(day, method);
}

std::string moment::repr() const {
  const year_month_day date(day_of(at));
  const std::int64_t rest = of_day(at);
  std::string text = numbers("datetime.datetime(%d, %u, %u, %d, %d", year_of(date), static_cast<unsigned>(date.month()),
                             static_cast<unsigned>(date.day()), static_cast<int>(rest / 3'600'000'000),
                             static_cast<int>(rest / 60'000'000 % 60));
  const int second = static_cast<int>(rest / 1'000'000 % 60);
  const int micro = static_cast<int>(rest % 1'000'000);
  text += second != 0 || micro != 0 ? numbers(", %d", second) : "";
  text += micro != 0 ? numbers(", %d", micro) : "";
  return text + (offset ? ", tzinfo=datetime.timezone.utc)" : ")");
}

std::string moment::text() const {
  return iso_text(*this, " ");
}

bool moment::equals(const object& other) const {
  const auto* const same = dynamic_cast<const moment*>(&other);
  return same != nullptr && same->offset.has_value() == offset.has_value() && same->utc() == utc();
}

std::optional<value> moment::attribute(std::string_view name) const {
  const std::int64_t rest = of_day(at);
  if (name == "hour") {
    return value::integer_of(rest / 3'600'000'000);
  }
  if (name == "minute") {
    return value::integer_of(rest / 60'000'000 % 60);
  }
  if (name == "second") {
    return value::integer_of(rest / 1'000'000 % 60);
  }
  if (name == "microsecond") {
    return value::integer_of(rest % 1'000'000);
  }
  if (name == "tzinfo") {
    return offset ? value::text_of(offset->count() == 0 ? "UTC" : "UTC" + offset_text(*offset)) : value();
  }
  return day_attribute(day_of(at), name);
}

bool moment::has_method(std::string_view name) const {
  static constexpr std::string_view names[] = {"strftime",   "isoformat", "timestamp", "date",     "weekday",
                                               "isoweekday", "toordinal", "replace",   "utcoffset"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

value moment::call(std::string_view method, const arguments& with) const {
  if (method == "strftime") {
    return value::text_of(formatted(*this, text_in(*with.bound_to(method, {"format"}, 1)[0], "strftime()")));
  }
  if (method == "isoformat") {
    const auto given = with.bound_to(method, {"sep", "timespec"}, 0);
    return value::text_of(iso_text(*this, given[0] ? text_in(*given[0], "isoformat()") : "T",
                                   given[1] ? text_in(*given[1], "isoformat()") : "auto"));
  }
  if (method == "replace") {
    return replaced_fields(*this, with);
  }
  with.bound_to(method, {}, 0);
  if (method == "timestamp") {
    return value::real_of(static_cast<double>(utc().time_since_epoch().count()) / 1e6);
  }
  if (method == "date") {
    return value::object_of(std::make_shared<calendar_date>(day_of(at)));
  }
  if (method == "utcoffset") {
    return offset ? time_span::of(*offset) : value();
  }
  return *day_number(day_of(at), method);
}

std::string iso_text(const moment& at, std::string_view separator, std::string_view precision) {
  const std::int64_t rest = of_day(at.at);
  const int hour = static_cast<int>(rest / 3'600'000'000);
  const int minute = static_cast<int>(rest / 60'000'000 % 60);
  const int second = static_cast<int>(rest / 1'000'000 % 60);
  const int micro = static_cast<int>(rest % 1'000'000);
  std::string text = day_text(day_of(at.at)) + std::string(separator) + numbers("%02d", hour);
  if (precision == "auto") {
    precision = micro == 0 ? "seconds" : "microseconds";
  }
  static constexpr std::string_view names[] = {"hours", "minutes", "seconds", "milliseconds", "microseconds"};
  const auto level = std::find(std::begin(names), std::end(names), precision) - std::begin(names);
  if (level == std::ssize(names)) {
    fail(fault::kind::value, "isoformat() has no such precision");
  }
  text += level > 0 ? numbers(":%02d", minute) : "";
  text += level > 1 ? numbers(":%02d", second) : "";
  text += level == 3 ? numbers(".%03d", micro / 1000) : level == 4 ? numbers(".%06d", micro) : "";
  return at.offset ? text + offset_text(*at.offset) : text;
}

}  // namespace ingest::rest::expressions

#include "rest/document/yaml_timestamp.hpp"

#include <chrono>
#include <cstdio>

#include "core/text_reader.hpp"

namespace ingest::rest {

namespace {

using detail::text_reader;

struct timestamp {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int microsecond = 0;
  bool has_time = false;
  std::optional<int> zone;  ///< minutes east of Greenwich
};

/// A number of one digit or two.
int one_or_two(text_reader& in) {
  const int first = in.digits(1);
  return in.ok() && in.at_digit() ? first * 10 + in.digits(1) : first;
}

int read_microseconds(text_reader& in) {
  int fraction = 0;
  int digits = 0;
  for (; in.at_digit(); ++digits) {
    const int digit = in.digits(1);
    fraction = digits < 6 ? fraction * 10 + digit : fraction;
  }
  for (; digits < 6; ++digits) {
    fraction *= 10;
  }
  return fraction;
}

void skip_blanks(text_reader& in) {
  while (in.accept(" \t")) {
  }
}

std::optional<int> read_zone(text_reader& in) {
  skip_blanks(in);
  if (in.accept("Z")) {
    return 0;
  }
  const bool west = in.at("-");
  if (!in.accept("+-")) {
    return std::nullopt;
  }
  int minutes = one_or_two(in) * 60;
  if (in.accept(":")) {
    minutes += in.digits(2);
  }
  return west ? -minutes : minutes;
}

void read_time(text_reader& in, timestamp& t) {
  t.has_time = true;
  if (!in.accept("Tt")) {
    in.expect(" \t");
    skip_blanks(in);
  }
  t.hour = one_or_two(in);
  in.expect(":");
  t.minute = in.digits(2);
  in.expect(":");
  t.second = in.digits(2);
  if (in.accept(".")) {
    t.microsecond = read_microseconds(in);
  }
  t.zone = read_zone(in);
}

/// A date alone has two digits for month and day; with a time, one will do.
std::optional<timestamp> parsed(std::string_view text) {
  text_reader in(text);
  timestamp t;
  t.year = in.digits(4);
  in.expect("-");
  t.month = one_or_two(in);
  in.expect("-");
  t.day = one_or_two(in);
  const bool date_alone = in.done();
  if (date_alone) {
    return text.size() == 10 ? std::optional(t) : std::nullopt;
  }
  if (in.ok()) {
    read_time(in, t);
  }
  return in.done() ? std::optional(t) : std::nullopt;
}

bool of_the_calendar(const timestamp& t) {
  using namespace std::chrono;
  const year_month_day date{year(t.year), month(static_cast<unsigned>(t.month)), day(static_cast<unsigned>(t.day))};
  const int zone = t.zone.value_or(0);
  return date.ok() && t.year > 0 && t.hour < 24 && t.minute < 60 && t.second < 60 && zone > -1440 && zone < 1440;
}

}  // namespace

std::optional<std::string> timestamp_text(std::string_view text) {
  const auto t = parsed(text);
  if (!t || !of_the_calendar(*t)) {
    return std::nullopt;
  }
  char date[64];
  std::snprintf(date, sizeof date, "%04d-%02d-%02d", t->year, t->month, t->day);
  if (!t->has_time) {
    return date;
  }
  char time[64];
  std::snprintf(time, sizeof time, " %02d:%02d:%02d", t->hour, t->minute, t->second);
  std::string written = std::string(date) + time;
  if (t->microsecond != 0) {
    std::snprintf(time, sizeof time, ".%06d", t->microsecond);
    written += time;
  }
  if (t->zone) {
    const int minutes = *t->zone < 0 ? -*t->zone : *t->zone;
    std::snprintf(time, sizeof time, "%c%02d:%02d", *t->zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
    written += time;
  }
  return written;
}

}  // namespace ingest::rest

// timedelta and isodate's Duration, and what dates are with them.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"

namespace ingest::rest::expressions {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;

constexpr std::int64_t day_length = 86'400'000'000;

struct parts {
  std::int64_t days;
  std::int64_t seconds;
  std::int64_t microseconds;
};

parts parts_of(microseconds length) {
  const std::int64_t whole_days = floor<days>(length).count();
  const std::int64_t rest = length.count() - whole_days * day_length;
  return {whole_days, rest / 1'000'000, rest % 1'000'000};
}

/// A date so many months later, on the month's last day where it has no such day.
sys_days months_later(sys_days day, std::int64_t months) {
  const std::chrono::year_month_day date(day);
  const std::int64_t count =
      static_cast<int>(date.year()) * std::int64_t{12} + static_cast<unsigned>(date.month()) - 1 + months;
  const std::int64_t year = count >= 0 ? count / 12 : -1;
  if (year < 1 || year > 9999) {
    fail(fault::kind::other, "a date is not within the years 1 to 9999");
  }
  const auto month =
      std::chrono::year(static_cast<int>(year)) / std::chrono::month(static_cast<unsigned>(count % 12) + 1);
  const auto last = (month / std::chrono::last).day();
  return sys_days(month / std::min(date.day(), last));
}

value shifted(const value& of, const time_span& by, int sign) {
  if (const auto* const date = object_in<calendar_date>(of)) {
    const auto moved = months_later(date->day, sign * by.months) + days(sign * parts_of(by.length).days);
    checked(moved);
    return value::object_of(std::make_shared<calendar_date>(moved));
  }
  const auto& from = dynamic_cast<const moment&>(of.thing());
  const sys_days day = floor<days>(from.at);
  return moment::of(months_later(day, sign * by.months) + (from.at - day) + sign * by.length, from.offset);
}

std::optional<value> difference(const value& left, const value& right) {
  const auto* const a = object_in<moment>(left);
  const auto* const b = object_in<moment>(right);
  if (a != nullptr && b != nullptr) {
    if (a->offset.has_value() != b->offset.has_value()) {
      fail(fault::kind::type, "a time with a zone and one without have no difference");
    }
    return time_span::of(a->utc() - b->utc());
  }
  const auto* const c = object_in<calendar_date>(left);
  const auto* const d = object_in<calendar_date>(right);
  return c != nullptr && d != nullptr ? std::optional(time_span::of(c->day - d->day)) : std::nullopt;
}

value scaled(const time_span& of, double by, bool down) {
  if (by != by || std::isinf(by)) {
    fail(fault::kind::value, "a span is multiplied by what is no number");
  }
  const double length = std::nearbyint(static_cast<double>(of.length.count()) * by);
  if (!(std::fabs(length) < 8.6e19 / 10)) {
    fail(fault::kind::other, "a span is too long");
  }
  return time_span::of(microseconds(static_cast<std::int64_t>(down ? std::floor(length) : length)));
}

std::optional<value> of_spans(std::string_view sign, const time_span& a, const time_span& b) {
  if (sign == "+" || sign == "-") {
    const int direction = sign == "+" ? 1 : -1;
    return time_span::of(a.length + direction * b.length, a.months + direction * b.months);
  }
  if ((sign != "/" && sign != "//" && sign != "%") || a.months != 0 || b.months != 0) {
    return std::nullopt;
  }
  if (b.length.count() == 0) {
    fail(fault::kind::other, "division by zero");
  }
  if (sign == "/") {
    return value::real_of(static_cast<double>(a.length.count()) / static_cast<double>(b.length.count()));
  }
  const value quotient = arithmetic("//", value::integer_of(a.length.count()), value::integer_of(b.length.count()));
  return sign == "//" ? quotient : time_span::of(a.length - quotient.integer() * b.length);
}

std::optional<value> scaled_span(std::string_view sign, const time_span& of, const value& by) {
  if (of.months != 0 && sign == "*" && by.kind() != value::kind::real) {
    const value length = arithmetic("*", value::integer_of(of.length.count()), by);
    return time_span::of(microseconds(length.integer()), arithmetic("*", value::integer_of(of.months), by).integer());
  }
  if (of.months != 0 || (sign != "*" && sign != "/" && sign != "//")) {
    return std::nullopt;
  }
  if (sign == "*") {
    return scaled(of, by.real(), false);
  }
  if (by.real() == 0) {
    fail(fault::kind::other, "division by zero");
  }
  if (sign == "//" && by.kind() != value::kind::real) {
    return time_span::of(microseconds(arithmetic("//", value::integer_of(of.length.count()), by).integer()));
  }
  return sign == "//" ? std::nullopt : std::optional(scaled(of, 1 / by.real(), false));
}

}  // namespace

time_span::time_span(microseconds span, std::int64_t span_months) : length(span), months(span_months) {
  constexpr std::int64_t most_days = 100'000'000;
  if (std::abs(span.count() / day_length) > most_days || std::abs(span_months) > std::int64_t{12} * 10'000) {
    fail(fault::kind::other, "a span is too long");
  }
}

std::string time_span::repr() const {
  const parts in = parts_of(length);
  std::string text;
  const auto add = [&](std::string_view name, std::int64_t number) {
    text += number == 0 ? "" : (text.empty() ? "" : ", ") + std::string(name) + "=" + std::to_string(number);
  };
  add("days", in.days);
  add("seconds", in.seconds);
  add("microseconds", in.microseconds);
  if (months == 0) {
    return "datetime.timedelta(" + (text.empty() ? "0" : text) + ")";
  }
  return "isodate.duration.Duration(" + std::to_string(in.days) + ", " + std::to_string(in.seconds) + ", " +
         std::to_string(in.microseconds) + ", years=" + std::to_string(months / 12) +
         ", months=" + std::to_string(months % 12) + ")";
}

std::string time_span::text() const {
  const parts in = parts_of(length);
  char clock[48];
  std::snprintf(clock, sizeof clock, "%d:%02d:%02d", static_cast<int>(in.seconds / 3600),
                static_cast<int>(in.seconds / 60 % 60), static_cast<int>(in.seconds % 60));
  std::string text = clock;
  if (in.microseconds != 0) {
    std::snprintf(clock, sizeof clock, ".%06d", static_cast<int>(in.microseconds));
    text += clock;
  }
  if (in.days != 0) {
    text = std::to_string(in.days) + (std::abs(in.days) == 1 ? " day, " : " days, ") + text;
  }
  const std::int64_t rest = months % 12;
  text = (rest == 0 ? "" : std::to_string(rest) + (rest <= 1 ? " month, " : " months, ")) + text;
  text = (months / 12 == 0 ? "" : std::to_string(months / 12) + " years, ") + text;
  return text;
}

bool time_span::equals(const object& other) const {
  const auto* const same = dynamic_cast<const time_span*>(&other);
  return same != nullptr && same->length == length && same->months == months;
}

std::optional<value> time_span::attribute(std::string_view name) const {
  const parts in = parts_of(length);
  if (name == "days") {
    return value::integer_of(in.days);
  }
  if (name == "seconds") {
    return value::integer_of(in.seconds);
  }
  return name == "microseconds" ? std::optional(value::integer_of(in.microseconds)) : std::nullopt;
}

bool time_span::has_method(std::string_view name) const {
  return name == "total_seconds";
}

value time_span::call(std::string_view method, const arguments& with) const {
  with.bound_to(method, {}, 0);
  return value::real_of(static_cast<double>(length.count()) / 1e6);
}

std::optional<value> date_arithmetic(std::string_view sign, const value& left, const value& right) {
  const auto* const a = object_in<time_span>(left);
  const auto* const b = object_in<time_span>(right);
  const auto is_date = [](const value& of) {
    return object_in<moment>(of) != nullptr || object_in<calendar_date>(of) != nullptr;
  };
  if (a != nullptr && b != nullptr) {
    return of_spans(sign, *a, *b);
  }
  if (b != nullptr && is_date(left) && (sign == "+" || sign == "-")) {
    return shifted(left, *b, sign == "+" ? 1 : -1);
  }
  if (a != nullptr && is_date(right) && sign == "+") {
    return shifted(right, *a, 1);
  }
  if (a != nullptr && is_numeric(right)) {
    return scaled_span(sign, *a, right);
  }
  if (b != nullptr && is_numeric(left) && sign == "*") {
    return scaled_span(sign, *b, left);
  }
  return sign == "-" ? difference(left, right) : std::nullopt;
}

std::optional<bool> is_earlier(const value& left, const value& right) {
  const auto* const a = object_in<moment>(left);
  const auto* const b = object_in<moment>(right);
  if (a != nullptr && b != nullptr && a->offset.has_value() == b->offset.has_value()) {
    return a->utc() < b->utc();
  }
  const auto* const c = object_in<calendar_date>(left);
  const auto* const d = object_in<calendar_date>(right);
  if (c != nullptr && d != nullptr) {
    return c->day < d->day;
  }
  const auto* const e = object_in<time_span>(left);
  const auto* const f = object_in<time_span>(right);
  if (e != nullptr && f != nullptr && e->months == 0 && f->months == 0) {
    return e->length < f->length;
  }
  return std::nullopt;
}

}  // namespace ingest::rest::expressions

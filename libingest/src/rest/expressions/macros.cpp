#include "rest/expressions/macros.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "core/ascii.hpp"
#include "rest/expressions/characters.hpp"
#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/operations.hpp"
#include "rest/expressions/url_quoting.hpp"

namespace ingest::rest::expressions {

namespace {

using std::chrono::floor;
using std::chrono::seconds;

thread_local const told_time::clock* clock_here = nullptr;

local_time now() {
  return clock_here != nullptr ? (*clock_here)() : floor<microseconds>(std::chrono::system_clock::now());
}

moment utc(local_time at) {
  return {at, seconds(0)};
}

value now_utc(const arguments& with) {
  with.bound_to("now_utc", {}, 0);
  return moment::of(now(), seconds(0));
}

value date_of(local_time at) {
  return value::object_of(std::make_shared<calendar_date>(floor<std::chrono::days>(at)));
}

value today_utc(const arguments& with) {
  with.bound_to("today_utc", {}, 0);
  return date_of(now());
}

value today_with_timezone(const arguments& with) {
  const value zone = *with.bound_to("today_with_timezone", {"timezone"}, 1)[0];
  if (!zone.is_text()) {
    fail(fault::kind::other, "today_with_timezone() takes the name of a zone, not '" + type_name(zone) + "'");
  }
  const local_time at = now();
  return date_of(at + zone_offset(zone.text(), floor<seconds>(at)));
}

moment iso_time(const value& of) {
  require_defined(of);
  const bool has_length = of.is_list() || of.is_dict() || of.kind() == value::kind::tuple;
  if (has_length && length_of(of) < 4) {
    fail(fault::kind::value, "a time is a text, not '" + type_name(of) + "'");
  }
  const moment read = parsed_iso(text_in(of, "a time"));
  return utc(read.utc());
}

value timestamp(const arguments& with) {
  value of = *with.bound_to("timestamp", {"dt"}, 1)[0];
  if (of.kind() == value::kind::integer) {
    return of;
  }
  if (of.kind() == value::kind::real) {
    if (!std::isfinite(of.real()) || std::fabs(of.real()) >= 9.2e18) {
      fail(fault::kind::other, "timestamp() of a number that is too large");
    }
    return value::integer_of(static_cast<std::int64_t>(of.real()));
  }
  if (of.kind() == value::kind::boolean) {
    return value::integer_of(whole_number(of));
  }
  return value::real_of(static_cast<double>(iso_time(of).at.time_since_epoch().count()) / 1e6);
}

value str_to_datetime(const arguments& with) {
  return moment::of(iso_time(*with.bound_to("str_to_datetime", {"s"}, 1)[0]).at, seconds(0));
}

template <bool Greatest>
value extreme(const arguments& with) {
  if (!with.by_name.empty()) {
    fail(fault::kind::type, "max() and min() take no arguments by name");
  }
  if (with.in_order.empty()) {
    fail(fault::kind::type, "max() and min() take one argument at least");
  }
  const value::elements all = with.in_order.size() == 1 ? elements_of(with.in_order[0]) : with.in_order;
  if (all.empty()) {
    fail(fault::kind::value, "max() or min() of nothing");
  }
  value found = all[0];
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (Greatest ? is_less(found, all[i]) : is_less(all[i], found)) {
      found = all[i];
    }
  }
  return found;
}

value day_delta(const arguments& with) {
  const auto given = with.bound_to("day_delta", {"num_days", "format"}, 1);
  if (!is_numeric(*given[0])) {
    require_defined(*given[0]);
    fail(fault::kind::type, "day_delta() takes a number, not '" + type_name(*given[0]) + "'");
  }
  const double days = given[0]->real();
  if (!(std::fabs(days) < 4'000'000)) {
    fail(fault::kind::other, "day_delta() leaves the calendar");
  }
  const auto delta = microseconds(static_cast<std::int64_t>(std::llrint(days * 86'400e6)));
  const std::string format = given[1] ? text_in(*given[1], "a format") : "%Y-%m-%dT%H:%M:%S.%f%z";
  return value::text_of(formatted(utc(now() + delta), format));
}

value duration(const arguments& with) {
  return parsed_duration(text_in(*with.bound_to("duration", {"datestring"}, 1)[0], "duration()"));
}

value format_datetime(const arguments& with) {
  const auto given = with.bound_to("format_datetime", {"dt", "format", "input_format"}, 2);
  const std::string& format = text_in(*given[1], "a format");
  if (const auto* const at = object_in<moment>(*given[0])) {
    return value::text_of(formatted(*at, format));
  }
  const bool with_input = given[2] && given[2]->truth();
  if (given[0]->kind() == value::kind::integer || given[0]->kind() == value::kind::boolean) {
    const std::string text = value::integer_of(whole_number(*given[0])).to_text();
    const std::string from = with_input ? text_in(*given[2], "a format") : "%s";
    return value::text_of(formatted_with_epochs(parsed_with_epochs(text, from), format));
  }
  const moment at = with_input ? parsed(text_in(*given[0], "format_datetime()"), text_in(*given[2], "a format"))
                               : iso_time(*given[0]);
  return value::text_of(formatted_with_epochs(moment(at.at, at.offset.value_or(seconds(0))), format));
}

value sanitize_url(const arguments& with) {
  const value of = *with.bound_to("sanitize_url", {"value"}, 1)[0];
  return value::text_of(quoted_plus(text_in(of, "sanitize_url()")));
}

value camel_case_to_snake_case(const arguments& with) {
  const value of = *with.bound_to("camel_case_to_snake_case", {"value"}, 1)[0];
  std::string out;
  for (const char c : text_in(of, "camel_case_to_snake_case()")) {
    out += c >= 'A' && c <= 'Z' && !out.empty() ? "_" : "";
    out += c;
  }
  return value::text_of(lower_of(out));
}

value generate_uuid(const arguments& with) {
  with.bound_to("generate_uuid", {}, 0);
  static thread_local std::mt19937_64 random{std::random_device()()};
  static constexpr std::string_view pattern = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  std::string out;
  for (const char c : pattern) {
    const auto digit = static_cast<std::size_t>(random() & 15);
    out += c == 'x' ? "0123456789abcdef"[digit] : c == 'y' ? "89ab"[digit & 3] : c;
  }
  return value::text_of(out);
}

value dict(const arguments& with) {
  return change(value::dict_of({}), "update", with).after;
}

value make_namespace(const arguments& with) {
  return value::object_of(std::make_shared<name_space>(dict(with).members()));
}

using macro = value (*)(const arguments&);

const std::map<std::string_view, macro>& macros() {
  static const std::map<std::string_view, macro> all = {
      {"now_utc", now_utc},
      {"today_utc", today_utc},
      {"today_with_timezone", today_with_timezone},
      {"timestamp", timestamp},
      {"str_to_datetime", str_to_datetime},
      {"max", extreme<true>},
      {"min", extreme<false>},
      {"day_delta", day_delta},
      {"duration", duration},
      {"format_datetime", format_datetime},
      {"sanitize_url", sanitize_url},
      {"camel_case_to_snake_case", camel_case_to_snake_case},
      {"generate_uuid", generate_uuid},
      {"dict", dict},
      {"namespace", make_namespace},
  };
  return all;
}

}  // namespace

bool has_macro(std::string_view name) {
  return macros().contains(name);
}

value call_macro(std::string_view name, const arguments& with) {
  return macros().at(name)(with);
}

told_time::told_time(const clock* by) : before_(clock_here) {
  if (by != nullptr) {
    clock_here = by;
  }
}

told_time::~told_time() {
  clock_here = before_;
}

}  // namespace ingest::rest::expressions

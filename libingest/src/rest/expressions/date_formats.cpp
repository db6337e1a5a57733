// strftime() and the CDK's formats beyond it.
#include <cstdio>
#include <ctime>

#include "rest/expressions/dates.hpp"
#include "rest/expressions/fault.hpp"

namespace ingest::rest::expressions {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

constexpr std::size_t max_format = 4096;

/// The fields as C has them.
std::tm fields_of(local_time at) {
  const auto day = floor<days>(at);
  const std::chrono::year_month_day date(day);
  const std::int64_t second = floor<seconds>(at - day).count();
  std::tm fields{};
  fields.tm_year = static_cast<int>(date.year()) - 1900;
  fields.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  fields.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  fields.tm_hour = static_cast<int>(second / 3600);
  fields.tm_min = static_cast<int>(second / 60 % 60);
  fields.tm_sec = static_cast<int>(second % 60);
  fields.tm_wday = static_cast<int>(std::chrono::weekday(day).c_encoding());
  fields.tm_yday = static_cast<int>((day - std::chrono::sys_days(date.year() / 1 / 1)).count());
  fields.tm_isdst = -1;
  return fields;
}

std::string offset_digits(seconds offset) {
  const auto total = static_cast<int>(std::abs(offset.count()));
  char text[24];
  std::snprintf(text, sizeof text, "%c%02d%02d", offset.count() < 0 ? '-' : '+', total / 3600, total / 60 % 60);
  return text;
}

std::string six_digits(local_time at) {
  char text[24];
  std::snprintf(text, sizeof text, "%06d", static_cast<int>((at - floor<seconds>(at)).count()));
  return text;
}

std::int64_t epoch_second(local_time at) {
  return floor<seconds>(at).time_since_epoch().count();
}

/// %f, %z and %Z, which Python writes itself, and %s, which C would take from its own zone: here that is UTC.
std::string with_own_directives(const moment& at, std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'f':
        out += six_digits(at.at);
        break;
      case 'z':
        out += at.offset ? offset_digits(*at.offset) : "";
        break;
      case 'Z':
        out += !at.offset ? "" : at.offset->count() == 0 ? "UTC" : "UTC" + offset_digits(*at.offset).insert(3, ":");
        break;
      case 's':
        out += std::to_string(epoch_second(at.at));
        break;
      default:
        out += {'%', format[i]};
    }
  }
  return out;
}

std::string cut_to_milliseconds(const moment& at, std::string_view format) {
  std::string wanted(format);
  for (std::size_t i = wanted.find("%_ms"); i != std::string::npos; i = wanted.find("%_ms", i)) {
    wanted.replace(i, 4, "%f");
  }
  std::string out = formatted(at, wanted);
  const std::string six = six_digits(at.at);
  for (std::size_t i = out.find(six); i != std::string::npos; i = out.find(six, i + 3)) {
    out.replace(i, 6, six.substr(0, 3));
  }
  return out;
}

}  // namespace

std::string formatted(const moment& at, std::string_view format) {
  if (format.size() > max_format) {
    fail(fault::kind::other, "a date's format has more than 4096 characters");
  }
  // A sign in front, because C gives 0 for an empty text as well as for one that has no room.
  const std::string wanted = "x" + with_own_directives(at, format);
  const std::tm fields = fields_of(at.at);
  static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
  std::string out(wanted.size() * 32 + 64, '\0');
  out.resize(strftime_l(out.data(), out.size(), wanted.c_str(), &fields, plain));
  if (out.empty()) {
    fail(fault::kind::value, "a date's format makes a text that is too long");
  }
  return out.substr(1);
}

std::string formatted_with_epochs(const moment& at, std::string_view format) {
  const std::int64_t count = at.utc().time_since_epoch().count();
  // As Python counts them: by way of a double, cut off towards zero.
  const double timestamp = static_cast<double>(count) / 1e6;
  if (format == "%s") {
    return std::to_string(static_cast<std::int64_t>(timestamp));
  }
  if (format == "%s_as_float") {
    return python_real(timestamp);
  }
  if (format == "%epoch_microseconds") {
    return std::to_string(static_cast<std::int64_t>(timestamp * 1'000'000));
  }
  if (format == "%ms") {
    return std::to_string(static_cast<std::int64_t>(timestamp * 1000));
  }
  return format.find("%_ms") == std::string_view::npos ? formatted(at, format) : cut_to_milliseconds(at, format);
}

}  // namespace ingest::rest::expressions

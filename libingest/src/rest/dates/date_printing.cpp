#include <locale.h>
#include <time.h>

#include <array>
#include <cstdio>

#include "rest/dates/date_pattern.hpp"

namespace ingest::rest {

namespace {

using namespace std::chrono;

tm broken_down(const moment& at) {
  const auto date = at.date();
  const auto time = at.time_of_day();
  tm parts{};
  parts.tm_year = static_cast<int>(date.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.tm_hour = static_cast<int>(duration_cast<hours>(time).count());
  parts.tm_min = static_cast<int>(duration_cast<minutes>(time).count() % 60);
  parts.tm_sec = static_cast<int>(duration_cast<seconds>(time).count() % 60);
  parts.tm_wday = static_cast<int>(weekday(at.day()).c_encoding());
  parts.tm_yday = static_cast<int>((at.day() - sys_days(date.year() / 1 / 1)).count());
  return parts;
}

std::int64_t microsecond_of(const moment& at) {
  return at.time_of_day().count() % 1'000'000;
}

template <class... Numbers>
std::string printed(const char* form, Numbers... numbers) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), form, numbers...);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string offset_text(seconds offset, const char* divider) {
  const char sign = offset < seconds(0) ? '-' : '+';
  const auto size = abs(offset).count();
  std::string text = printed("%c%02d%s%02d", sign, static_cast<int>(size / 3600), divider,
                             static_cast<int>(size / 60 % 60));
  return size % 60 == 0 ? text : text + divider + printed("%02d", static_cast<int>(size % 60));
}

/// What the C library knows, of one directive with its flags.
std::string directive_text(const tm& parts, std::string_view directive) {
  static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
  std::array<char, 128> text{};
  const std::string form(directive);
  const std::size_t length = locale == nullptr ? strftime(text.data(), text.size(), form.c_str(), &parts)
                                               : strftime_l(text.data(), text.size(), form.c_str(), &parts, locale);
  return std::string(text.data(), length);
}

std::size_t directive_length(std::string_view rest) {
  constexpr std::string_view flags = "_-0^#EO:";
  const auto letter = rest.find_first_not_of(flags, 1);
  return letter == std::string_view::npos ? rest.size() : letter + 1;
}

std::string printed_directive(const moment& at, const tm& parts, std::string_view directive) {
  if (directive == "%f") {
    return printed("%06d", static_cast<int>(microsecond_of(at)));
  }
  if (directive == "%z" || directive == "%:z") {
    return offset_text(at.offset(), directive == "%z" ? "" : ":");
  }
  if (directive == "%Z") {
    return at.offset() == seconds(0) ? "UTC" : "UTC" + offset_text(at.offset(), ":");
  }
  if (directive == "%s") {
    return std::to_string(floor<seconds>(at.at()).time_since_epoch().count());
  }
  return directive_text(parts, directive);
}

}  // namespace

std::string print_date(const moment& at, std::string_view format) {
  const tm parts = broken_down(at);
  std::string out;
  while (!format.empty()) {
    const auto percent = std::min(format.find('%'), format.size());
    out += format.substr(0, percent);
    format.remove_prefix(percent);
    if (format.starts_with("%_ms")) {
      out += printed("%03d", static_cast<int>(microsecond_of(at) / 1000));
      format.remove_prefix(4);
    } else if (!format.empty()) {
      const std::size_t length = directive_length(format);
      out += printed_directive(at, parts, format.substr(0, length));
      format.remove_prefix(length);
    }
  }
  return out;
}

}  // namespace ingest::rest

#include "demo_api/rest/records/time_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>

#include "demo_api/rest/description/settings.hpp"
#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

constexpr std::array<time_format, 9> formats = {{
    {"iso", "YYYY-MM-DDThh:mm:ssZ", 1000},
    {"iso_ms", "YYYY-MM-DDThh:mm:ss.fffZ", 1},
    {"iso_us", "YYYY-MM-DDThh:mm:ss.fff000Z", 1},
    {"offset", "YYYY-MM-DDThh:mm:ss+00:00", 1000},
    {"blank", "YYYY-MM-DD hh:mm:ss", 1000},
    {"date", "YYYY-MM-DD", 86'400'000},
    {"date_us", "MM/DD/YYYY", 86'400'000},
    {"seconds", "", 1000},
    {"milliseconds", "", 1},
}};

struct parts {
  std::array<std::int64_t, 128> of{};  // by the pattern's letter
  std::int64_t& operator[](char letter) { return of[static_cast<unsigned char>(letter) & 127]; }
};

constexpr bool is_part(char c) {
  return std::string_view("YMDhmsf").find(c) != std::string_view::npos;
}

parts parts_of(timestamp_ms time) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(time)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  parts p;
  p['Y'] = static_cast<int>(date.year());
  p['M'] = static_cast<unsigned>(date.month());
  p['D'] = static_cast<unsigned>(date.day());
  p['h'] = clock.hours().count();
  p['m'] = clock.minutes().count();
  p['s'] = clock.seconds().count();
  p['f'] = clock.subseconds().count();
  return p;
}

[[noreturn]] void refuse(const time_format& format, std::string_view text) {
  throw refusal(400, std::string(text) + " is no time in the form " +
                         std::string(format.quoted() ? format.pattern : format.name));
}

}  // namespace

void time_format::append(timestamp_ms time, std::string& out) const {
  if (!quoted()) {
    out += std::to_string(time / granularity);
    return;
  }
  parts p = parts_of(time);
  const std::size_t start = out.size();
  out += pattern;
  for (std::size_t i = out.size(); i-- > start;) {  // the last digit first
    if (const char letter = out[i]; is_part(letter)) {
      out[i] = static_cast<char>('0' + p[letter] % 10);
      p[letter] /= 10;
    }
  }
}

timestamp_ms time_format::parse(std::string_view text) const {
  if (!quoted()) {
    timestamp_ms value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() ||
        std::abs(value) > 100'000'000'000'000 / granularity) {
      refuse(*this, text);
    }
    return value * granularity;
  }
  parts p;
  bool fits = text.size() == pattern.size();
  for (std::size_t i = 0; fits && i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    fits = is_part(pattern[i]) ? digit : text[i] == pattern[i];
    p[pattern[i]] = p[pattern[i]] * 10 + (text[i] - '0');
  }
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(p['Y'])), month(static_cast<unsigned>(p['M'])),
                            day(static_cast<unsigned>(p['D']))};
  if (!fits || !date.ok() || p['h'] > 23 || p['m'] > 59 || p['s'] > 59) {
    refuse(*this, text);
  }
  const auto at = sys_days(date) + hours(p['h']) + minutes(p['m']) + seconds(p['s']) + milliseconds(p['f']);
  return duration_cast<milliseconds>(at.time_since_epoch()).count();
}

const time_format& read_time_format(settings& s, std::string_view setting, std::string_view otherwise) {
  std::vector<std::string_view> names;
  names.reserve(std::size(formats));
  for (const auto& format : formats) {
    names.push_back(format.name);
  }
  return formats[s.choice(setting, otherwise, names)];
}

timestamp_ms read_moment(settings& s, std::string_view setting, std::string_view otherwise) {
  try {
    return formats.front().parse(s.text(setting, otherwise));
  } catch (const refusal& e) {
    s.refuse(setting, e.what());
  }
}

}  // namespace demo_api::rest

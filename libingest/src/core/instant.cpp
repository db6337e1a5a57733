#include "core/instant.hpp"

#include <charconv>

#include "core/text_reader.hpp"

namespace ingest {

namespace {

using detail::text_reader;

std::int64_t read_fraction_ms(text_reader& in) {
  std::int64_t ms = 0;
  std::int64_t unit = 100;
  for (const char digit : in.all_digits()) {
    ms += (digit - '0') * unit;
    unit /= 10;
  }
  return ms;
}

std::int64_t read_offset_ms(text_reader& in) {
  if (in.accept("Zz") || in.done()) {
    return 0;
  }
  const int sign = in.at("-") ? -1 : 1;
  in.expect("+-");
  const int hours = in.digits(2);
  in.accept(":");
  const int minutes = in.at_digit() ? in.digits(2) : 0;
  if (hours > 23 || minutes > 59) {
    in.refuse();
  }
  return sign * (hours * 60LL + minutes) * 60'000;
}

bool read_iso(std::string_view text, std::int64_t& ms) {
  text_reader in(text);
  ms = in.day().time_since_epoch().count() * 86'400'000LL;
  if (in.ok() && !in.done()) {
    in.expect("Tt ");
    const int hour = in.digits(2);
    in.expect(":");
    const int minute = in.digits(2);
    const int second = in.accept(":") ? in.digits(2) : 0;
    const bool end_of_day = hour == 24 && minute == 0 && second == 0;
    if ((hour > 23 && !end_of_day) || minute > 59 || second > 60) {
      return false;
    }
    ms += ((hour * 60LL + minute) * 60 + second) * 1000;
    ms += in.accept(".,") ? read_fraction_ms(in) : 0;
    ms -= read_offset_ms(in);
  }
  return in.done();
}

}  // namespace

bool read_instant(std::string_view text, std::int64_t& ms) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), ms);
  return (problem == std::errc() && end == text.data() + text.size()) || read_iso(text, ms);
}

}  // namespace ingest

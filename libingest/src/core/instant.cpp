#include "core/instant.hpp"

#include <charconv>
#include <chrono>
#include <string>

namespace ingest {

namespace {

/// Reads a text from left to right; once something does not fit, nothing fits any more.
class text_reader {
 public:
  explicit text_reader(std::string_view text) : rest_(text) {}

  bool done() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }
  bool starts_with_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  bool accept(std::string_view any_of) {
    if (!ok_ || rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  char taken() const { return taken_; }

  void expect(std::string_view any_of) { ok_ = accept(any_of) && ok_; }

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      expect("0123456789");
      value = value * 10 + (ok_ ? taken_ - '0' : 0);
    }
    return value;
  }

 private:
  std::string_view rest_;
  char taken_ = '\0';
  bool ok_ = true;
};

std::int64_t read_fraction_ms(text_reader& in) {
  std::int64_t ms = 0;
  std::int64_t unit = 100;
  in.expect("0123456789");
  do {
    ms += (in.taken() - '0') * unit;
    unit /= 10;
  } while (in.accept("0123456789"));
  return ms;
}

std::int64_t read_offset_ms(text_reader& in) {
  if (in.accept("Zz") || in.done()) {
    return 0;
  }
  in.expect("+-");
  const int sign = in.taken() == '-' ? -1 : 1;
  const int hours = in.digits(2);
  in.accept(":");
  const int minutes = in.starts_with_digit() ? in.digits(2) : 0;
  if (hours > 23 || minutes > 59) {
    in.expect("");
  }
  return sign * (hours * 60LL + minutes) * 60'000;
}

std::optional<std::int64_t> parse_iso(std::string_view text) {
  text_reader in(text);
  const int year = in.digits(4);
  in.expect("-");
  const int month = in.digits(2);
  in.expect("-");
  const int day = in.digits(2);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!in.ok() || !date.ok()) {
    return std::nullopt;
  }
  std::int64_t ms = std::chrono::sys_days(date).time_since_epoch().count() * 86'400'000LL;
  if (!in.done()) {
    in.expect("Tt ");
    const int hour = in.digits(2);
    in.expect(":");
    const int minute = in.digits(2);
    const int second = in.accept(":") ? in.digits(2) : 0;
    const bool end_of_day = hour == 24 && minute == 0 && second == 0;
    if ((hour > 23 && !end_of_day) || minute > 59 || second > 60) {
      return std::nullopt;
    }
    ms += ((hour * 60LL + minute) * 60 + second) * 1000;
    ms += in.accept(".,") ? read_fraction_ms(in) : 0;
    ms -= read_offset_ms(in);
  }
  return in.done() ? std::optional(ms) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_instant(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (problem == std::errc() && end == text.data() + text.size()) {
    return ms;
  }
  return parse_iso(text);
}

}  // namespace ingest

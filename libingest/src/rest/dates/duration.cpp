#include "rest/dates/duration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/ascii.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

using namespace std::chrono;

constexpr double longest_in_seconds = 9999.0 * 366 * 86400;
constexpr double most_months = 9999.0 * 12;

/// One of the parts that a duration is made of, in their order.
struct unit {
  char letter;
  bool of_time;  ///< stands behind the T
  int months;
  double seconds;
};
constexpr std::array<unit, 7> units = {{{'Y', false, 12, 0},
                                        {'M', false, 1, 0},
                                        {'W', false, 0, 604800},
                                        {'D', false, 0, 86400},
                                        {'H', true, 0, 3600},
                                        {'M', true, 0, 60},
                                        {'S', true, 0, 1}}};

class duration_reader {
 public:
  explicit duration_reader(std::string_view text) : rest_(text) {}

  std::optional<duration> read() {
    const bool negative = rest_.starts_with('-');
    rest_.remove_prefix(negative || rest_.starts_with('+') ? 1 : 0);
    if (!take('P') || rest_.empty()) {
      return std::nullopt;
    }
    bool in_time = false;
    for (auto next = units.begin(); !rest_.empty();) {
      if (!in_time && take('T')) {
        in_time = true;
        continue;
      }
      const auto amount = number();
      next = std::find_if(next, units.end(), [&](const unit& one) {
        return one.of_time == in_time && !rest_.empty() && one.letter == rest_.front();
      });
      if (!amount || next == units.end()) {
        return std::nullopt;
      }
      rest_.remove_prefix(1);
      months_ += *amount * next->months;
      seconds_ += *amount * next->seconds;
      ++next;
    }
    return whole(negative);
  }

 private:
  bool take(char c) {
    const bool there = rest_.starts_with(c);
    rest_.remove_prefix(there ? 1 : 0);
    return there;
  }

  /// Digits, and perhaps a fraction behind a point or a comma.
  std::optional<double> number() {
    std::string digits;
    while (!rest_.empty() && (is_digit(rest_.front()) || rest_.front() == '.' || rest_.front() == ',')) {
      digits.push_back(rest_.front() == ',' ? '.' : rest_.front());
      rest_.remove_prefix(1);
    }
    constexpr std::size_t longest = 18;
    const bool proper = !digits.empty() && digits.size() <= longest && is_digit(digits.front()) &&
                        is_digit(digits.back()) && std::count(digits.begin(), digits.end(), '.') <= 1;
    return proper ? std::optional(std::stod(digits)) : std::nullopt;
  }

  std::optional<duration> whole(bool negative) const {
    if (months_ != std::floor(months_) || months_ > most_months || seconds_ > longest_in_seconds) {
      return std::nullopt;
    }
    const int sign = negative ? -1 : 1;
    return duration{sign * static_cast<std::int64_t>(months_),
                    microseconds(sign * static_cast<std::int64_t>(std::llround(seconds_ * 1e6)))};
  }

  std::string_view rest_;
  double months_ = 0;
  double seconds_ = 0;
};

std::optional<moment> moved(const moment& from, std::int64_t months_by, microseconds by) {
  const auto clock = from.clock();
  moment::time_point shown = clock;
  if (months_by != 0) {
    const auto date = from.date();
    const year_month month = date.year() / date.month() + months(static_cast<int>(months_by));
    if (month.year() < year(1) || month.year() > year(9999)) {
      return std::nullopt;
    }
    const year_month_day_last last = month / std::chrono::last;
    const auto day = std::min(date.day(), last.day());
    shown = sys_days(month / day) + from.time_of_day();
  }
  return moment::of_clock(shown + by, from.offset());
}

}  // namespace

duration duration::parse(std::string_view text, std::string_view where) {
  const auto read = duration_reader(text).read();
  if (!read) {
    throw error(errc::config, std::string(where) + ": \"" + std::string(text.substr(0, 100)) +
                                  "\" is no duration; write it as in ISO 8601: P1M, P7D, PT12H");
  }
  return *read;
}

std::optional<moment> later(const moment& from, const duration& by) {
  return moved(from, by.months, by.time);
}

std::optional<moment> earlier(const moment& from, const duration& by) {
  return moved(from, -by.months, -by.time);
}

}  // namespace ingest::rest

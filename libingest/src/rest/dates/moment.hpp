#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>

namespace ingest::rest {

/// A point in time of the years 1 to 9999, to the microsecond, and what a clock shows then at an offset from UTC: an
/// aware datetime, as Python has it.
class moment {
 public:
  using microseconds = std::chrono::microseconds;
  using time_point = std::chrono::sys_time<microseconds>;

  moment() = default;
  /// Nothing outside of the years 1 to 9999, by UTC or by the clock.
  static std::optional<moment> of(time_point at, std::chrono::seconds offset = {});
  /// What a clock at the offset shows; nothing as above.
  static std::optional<moment> of_clock(time_point shown, std::chrono::seconds offset);

  time_point at() const { return at_; }
  std::chrono::seconds offset() const { return offset_; }

  /// What the clock shows.
  time_point clock() const { return at_ + offset_; }
  std::chrono::sys_days day() const { return std::chrono::floor<std::chrono::days>(clock()); }
  std::chrono::year_month_day date() const { return std::chrono::year_month_day(day()); }
  microseconds time_of_day() const { return clock() - day(); }

  /// Of the point in time alone.
  friend bool operator==(const moment& a, const moment& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const moment& a, const moment& b) { return a.at_ <=> b.at_; }

 private:
  moment(time_point at, std::chrono::seconds offset) : at_(at), offset_(offset) {}

  time_point at_ = {};
  std::chrono::seconds offset_ = {};
};

}  // namespace ingest::rest

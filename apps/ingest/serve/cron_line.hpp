#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::app {

/// Seconds since 1970, UTC.
using wall_time = std::chrono::sys_seconds;

/// The five fields of cron: minute, hour, day of the month, month, day of the week. In each `*`, numbers, ranges, lists
/// and steps (`*/15`, `8-18/2`, `mon-fri`, `jan`); 0 and 7 are Sunday. Where both days are restricted, either is
/// enough, as in Vixie's cron. `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` are
/// short for such lines.
///
/// Times are those of a zone of the IANA database. Where clocks are put forward, a time that is not there is the first
/// moment behind the gap; where they are put back, a time that is there twice is its first one, but for lines whose
/// hour is `*`, or a step of all, which go by the time that passes.
class cron_line {
 public:
  /// Throws errc::config, with what is wrong, for a line that is none, one of a day that no year has, and a zone that
  /// the system does not know.
  cron_line(std::string_view line, std::string_view zone);

  /// The first moment behind `after`.
  wall_time next_after(wall_time after) const;

 private:
  using day = std::chrono::local_days;

  bool is_on(day d) const;
  std::optional<wall_time> first_of(day d, wall_time after) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_hour_ = false;
  bool any_day_ = false;
  bool any_weekday_ = false;
  std::string zone_;
};

}  // namespace ingest::app

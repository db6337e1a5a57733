#include "rest/dates/date_parts.hpp"

namespace ingest::rest {

std::optional<moment> date_parts::to_moment() const {
  using namespace std::chrono;
  const int of_day = hour_of_half < 0 ? hour : hour_of_half % 12 + (afternoon ? 12 : 0);
  year_month_day date = std::chrono::year(year) / month / day;
  if (day_of_year) {
    date = sys_days(std::chrono::year(year) / 1 / 1) + days(*day_of_year - 1);
  }
  if (!date.ok() || second > 59) {
    return std::nullopt;
  }
  return moment::of_clock(
      sys_days(date) + hours(of_day) + minutes(minute) + seconds(second) + microseconds(microsecond), offset);
}

}  // namespace ingest::rest

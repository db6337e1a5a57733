#include "rest/cursors/clamping.hpp"

namespace ingest::rest {

using namespace std::chrono;

std::optional<moment> clamping::day_of_week(const moment& at, days more) const {
  const days to_first = first_of_week_ - weekday(at.day());
  return moment::of_clock(at.day() + to_first + more, at.offset());
}

std::optional<moment> clamping::up(const moment& at) const {
  const auto date = at.date();
  switch (of_) {
    case period::none:
      return at;
    case period::day:
      // A day that begins there is whole; the CDK goes on to the next one, so that each second day is missing.
      return at == moment::of_clock(at.day(), at.offset()) ? at : moment::of_clock(at.day() + days(1), at.offset());
    case period::week:
      return day_of_week(at, days(0));
    case period::month: {
      const year_month month = date.year() / date.month() + months(date.day() == day(1) ? 0 : 1);
      return moment::of_clock(sys_days(month / 1), at.offset());
    }
  }
  return at;
}

std::optional<moment> clamping::down(const moment& at) const {
  switch (of_) {
    case period::none:
      return at;
    case period::day:
      return moment::of_clock(at.day(), at.offset());
    case period::week:
      return day_of_week(at, days(-7));
    case period::month:
      return moment::of_clock(sys_days(at.date().year() / at.date().month() / 1), at.offset());
  }
  return at;
}

}  // namespace ingest::rest

#include "rest/dates/moment.hpp"

namespace ingest::rest {

namespace {

using namespace std::chrono;

bool has_year(moment::time_point at) {
  constexpr sys_days first = year(1) / 1 / 1;
  constexpr sys_days behind = sys_days(year(9999) / 12 / 31) + days(1);
  return at >= first && at < behind;
}

}  // namespace

std::optional<moment> moment::of(time_point at, seconds offset) {
  return has_year(at) && has_year(at + offset) ? std::optional(moment(at, offset)) : std::nullopt;
}

std::optional<moment> moment::of_clock(time_point shown, seconds offset) {
  return has_year(shown) ? of(shown - offset, offset) : std::nullopt;
}

}  // namespace ingest::rest

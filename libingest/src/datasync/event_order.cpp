#include "datasync/event_order.hpp"

#include <algorithm>

namespace ingest::detail {

namespace {

// The unit shows in the size: what lies outside of these years as milliseconds is seconds, microseconds or no time.
constexpr std::int64_t year_1990_ms = 631'152'000'000;
constexpr std::int64_t year_2200_ms = 7'258'118'400'000;

constexpr std::size_t longest_id = 256;

// Half of so many events is far enough back for a few absurd times at the end of a page to do no harm.
constexpr std::uint64_t least_events_to_seek_from = 10;

}  // namespace

bool event_order::continues_with(const parsed_page& page, const time_window& window) const {
  if (page.rows == 0) {
    return true;
  }
  if (!page.newest_first || page.last_id.empty() || page.last_id.size() > longest_id) {
    return false;
  }
  const std::int64_t newest = *page.first_timestamp_ms;
  const std::int64_t oldest = *page.last_timestamp_ms;
  const bool plausible = oldest >= year_1990_ms && newest < year_2200_ms;
  // An `until` may be meant to be included.
  const bool inside =
      (!window.until_ms || newest <= *window.until_ms) && (!window.since_ms || oldest >= *window.since_ms);
  // A page may begin with events of the one before.
  const bool goes_on = pages == 0 || joining || newest <= std::max(last_ms, seek_ms.value_or(last_ms));
  return plausible && inside && goes_on;
}

bool event_order::passed_by(const parsed_page& page) const {
  return !page.has_more || (page.rows > 0 && *page.last_timestamp_ms < last_ms);
}

void event_order::take_in(const parsed_page& page) {
  if (page.rows == 0) {
    return;
  }
  ++pages;
  last_id = page.last_id;
  last_ms = *page.last_timestamp_ms;
  if (page.rows >= least_events_to_seek_from) {
    seek_ms = page.middle_timestamp_ms;
  }
  joining = false;
}

}  // namespace ingest::detail

#include "datasync/window_watch.hpp"

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

void window_watch::first_page(slice_id slice, const time_window& window, const parsed_page& page) {
  if (window == time_window{} || page.rows < 2 || !page.has_more || page.first_id == page.last_id) {
    return;
  }
  const beginning seen{page.first_id, page.last_id, page.rows};
  const std::lock_guard lock(mutex_);
  for (const auto& [other, its] : beginnings_) {
    if (other != slice && its == seen) {
      throw error(errc::config, "the API ignores time windows: slices " + other.name() + " and " + slice.name() +
                                    " were given the same events. Each slice would read everything: set no "
                                    "`windows`, and start over with `start_over()`");
    }
  }
  beginnings_[slice] = seen;
}

void window_watch::any_page(slice_id slice, const time_window& window, const parsed_page& page) {
  const auto& newest = page.first_timestamp_ms;
  const auto& oldest = page.last_timestamp_ms;
  const bool outside = (newest && window.until_ms && *newest > *window.until_ms) ||
                       (oldest && window.since_ms && *oldest < *window.since_ms);
  if (outside) {
    std::call_once(warned_, [&] {
      log::warning(events::window_ignored,
                   "events outside of the time window that was asked for: the API ignores since and until, or counts "
                   "time in another unit or zone than `timestamp_pointer` shows; they are loaded all the same",
                   {{"slice", slice.name()}, {"newest_ms", newest.value_or(0)}, {"oldest_ms", oldest.value_or(0)}});
    });
  }
}

}  // namespace ingest::detail

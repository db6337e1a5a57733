#include "datasync/sync_window.hpp"

#include <algorithm>

#include "datasync/http_api.hpp"
#include "datasync/page_reader.hpp"

namespace ingest {

namespace {

constexpr std::size_t sample = 100;     // events that are asked for
constexpr std::int64_t around = 1'000;  // ms: an API may count in seconds

parsed_page look(const std::shared_ptr<http_api>& api, const time_window& window, const std::stop_token& stop) {
  std::string rows;
  const std::size_t limit = std::min(sample, api->run().options.batch_size);
  return detail::page_reader(api, {.window = window, .limit = limit, .only_one_page = true}, stop).next(rows);
}

void check_windows(const std::shared_ptr<http_api>& api, const std::stop_token& stop) {
  const parsed_page any = look(api, {}, stop);
  if (any.rows == 0) {
    return;
  }
  if (!any.first_timestamp_ms) {
    throw error(errc::config,
                "an incremental sync reads by time, and the API's events bear none that can be read at "
                "`timestamp_pointer`: correct it, or read everything");
  }
  const std::int64_t newest = *any.first_timestamp_ms;
  if (look(api, {newest - around, newest + around}, stop).rows == 0) {
    throw error(errc::config, "the API has an event whose time is " + std::to_string(newest) +
                                  " (ms since 1970), but gives none when asked for the second before and behind that: "
                                  "its `since` and `until` are in another unit or zone than its events. An "
                                  "incremental sync would leave events out");
  }
}

}  // namespace

time_window plan_sync_window(const http_source_options& source, const sync_beginning& from, metrics& counters,
                             std::stop_token stop, timing time) {
  http_source_options everything = source;
  everything.windows.clear();
  const auto api = make_http_api(everything, counters, std::move(time));
  if (!api->knows_windows(stop)) {
    throw error(errc::config,
                "an incremental sync reads by time, and the standard endpoint knows no time windows: it needs stream "
                "access, which the API refuses");
  }
  check_windows(api, stop);
  const std::int64_t now =
      std::chrono::floor<std::chrono::milliseconds>(api->run().clock.now()).time_since_epoch().count();
  std::optional<std::int64_t> since = from.since_ms;
  if (from.watermark_ms) {
    const std::int64_t again = *from.watermark_ms - from.lookback.count();
    since = since ? std::max(*since, again) : again;
  }
  if (since && *since >= now) {
    throw error(errc::config, "an incremental sync is to begin at " + std::to_string(*since) +
                                  " (ms since 1970), which by the API's clock (" + std::to_string(now) +
                                  ") is not over yet: one of both is wrong");
  }
  return {since, now};
}

}  // namespace ingest

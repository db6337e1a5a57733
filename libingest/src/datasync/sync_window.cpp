#include "datasync/sync_window.hpp"

#include <algorithm>

#include "datasync/http_api.hpp"
#include "datasync/page_reader.hpp"

namespace ingest {

namespace {

using detail::look;

constexpr std::int64_t around = 1'000;  // ms: an API may count in seconds
constexpr std::int64_t year_2000 = 946'684'800'000;
constexpr std::int64_t ten_years = 315'360'000'000;

std::int64_t milliseconds_of(std::chrono::system_clock::time_point t) {
  return std::chrono::floor<std::chrono::milliseconds>(t).time_since_epoch().count();
}

bool lies_around(const std::optional<std::int64_t>& time, std::int64_t middle) {
  return time && *time >= middle - around && *time <= middle + around;
}

std::string in_ms(std::int64_t time) {
  return std::to_string(time) + " (ms since 1970)";
}

/// The time of the newest event, when the API has shown that it can be asked by such times.
std::int64_t check_windows(const std::shared_ptr<http_api>& api, const parsed_page& any, std::int64_t now,
                           const std::stop_token& stop) {
  if (!any.first_timestamp_ms) {
    throw error(errc::config,
                "an incremental sync reads by time, and the API's events bear none that can be read at "
                "`timestamp_pointer`: correct it, or read everything");
  }
  const std::int64_t newest = *any.first_timestamp_ms;
  if (newest < year_2000 || newest > now + ten_years) {
    throw error(errc::config, "the API's newest event bears the time " + in_ms(newest) +
                                  ", which cannot be: its times are in another unit than milliseconds, or "
                                  "`timestamp_pointer` leads to something else. An incremental sync would leave events "
                                  "out");
  }
  const parsed_page near = look(api, {newest - around, newest + around}, stop);
  if (near.rows == 0 || !lies_around(near.first_timestamp_ms, newest) || !lies_around(near.last_timestamp_ms, newest)) {
    throw error(errc::config, "the API has an event whose time is " + in_ms(newest) + ", but gives " +
                                  (near.rows == 0 ? "none" : "others") +
                                  " when asked for the second before and behind that: its `since` and `until` are in "
                                  "another unit or zone than its events, or it ignores them. An incremental sync "
                                  "would leave events out");
  }
  return newest;
}

/// What has come since the sync before must lie in what is read now.
void check_not_late(const std::optional<std::int64_t>& newest, const sync_beginning& from, const time_window& window) {
  if (newest && from.newest_ms && *newest > *from.newest_ms && window.since_ms && *newest < *window.since_ms) {
    throw error(errc::config, "since the last sync the API has a new event, of the time " + in_ms(*newest) +
                                  ", but this one is to begin at " + in_ms(*window.since_ms) +
                                  " and would leave it out: events come later than `lookback` allows for, or their "
                                  "times are of another zone. Raise it");
  }
}

void check_answer(const std::shared_ptr<http_api>& api, const time_window& window, std::int64_t newest,
                  const std::stop_token& stop) {
  const bool is_inside = (!window.since_ms || newest >= *window.since_ms) && newest < *window.until_ms;
  if (is_inside && look(api, window, stop).rows == 0) {
    throw error(errc::config, "the API has an event whose time is " + in_ms(newest) +
                                  ", but gives none when asked for the time from " +
                                  (window.since_ms ? in_ms(*window.since_ms) : "the beginning") + " to " +
                                  in_ms(*window.until_ms) + ": an incremental sync would leave events out");
  }
}

}  // namespace

sync_plan plan_sync(const http_source_options& source, const sync_beginning& from, metrics& counters,
                    std::stop_token stop, timing time) {
  const auto host = time.wall;
  http_source_options everything = source;
  everything.windows.clear();
  const auto api = make_http_api(everything, counters, std::move(time));
  if (!api->knows_windows(stop)) {
    throw error(errc::config,
                "an incremental sync reads by time, and the standard endpoint knows no time windows: it needs stream "
                "access, which the API refuses");
  }
  const parsed_page any = look(api, {}, stop);  // from here on the API's clock is known
  const std::int64_t now = milliseconds_of(std::min(api->context().clock.now(), host()));
  const auto newest = any.rows == 0 ? std::nullopt : std::optional(check_windows(api, any, now, stop));
  std::optional<std::int64_t> since = from.since_ms;
  if (from.watermark_ms) {
    const std::int64_t again = *from.watermark_ms - from.lookback.count();
    since = since ? std::max(*since, again) : again;
  }
  if (since && *since >= now) {
    throw error(errc::config, "an incremental sync is to begin at " + in_ms(*since) +
                                  ", which by the clocks of the API and of this host, " + in_ms(now) +
                                  ", is not over yet: one of them is wrong, or was when the sync before began. Raise "
                                  "`lookback` to read again what may have been left out");
  }
  const time_window window{since, now};
  check_not_late(newest, from, window);
  if (newest) {
    check_answer(api, window, *newest, stop);
  }
  return {window, newest};
}

}  // namespace ingest

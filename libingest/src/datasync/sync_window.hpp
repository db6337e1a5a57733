#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "ingest/http_source.hpp"
#include "ingest/metrics.hpp"
#include "ingest/stop.hpp"
#include "ingest/time_window.hpp"

namespace ingest {

/// From where on a sync is to read.
struct sync_beginning {
  std::optional<std::int64_t> since_ms;      ///< where nothing was read before; none: from the first event on
  std::optional<std::int64_t> watermark_ms;  ///< up to where the sync before has read
  std::optional<std::int64_t> newest_ms;     ///< sync_plan::newest_ms of that one
  std::chrono::milliseconds lookback{};      ///< before that events may have come since, late
};

/// What the next sync of an API is to read.
struct sync_plan {
  time_window window;
  std::optional<std::int64_t> newest_ms;  ///< time of the newest event that the API has; none: it has no events
};

/// The time that the next sync of an API is to read: up to now, which is the watermark once it is read. Now is what the
/// API's clock says, or this host's where that is behind: too early costs nothing, for the next sync knows of what
/// comes later, and so it does of events that bear a later time.
///
/// A wrong answer would leave events out for ever, and nobody would see it. So the API must first show, with three
/// requests for few events, that its `since` and `until` are milliseconds of the time that its events bear:
/// - asked for the two seconds around its newest event it must give that, and none from elsewhere;
/// - asked for the window it must give one, where the newest is in there;
/// - the newest event's time must be one of this age.
/// And where something has come since the sync before that bears a time before the window, it came later than
/// `lookback` allows for, or the API's times are of another zone.
///
/// Throws errc::config where something of this does not hold, where events bear no time that can be read, or where the
/// API knows no windows; and what make_http_api() and source::read() throw. Blocks. `source.windows` is not looked at.
sync_plan plan_sync(const http_source_options& source, const sync_beginning& from, metrics& counters,
                    std::stop_token stop, timing time = {});

}  // namespace ingest

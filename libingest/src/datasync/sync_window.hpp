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
  std::chrono::milliseconds lookback{};      ///< before that events may have come since, late
};

/// The time that the next sync of an API is to read: up to now, by the API's own clock, which is the watermark once it
/// is read. Of events that bear a later time the next one after it knows.
///
/// A wrong answer would leave events out for ever, and nobody would see it: so the API must first show, with two
/// requests for few events, that its `since` and `until` are milliseconds of the time that its events bear. It is asked
/// for its newest event by a window of two seconds around that. Throws errc::config where it does not give one, where
/// its events bear no time that can be read, or where it knows no windows; and what make_http_api() and source::read()
/// throw. Blocks. `source.windows` is not looked at.
time_window plan_sync_window(const http_source_options& source, const sync_beginning& from, metrics& counters,
                             std::stop_token stop, timing time = {});

}  // namespace ingest

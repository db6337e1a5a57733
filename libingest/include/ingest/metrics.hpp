#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ingest {

/// Live counters of a run, written by its stages and read by anyone at any time. Every member only grows, except the
/// gauges. Shared by reference; outlives the stages that write it.
struct metrics {
  using counter = std::atomic<std::uint64_t>;

  // Fetching
  counter rows_fetched{0};
  counter pages_fetched{0};
  counter bytes_fetched{0};   ///< decoded bytes of response bodies
  counter total_expected{0};  ///< gauge: the source's own total, 0 while unknown
  counter requests{0};        ///< HTTP requests sent
  counter retries_429{0};
  counter retries_5xx{0};
  counter fetch_errors{0};  ///< connections, time-outs, bodies that do not parse
  counter token_refreshes{0};
  counter token_fetch_errors{0};
  counter cursor_resets{0};    ///< expired or invalid cursors, re-sought or restarted
  counter pages_too_large{0};  ///< answers beyond the cap, asked for again in smaller pages
  counter fetch_us{0};         ///< time spent waiting for responses, over all readers, in microseconds
  counter parse_us{0};
  counter throttled_us{0};  ///< time spent waiting for a rate limit or a retry

  // Buffer
  counter rows_durable{0};
  counter bytes_appended{0};
  counter bytes_buffered{0};  ///< gauge: bytes in segments on disk
  counter syncs{0};
  counter sync_us{0};

  // Loading
  counter rows_loaded{0};
  counter bytes_loaded{0};
  counter ranges_loaded{0};
  counter duplicates_skipped{0};
  counter duplicates_removed{0};  ///< counted in rows_loaded first, removed when an initial load built the key
  counter rows_rejected{0};
  counter load_us{0};  ///< time spent in transactions, over all loaders
  counter load_retries{0};

  // The pipeline
  counter restarts{0};
  counter bytes_in_flight{0};       ///< gauge: held in memory between readers and sinks
  counter readers_running{0};       ///< gauge
  counter transformers_running{0};  ///< gauge
  counter loaders_running{0};       ///< gauge

  // When each stage was first and last at work, in microseconds since the run's start; 0 while it was not.
  counter first_fetch_us{0};
  counter last_fetch_us{0};
  counter first_load_us{0};
  counter last_load_us{0};

  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

  /// Of those skipped and those removed, the ones with other content than the row that stays; set aside.
  counter duplicates_differing{0};

  /// Microseconds since the run's start, never 0.
  std::uint64_t elapsed_us() const {
    return 1 + static_cast<std::uint64_t>(
                   std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started)
                       .count());
  }
};

}  // namespace ingest

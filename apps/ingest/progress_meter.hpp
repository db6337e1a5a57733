#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "ingest/metrics.hpp"

namespace ingest::app {

/// What the counters of a run said at a moment.
struct progress_sample {
  std::chrono::milliseconds elapsed{};  ///< since the run's start
  std::uint64_t rows_fetched = 0;
  std::uint64_t rows_durable = 0;
  std::uint64_t rows_loaded = 0;
  std::uint64_t rows_skipped = 0;    ///< duplicates and rejects: done, but not loaded
  std::uint64_t total_expected = 0;  ///< 0 while unknown
  std::uint64_t retries = 0;
  std::uint64_t restarts = 0;
};

progress_sample sample_of(const metrics& m);

/// How far a run is and how fast it goes.
struct progress_figures {
  progress_sample now;
  double fetch_rate = 0;                     ///< rows per second, over the last seconds
  double durable_rate = 0;                   ///< likewise
  double load_rate = 0;                      ///< likewise
  std::optional<double> percent;             ///< nothing while the total is unknown
  std::optional<std::chrono::seconds> left;  ///< nothing while it cannot be told
};

/// Computes rates over a sliding window, and from them the time that is left. One thread at a time.
class progress_meter {
 public:
  enum class goal { durable, loaded };

  /// `rows_before`: rows that earlier processes have brought to the goal; they count for percent and time left.
  progress_meter(goal g, std::uint64_t rows_before, std::chrono::milliseconds window = std::chrono::seconds(10));

  /// Takes a sample that is later than all before.
  progress_figures update(const progress_sample& s);

 private:
  goal goal_;
  std::uint64_t rows_before_;
  std::chrono::milliseconds window_;
  std::deque<progress_sample> samples_;
};

/// The figures as one line of at most `width` columns.
std::string progress_line(const progress_figures& f, std::size_t width);

}  // namespace ingest::app

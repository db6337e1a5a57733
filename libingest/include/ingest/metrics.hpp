#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ingest {

enum class metric_unit { events, rows, values, pages, ranges, slices, requests, attempts, stages, bytes, microseconds };

enum class metric_kind {
  counter,  ///< only grows, unless all that was counted is begun anew
  gauge,    ///< how much there is now
  moment,   ///< when something was, since the run's start; 0: it was not yet
};

/// The lines of a report for people, each with what is of one kind; none: for programs only.
enum class metric_line { none, rows, not_loaded, bytes, stages, retries, recoveries };

/// What a metric is. Reports, logs, status and docs/metrics.md are made of this.
struct metric_definition {
  std::string_view name;
  metric_unit unit;
  metric_kind kind;
  metric_line line;
  std::string_view label;  ///< in its line
  std::string_view help;
};

/// Live figures of a run, written by its stages and read by anyone at any time. Shared by reference; outlives the
/// stages that write it. A new one is one line here.
class metrics {
  using unit = metric_unit;
  using kind = metric_kind;
  using line = metric_line;

 public:
  class metric;

  /// All of them, in the order below.
  std::vector<const metric*> all() const { return {all_.begin(), all_.end()}; }

  /// A figure, and what it is.
  class metric : public std::atomic<std::uint64_t> {
   public:
    metric(metrics& in, const metric_definition& d) : definition(d) { in.all_.push_back(this); }
    using std::atomic<std::uint64_t>::operator=;

    const metric_definition definition;
  };

  /// How long things took, as one asks how many of them were slow: how many took at most each bound and more than the
  /// one before, how many took more than all of them, and what all took together.
  class histogram {
   public:
    static constexpr std::array<std::uint64_t, 14> bounds_us = {1'000,     5'000,      10'000,     25'000,    50'000,
                                                                100'000,   250'000,    500'000,    1'000'000, 2'500'000,
                                                                5'000'000, 10'000'000, 30'000'000, 60'000'000};

    histogram(metrics& in, std::string_view what, std::string_view text) : name(what), help(text) {
      in.histograms_.push_back(this);
    }

    void add(std::uint64_t us) {
      const auto bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), us);
      ++counts_[static_cast<std::size_t>(bound - bounds_us.begin())];
      sum_us_ += us;
    }

    /// In the order of the bounds; the last number is the sum, in microseconds.
    std::array<std::uint64_t, bounds_us.size() + 2> figures() const {
      std::array<std::uint64_t, bounds_us.size() + 2> all;
      std::transform(counts_.begin(), counts_.end(), all.begin(), [](const auto& n) { return n.load(); });
      all.back() = sum_us_;
      return all;
    }

    const std::string_view name;
    const std::string_view help;

   private:
    friend metrics;
    std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_us_{0};
  };
  std::vector<const histogram*> histograms() const { return {histograms_.begin(), histograms_.end()}; }

  metrics() = default;

  /// The figures of a moment. Those of one that is still written to may be of slightly different times.
  metrics(const metrics& other) : started(other.started) { *this = other; }
  metrics& operator=(const metrics& other) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      all_[i]->store(other.all_[i]->load());
    }
    for (std::size_t i = 0; i < histograms_.size(); ++i) {
      const auto figures = other.histograms_[i]->figures();
      std::copy(figures.begin(), figures.end() - 1, histograms_[i]->counts_.begin());
      histograms_[i]->sum_us_ = figures.back();
    }
    return *this;
  }

 private:
  std::vector<metric*> all_;
  std::vector<histogram*> histograms_;

 public:
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

  // clang-format off
  // Fetching
  metric rows_fetched{*this, {"rows_fetched", unit::rows, kind::counter, line::rows, "fetched", "records that the source gave"}};
  metric pages_fetched{*this, {"pages_fetched", unit::pages, kind::counter, line::none, "", "pages that the source gave"}};
  metric bytes_fetched{*this, {"bytes_fetched", unit::bytes, kind::counter, line::bytes, "fetched", "bodies of responses, decompressed"}};
  metric total_expected{*this, {"total_expected", unit::rows, kind::gauge, line::none, "", "the source's own total; 0 while it is unknown"}};
  metric requests{*this, {"requests", unit::requests, kind::counter, line::none, "", "HTTP requests that were sent"}};
  metric retries_429{*this, {"retries_429", unit::attempts, kind::counter, line::retries, "after 429", "requests made again because there had been too many"}};
  metric retries_5xx{*this, {"retries_5xx", unit::attempts, kind::counter, line::retries, "after 5xx", "requests made again because the server had failed"}};
  metric fetch_errors{*this, {"fetch_errors", unit::attempts, kind::counter, line::retries, "fetch errors", "connections that failed, time-outs, answers that are no page"}};
  metric token_refreshes{*this, {"token_refreshes", unit::attempts, kind::counter, line::none, "", "tokens that were fetched"}};
  metric token_fetch_errors{*this, {"token_fetch_errors", unit::attempts, kind::counter, line::retries, "of tokens", "tokens that could not be fetched"}};
  metric cursor_resets{*this, {"cursor_resets", unit::events, kind::counter, line::recoveries, "cursor resets", "cursors that the API did not know any more"}};
  metric pages_too_large{*this, {"pages_too_large", unit::pages, kind::counter, line::recoveries, "pages too large", "answers above the limit, asked for again in smaller pages"}};
  metric fetch_us{*this, {"fetch_us", unit::microseconds, kind::counter, line::stages, "fetch", "waiting for responses, over all readers"}};
  metric parse_us{*this, {"parse_us", unit::microseconds, kind::counter, line::stages, "parse", "parsing pages, over all readers"}};
  metric throttled_us{*this, {"throttled_us", unit::microseconds, kind::counter, line::stages, "throttled", "waiting for a rate limit or a retry, over all readers"}};

  // Buffer
  metric rows_durable{*this, {"rows_durable", unit::rows, kind::counter, line::rows, "durable", "records that are on disk"}};
  metric bytes_appended{*this, {"bytes_appended", unit::bytes, kind::counter, line::bytes, "buffered", "what was written into segments"}};
  metric bytes_buffered{*this, {"bytes_buffered", unit::bytes, kind::gauge, line::none, "", "segments that are on disk"}};
  metric syncs{*this, {"syncs", unit::events, kind::counter, line::none, "", "times that the buffer was made durable"}};
  metric sync_us{*this, {"sync_us", unit::microseconds, kind::counter, line::stages, "sync", "making the buffer durable"}};

  // Loading
  metric rows_loaded{*this, {"rows_loaded", unit::rows, kind::counter, line::rows, "loaded", "rows that this process has brought to the target, or changed there"}};
  metric bytes_loaded{*this, {"bytes_loaded", unit::bytes, kind::counter, line::bytes, "loaded", "what was sent to the target"}};
  metric ranges_loaded{*this, {"ranges_loaded", unit::ranges, kind::counter, line::none, "", "transactions that loaded rows"}};
  metric duplicates_skipped{*this, {"duplicates_skipped", unit::rows, kind::counter, line::not_loaded, "duplicates", "rows whose key was there already"}};
  metric duplicates_removed{*this, {"duplicates_removed", unit::rows, kind::counter, line::none, "", "of these, removed when an initial load built the key; they had been loaded"}};
  metric duplicates_differing{*this, {"duplicates_differing", unit::rows, kind::counter, line::not_loaded, "of them of other content, set aside", "of the duplicates, those with other content than the row that stays"}};
  metric rows_rejected{*this, {"rows_rejected", unit::rows, kind::counter, line::not_loaded, "rejected", "rows that the target refused, set aside"}};
  metric nuls_replaced{*this, {"nuls_replaced", unit::values, kind::counter, line::not_loaded, "NULs replaced", "NUL characters that were left out of texts, or written as \\u0000, as NUL says"}};
  metric values_kept_apart{*this, {"values_kept_apart", unit::values, kind::counter, line::not_loaded, "values kept apart", "values that did not fit their column, or had none, and are in `_ingest_extra`"}};
  metric load_us{*this, {"load_us", unit::microseconds, kind::counter, line::stages, "load", "in transactions, over all loaders"}};
  metric load_retries{*this, {"load_retries", unit::attempts, kind::counter, line::retries, "of loading", "transactions that were tried again"}};

  // Sharing a run with other processes
  metric leases{*this, {"leases", unit::slices, kind::gauge, line::none, "", "slices that this process has a lease of"}};
  metric leases_lost{*this, {"leases_lost", unit::slices, kind::counter, line::recoveries, "leases lost", "slices that this process had a lease of when it found that another one had taken one of them over, and that it gave up"}};

  // The pipeline
  metric restarts{*this, {"restarts", unit::events, kind::counter, line::recoveries, "restarts", "stages that failed and were replaced"}};
  metric bytes_in_flight{*this, {"bytes_in_flight", unit::bytes, kind::gauge, line::none, "", "in memory between readers and sinks"}};
  metric readers_running{*this, {"readers_running", unit::stages, kind::gauge, line::none, "", "readers at work"}};
  metric transformers_running{*this, {"transformers_running", unit::stages, kind::gauge, line::none, "", "transformers at work"}};
  metric loaders_running{*this, {"loaders_running", unit::stages, kind::gauge, line::none, "", "loaders at work"}};

  // When stages were first and last at work
  metric first_fetch_us{*this, {"first_fetch_us", unit::microseconds, kind::moment, line::none, "", "the first response was waited for"}};
  metric last_fetch_us{*this, {"last_fetch_us", unit::microseconds, kind::moment, line::none, "", "the last response came"}};
  metric first_load_us{*this, {"first_load_us", unit::microseconds, kind::moment, line::none, "", "the first transaction began"}};
  metric last_load_us{*this, {"last_load_us", unit::microseconds, kind::moment, line::none, "", "the last transaction ended"}};

  // Durations
  histogram request_duration{*this, "request_duration", "how long requests took, from sending one until its response was there or given up; of a page that is asked for ahead, until the one before is parsed"};
  histogram transaction_duration{*this, "transaction_duration", "how long the transactions took that loaded rows, from BEGIN to the answer to COMMIT"};
  // clang-format on

  /// Microseconds since the run's start, never 0.
  std::uint64_t elapsed_us() const {
    return 1 + static_cast<std::uint64_t>(
                   std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started)
                       .count());
  }
};

}  // namespace ingest

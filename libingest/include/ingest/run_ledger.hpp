#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/sink.hpp"

namespace ingest {

struct ledger_view;
struct run_identity;

/// What a data directory knows of a run's pages, for the ledger to be compared with.
struct known_pages {
  std::vector<page> buffered;
  std::map<slice_id, page_id> last;  ///< that anybody knew of, by slice: the run is not complete without it

  /// The ledger was asked before and may have later pages than `last`. Otherwise they are of another host, which has
  /// gone on with the pipeline.
  bool ledger_seen = true;

  /// The run began while the ledger could not be asked: it gives way to one that turns out to be there.
  bool yields = false;

  /// The run that this one follows, as the next sync of its pipeline. Where the ledger is to be replaced, it may have
  /// that one only, complete. Empty: whichever.
  std::string follows = "";
};

/// What has become of a run's rows.
struct counted_rows {
  std::uint64_t loaded = 0;  ///< in the table because of the run
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
};

/// What postgres_target does for durable_run. Its words are not public yet: what a program of its own gets is a target.
///
/// Where a target remembers, together with the rows themselves, which pages it has. A slice is loaded by one process at
/// a time: whoever makes it his own raises its fence, and what others would commit of it afterwards fails.
///
/// Thread-safe. Blocking calls return within a second once `stop` is requested, by throwing errc::cancelled.
class run_ledger {
 public:
  virtual ~run_ledger() = default;

  /// What it knows of the pipeline, if anything, with the `named` slices among the others; changes nothing. Throws
  /// errc::unavailable where it cannot be asked now: a run then goes on without, and its sinks will know. Throws
  /// errc::locked if another process has made one of our slices its own.
  virtual std::optional<ledger_view> peek(std::span<const slice_id> named, std::stop_token stop) const = 0;

  /// Whether this run of the pipeline was complete, and the next sync has taken its place. Throws errc::unavailable.
  virtual bool was_followed(const std::string& run_id, std::stop_token stop) const = 0;

  /// Says what the data directory has. Opening then makes sure that the ledger means the same pages by these numbers:
  /// another host may have gone on with the pipeline and numbered other pages alike. Throws there errc::bad_data if one
  /// was loaded with other content, errc::locked if later ones were loaded though none may be, or if our run gives way.
  virtual void compare_with(known_pages known) = 0;

  /// Opens the pipeline for `who`, makes the slices its own that compare_with() has named, and returns what is loaded.
  /// With `replace`, forgets what other runs have loaded.
  virtual ledger_view open_run(const run_identity& who, bool replace, std::stop_token stop) = 0;

  /// Instead of open_run(), where the ledger could not be asked: sinks open it for `who` when they can.
  virtual void expect(run_identity who, bool replace) = 0;

  /// Whether the run was opened, by open_run() or a sink.
  virtual bool is_open() const = 0;

  enum class outages { are_told, are_waited_for };

  /// Of slices that are asked for at a time: no more are kept from other processes without being read.
  static constexpr std::size_t most_claimed = 64;

  /// Of an open run: makes slices its own that are to be read, those that have ended already excepted, and tells where
  /// they stand, in the order asked. A slice that nobody has begun stands at its beginning. No more than `most_claimed`
  /// become its own: behind them the answer ends, and the rest has to be asked for again. Throws errc::unavailable
  /// where it cannot be asked now; or waits, also for the run to be opened, which expect() has named.
  virtual std::vector<slice_progress> claim(std::span<const slice_id> slices, outages o, std::stop_token stop) = 0;

  /// In which order pages have to be loaded.
  virtual write_order order() const { return write_order::any; }

  /// Whether what this run loads takes the place of rows that are there, of a table that would be empty if it loaded
  /// none. Waits for the ledger to be opened, and through outages, as claim() may. Such a run is not completed either
  /// (errc::bad_data) where of no slice anybody has said that it has no records: where the last position of each of
  /// them has the text `"unseen":true`.
  virtual bool replaces_rows(std::stop_token) { return false; }

  /// The run has at least so many slices: it is not complete with fewer.
  virtual void expect_slices(std::uint64_t count) = 0;

  /// Of a run that a sink of this process has completed: its rows, whichever processes have loaded them. Nothing before
  /// that.
  virtual std::optional<counted_rows> completed() const { return std::nullopt; }

  /// Once the run is complete, all up to `watermark` is loaded: remembered by the transaction that says so, and not
  /// earlier. A text that only the source understands.
  virtual void complete_with(std::string watermark) = 0;

  /// The same of each partition of a stream, where the last position of its slices says so: a JSON object with the
  /// members `partition` and `watermark`, both texts. Of a partition's slices, the watermark that is the greatest byte
  /// by byte counts. A partition of which this run had no slice keeps its own. So does one of which the last
  /// position of a slice has a member `unread`, for the next run has to read what of it is missing; all do where that
  /// has no `partition`, and those whose position has `after_all` where there is any such slice.
  virtual void complete_with_slices() = 0;

  /// What complete_with_slices() has remembered of a stream's partitions, in runs before the one that is open: that
  /// does not change until this one is complete. Nothing where there are more than `most`. Waits for the ledger to be
  /// opened, and through outages, as claim() may.
  virtual std::optional<std::map<std::string, std::string>> watermarks(const std::string& stream, std::size_t most,
                                                                       std::stop_token stop) = 0;

  /// The same of one partition; nothing where it has none.
  virtual std::optional<std::string> watermark(const std::string& stream, const std::string& partition,
                                               std::stop_token stop) = 0;
};

}  // namespace ingest

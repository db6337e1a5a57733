#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "ingest/batch.hpp"

namespace ingest {

struct ledger_view;
struct run_identity;

/// What a data directory knows of a run's pages, for the ledger to be compared with.
struct known_pages {
  std::vector<page> buffered;
  page_id last = 0;  ///< the last that anybody knew of: the run is not complete without it

  /// The ledger was asked before and may have later pages than `last`. Otherwise they are of another host, which has
  /// gone on with the pipeline.
  bool ledger_seen = true;

  /// The run began while the ledger could not be asked: it gives way to one that turns out to be there.
  bool yields = false;
};

/// What postgres_target does for durable_run. Its words are not public yet: what a program of its own gets is a target.
///
/// Where a target remembers, together with the rows themselves, which pages it has. Thread-safe. Blocking calls return
/// within a second once `stop` is requested, by throwing errc::cancelled.
class run_ledger {
 public:
  virtual ~run_ledger() = default;

  /// What it knows of the pipeline, if anything; changes nothing. Throws errc::unavailable where it cannot be asked
  /// now: a run then goes on without, and its sinks will know.
  virtual std::optional<ledger_view> peek(std::stop_token stop) const = 0;

  /// Says what the data directory has. Opening then makes sure that the ledger means the same pages by these numbers:
  /// another host may have gone on with the pipeline and numbered other pages alike. Throws there errc::bad_data if one
  /// was loaded with other content, errc::locked if later ones were loaded though none may be, or if our run gives way.
  virtual void compare_with(known_pages known) = 0;

  /// Takes the pipeline over for `who` and returns what is loaded. With `replace`, forgets what other runs have loaded.
  virtual ledger_view open_run(const run_identity& who, bool replace, std::stop_token stop) = 0;

  /// Instead of open_run(), where the ledger could not be asked: sinks open it for `who` when they can.
  virtual void expect(run_identity who, bool replace) = 0;

  /// The fence of our run: no older one can commit any more. The ledger has raised it when we took the pipeline over; 0
  /// before.
  virtual std::int64_t fence() const = 0;
};

}  // namespace ingest

#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/ledger_view.hpp"

namespace ingest {

/// Where a target remembers, together with the rows themselves, which pages it has. Thread-safe. Blocking calls return
/// within a second once `stop` is requested, by throwing errc::cancelled.
class run_ledger {
 public:
  virtual ~run_ledger() = default;

  /// What it knows of the pipeline, if anything; changes nothing. Throws errc::unavailable where it cannot be asked
  /// now: a run then goes on without, and its sinks will know.
  virtual std::optional<ledger_view> peek(std::stop_token stop) const = 0;

  /// Says what the buffer has: its pages, and the last page that it knows of, if that is to be the last. Opening then
  /// makes sure that the ledger means the same pages by these numbers: another host may have gone on with the pipeline
  /// and numbered other pages alike. Throws there errc::bad_data if one was loaded with other content, errc::locked if
  /// later ones were loaded.
  virtual void compare_with(std::vector<page> buffered, std::optional<page_id> last_page) = 0;

  /// Takes the pipeline over for `who` and returns what is loaded. With `replace`, forgets what other runs have loaded.
  virtual ledger_view open_run(const run_identity& who, bool replace, std::stop_token stop) = 0;

  /// Instead of open_run(), where the ledger could not be asked: sinks open it for `who` when they can.
  virtual void expect(run_identity who, bool replace) = 0;

  /// The epoch of our run, which the ledger has raised when we took the pipeline over; 0 before.
  virtual std::int64_t epoch() const = 0;
};

}  // namespace ingest

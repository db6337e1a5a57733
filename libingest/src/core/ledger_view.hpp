#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/page_set.hpp"
#include "core/run_identity.hpp"
#include "ingest/batch.hpp"
#include "ingest/error.hpp"

namespace ingest {

/// What the database's ledger says of a slice.
struct ledger_slice {
  slice_progress reached;  ///< by its last loaded page
  slice_progress gapless;  ///< by the last one before which none is missing
  page_set loaded;
  std::int64_t fence = 0;  ///< raised whenever a process makes the slice its own
};

/// Whether a page is not the one that the ledger has folded last under the same number.
inline bool differs_from_folded(const page& ours, const slice_progress& folded) {
  return ours.id == folded.pages && (ours.position != folded.position || ours.last != folded.done);
}

/// What the database's ledger says of a pipeline.
struct ledger_view {
  run_identity identity;
  bool complete = false;
  std::uint64_t generation = 1;      ///< the how-manieth sync of the pipeline this run is
  std::uint64_t rows_before = 0;     ///< that earlier syncs have brought, or have found in the table
  std::string watermark;             ///< up to where the last sync that was completed has read; empty: there is none
  std::vector<ledger_slice> slices;  ///< those that have not ended, and those that were asked for; by name
  std::uint64_t slices_done = 0;     ///< of all: every page is loaded, to the last one
  std::uint64_t pages = 0;           ///< loaded, of all
  std::uint64_t rows = 0;            ///< in the table: without duplicates and rejects
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;

  /// Why the run cannot go on with it, nor be called complete: its rows are in another table than ours, or of another
  /// kind, or the table is gone.
  std::optional<error> refusal;

  const ledger_slice* find(const slice_id& slice) const;
};

}  // namespace ingest

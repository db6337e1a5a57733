#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/page_set.hpp"
#include "core/run_identity.hpp"
#include "ingest/batch.hpp"
#include "ingest/error.hpp"

namespace ingest {

/// What the database's ledger says of a pipeline.
struct ledger_view {
  run_identity identity;
  std::int64_t fence = 0;  ///< of the run that took the pipeline over last
  bool complete = false;
  page_set loaded;
  std::vector<slice_progress> slices;  ///< by the last loaded page of each; ascending
  page_id last_page = 0;
  std::uint64_t last_segment = 0;
  std::uint64_t rows = 0;  ///< in the table: without duplicates and rejects
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;

  /// Why the run cannot go on with it, nor be called complete: its rows are in another table than ours, or the table is
  /// gone.
  std::optional<error> refusal;
};

}  // namespace ingest

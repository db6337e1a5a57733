#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// What the ledger remembers of a sync. Times are ISO 8601 in UTC, empty where nothing is known.
struct remembered_sync {
  std::uint64_t generation = 0;
  std::string run_id = {};
  std::string begun_at = {};      ///< not known of syncs that versions before this one have begun
  std::string completed_at = {};  ///< empty: it was not
  std::uint64_t tries = 0;        ///< processes that have begun it, or gone on with it
  std::uint64_t rows = 0;         ///< in the table, up to now
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  bool given_up = false;  ///< somebody has begun anew instead

  // The last failure, if there was one: of a process that was to complete it, or, where that is later than
  // completed_at, to begin the next one.
  std::string failed_at = {};
  std::optional<int> exit_code = {};
  std::string failure = {};
};

/// A process that has leases of slices of a run that is shared.
struct sharing_worker {
  std::string name;
  std::uint64_t slices = 0;
  std::string until = {};     ///< the first of them runs out
  std::uint64_t run_out = 0;  ///< of them, which are anybody's
};

struct remembered_pipeline {
  std::string name;
  std::string target;  ///< schema.table
  std::string disposition;
  std::vector<remembered_sync> syncs;  ///< the newest first, which is the one that is open or was complete last
  std::vector<sharing_worker> workers = {};
};

/// Of these pipelines, which the ledger has; at most `most` syncs of each. Older ones than the last 1000 are not
/// remembered. Nothing is changed, and an older ledger is read as it is.
std::vector<remembered_pipeline> read_history(postgres_connection& c, std::span<const std::string> names,
                                              std::uint64_t most);

/// That a process has failed to complete the pipeline's run, or to begin the one that follows it. Nothing where the
/// pipeline's run is another one, or the ledger is of an earlier version.
void remember_failure(postgres_connection& c, const std::string& pipeline, const std::string& run_id, int exit_code,
                      const std::string& why);

}  // namespace ingest::detail

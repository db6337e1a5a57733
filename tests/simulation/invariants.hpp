#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "simulation/simulated_api.hpp"
#include "simulation/simulated_database.hpp"
#include "support/simulated_disk.hpp"

namespace ingest::testing {

/// What must hold at any time. Each function names what does not, or returns nothing.

/// Where the rows of a run are, or would be; null where nobody needs them any more, for a table that another run has
/// replaced, or because it was given up.
const event_rows* rows_of_run(const std::string& run_id, const simulated_database& database);

/// Every event before the positions of this run is in its table or among `waiting`, pages of the buffer.
std::string missing_before(const run_identity& run, const std::vector<slice_progress>& positions,
                           const std::vector<page>& waiting, simulated_disk& disk, const simulated_database& database,
                           const simulated_api& api);

/// A segment is removed only when all its pages are loaded, and a state that is durable says so. A page that `remover`
/// has loaded may be forgotten by whoever has taken the slice over since, and reads it again.
std::string problem_of_removal(const std::filesystem::path& path, const std::string& remover, simulated_disk& disk,
                               const simulated_database& database);

/// What a disk holds after a life has ended: a state that can be read, and one that is not ahead of buffer and table; a
/// buffer that is not damaged.
std::string problem_of_disk(simulated_disk& disk, const simulated_database& database, const simulated_api& api);

/// What a transaction of `owner` has just committed: pages of slices that are its own, none of them a second time
/// (`loaded` are those before, and brought up to date), and as many rows as its ledger tells.
std::string problem_of_commit(const tables& changes, const std::string& owner, std::set<page_key>& loaded,
                              const simulated_database& database);

/// What people read of a table that is replaced.
struct shown_rows {
  bool exists = false;
  std::map<std::string, std::string> events;
  std::string brought_by;  ///< the run; empty: whoever was there before
};

/// After each commit people read what they have read before it (`shown`, which is brought up to date), or what the API
/// had for the run that is complete since; and beside that table is none but that of the run that goes on.
std::string problem_of_replacing(shown_rows& shown, const simulated_database& database, const simulated_api& api);

/// Up to which era all is loaded, as the database says.
std::size_t watermark_of(const simulated_database& database);

/// All that is older than the watermark is in the table; where that is replaced, all that there was then, and no other.
std::string problem_of_watermark(const simulated_database& database, const simulated_api& api);

/// A complete run: each event before the watermark in the table, once, as it was; the ledger says so, and the state, on
/// `disk`, of a process that had the run for itself.
std::string problem_of_completion(const std::string& run_id, simulated_disk* disk, const simulated_database& database,
                                  const simulated_api& api);

}  // namespace ingest::testing

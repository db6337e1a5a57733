#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ingest/postgres.hpp"
#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// What several processes divide the slices of one run by: a lease of a slice is its owner's for a while, and whoever
/// comes then may take it. The server's clock is the only one. Leases are there so that nobody waits for a process that
/// is gone, and no two read the same; that no page is loaded twice is the fence's doing, which each new owner raises.
/// The statements run in transactions of the caller.

/// Enters slices that the ledger does not have, and leases those that have not ended and are nobody's or the
/// worker's own, or were of somebody who has let his lease run out, and which no transaction is loading. Raises their
/// fences. Returns them; nothing is waited for.
std::vector<slice_id> lease_slices(postgres_connection& c, const std::string& pipeline, const slice_lease& lease,
                                   std::span<const slice_id> slices);

/// Those of the slices that are still ours are so for another term from now on, also where that was over and nobody has
/// come.
void renew_leases(postgres_connection& c, const std::string& pipeline, const slice_lease& lease,
                  std::span<const slice_id> slices);

/// The worker's slices are anybody's at once.
void end_leases(postgres_connection& c, const std::string& pipeline, const std::string& worker,
                std::span<const slice_id> slices);

/// What a worker's connections are called in pg_stat_activity.
std::string application_of(const std::string& worker);

/// Ends the connections of workers that have let leases run out, where they have been in a transaction for a term and
/// longer: a process that is stopped, or cut off, would keep its slices locked for as long as that lasts. Nothing of
/// such a transaction has happened.
void end_transactions_of_lost(postgres_connection& c, const std::string& pipeline, std::chrono::milliseconds term);

/// Of the run, for this worker.
work_left look_for_work(postgres_connection& c, const std::string& pipeline, const std::string& run_id,
                        const std::string& worker);

}  // namespace ingest::detail

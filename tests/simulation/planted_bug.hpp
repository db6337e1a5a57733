#pragma once

#include <map>
#include <memory>
#include <string_view>

#include "ingest/file_system.hpp"
#include "postgres/postgres_connection.hpp"
#include "simulation/simulated_database.hpp"
#include "support/simulated_run.hpp"

namespace ingest::testing {

/// Bugs that the simulation has to find. The production code has no switches for them: they are made by what stands
/// around it.
enum class planted_bug {
  none,
  cursor_before_data,    ///< an index is durable before the data that its records tell of
  rename_without_sync,   ///< the state file takes its place without having been made durable
  directory_not_synced,  ///< neither do new files have durable names
  ledger_on_its_own,     ///< the ledger's rows are committed before the rows they stand for
  no_locks,              ///< loaders do not take the pipeline's locks
  no_fence_check,        ///< loaders do not look whether they were replaced
  no_look_at_folds,      ///< loaders do not look whether a page that they have entered was folded before
  numbers_reused,        ///< pages are numbered from 1 again where only the ledger knows how far a slice has come
  watermark_first,       ///< the watermark moves when a sync begins
  window_found_anew,     ///< a sync that is resumed reads up to the time at which it is resumed
  sealed_unreported,     ///< a segment counts as sealed before the checkpoint has heard of its last pages
  loaded_out_of_order,   ///< records that are appended have two loaders
  merged_out_of_turn,    ///< a sink says of records that are merged that they have no keys
  credit_not_reset,      ///< a restarted reader still counts what its predecessor had in flight
  old_table_dropped,     ///< the table that is to be replaced goes before the run is complete
  placed_on_its_own,     ///< a table takes its place in a transaction before the one that completes the run
  resumed_into_target,   ///< a run that is resumed fills the table that people read
  made_anew,             ///< a run that is resumed makes its table anew
  leftover_kept,         ///< the table of a run that was given up stays

  // Where processes share a run:
  lease_trusted,         ///< who has had a lease loads, and does not look whether another has taken the slice since
  renewal_trusted,       ///< so does whoever has renewed its leases, though that came too late
  lease_keeps_fence,     ///< a lease that is taken over does not raise the fence
  leased_while_loading,  ///< a slice is leased though a transaction of who had it before is loading it
  completed_early,       ///< a process that finds nothing left to read completes the run, whatever others are at
  believed_complete,     ///< a process that has nothing left to do takes the run for complete
  begun_twice,           ///< of two processes that begin a run the later one takes no notice of the earlier
};
std::string_view name_of(planted_bug b);

/// `files` with the bug, if it is one of files.
std::unique_ptr<file_system> plant(planted_bug b, file_system& files);

/// What a process's connections share to commit a bug of the database's side.
struct database_bug {
  planted_bug bug = planted_bug::none;
  std::map<slice_id, std::string> first_fences;  ///< that this process was told
  std::string first_run;
  std::string watermark;  ///< that the sync will reach
  bool has_renewed = false;
  bool has_begun = false;
};

using plain_factory = std::function<std::unique_ptr<detail::postgres_connection>(std::stop_token)>;

/// A connection with the bug, if it is one of connections. `connect` makes the real one, and others beside it.
std::unique_ptr<detail::postgres_connection> plant(const std::shared_ptr<database_bug>& bug,
                                                   const plain_factory& connect, std::stop_token stop);

}  // namespace ingest::testing

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ledger_view.hpp"
#include "ingest/postgres.hpp"
#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// What the tables of schema `ingest` say of a pipeline, and the statements that change it, which run inside a
/// transaction of the caller. docs/protocol.md explains the order.

// -- Reading (ledger_reading.cpp) ------------------------------------------------------------------------------------

/// Throws database_error (outage) if the server is a standby: what that has of the ledger may be of the past.
void require_primary(postgres_connection& c, const std::string& database);

/// Throws database_error (outage) if nothing can be written, for that reason or another.
void require_writable(postgres_connection& c, const std::string& database);

/// `target` is where the pipeline's rows are meant to be now, and `shape` what they are meant to be: where they are
/// elsewhere or something else, or where there is no such table any more, the view says so. Of slices it has the
/// `named` ones and those that have not ended.
std::optional<ledger_view> read_ledger(postgres_connection& c, const std::string& pipeline, const table_name& target,
                                       const table_shape& shape, std::span<const slice_id> named);

/// The same of slices alone: the `named` ones that it knows, by name.
std::vector<ledger_slice> read_slices(postgres_connection& c, const std::string& pipeline,
                                      std::span<const slice_id> named);

/// The pipeline's run, and whether it is complete, as a text; none where there is no run.
std::optional<std::string> run_of(postgres_connection& c, const std::string& pipeline);

/// Whether this is the pipeline's run, and complete.
bool is_complete(postgres_connection& c, const std::string& pipeline, const std::string& run_id);

/// Watermarks of a stream, by partition: nothing where there are more than `most`.
std::optional<std::map<std::string, std::string>> read_watermarks(postgres_connection& c, const std::string& pipeline,
                                                                  const std::string& stream, std::size_t most);
std::optional<std::string> read_watermark(postgres_connection& c, const std::string& pipeline,
                                          const std::string& stream, const std::string& partition);

/// Whether this was a run of the pipeline that was complete and is followed by another one.
bool was_followed(postgres_connection& c, const std::string& pipeline, const std::string& run_id);

// -- Opening (ledger_opening.cpp) ------------------------------------------------------------------------------------

/// Waits for those who load these slices, or with `replace` any of the pipeline; they and others wait until this
/// transaction ends. It comes before the locks of the pipeline's row and of the slices' rows: of all that wait for
/// each other, everybody asks in this order.
void queue_up(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices, bool replace);

/// What is to become of another run that the ledger may have.
struct succession {
  bool replace = false;  ///< forget it; its transactions have ended (queue_up())
  std::string follows;   ///< it must be this one, complete, or another process was faster; empty: whichever
  bool yields = false;   ///< if it is not forgotten, ours gives way: errc::locked
};

/// Makes `who` the pipeline's run, in its next generation where it comes after another.
void open_pipeline(postgres_connection& c, const run_identity& who, const target_table& target,
                   const succession& other);

/// The pipeline's ledger after open_pipeline().
ledger_view view_of_opened(postgres_connection& c, const run_identity& who, const target_table& target,
                           std::span<const slice_id> named);

/// The oldest transaction that may have written rows of the run that is open, as an xid. Empty where any may have,
/// since the ledger was restored from a dump, so that the numbers of today's rows say nothing. A run takes less time
/// than the server needs to come round to the same number.
std::string first_transaction(postgres_connection& c, const std::string& pipeline);

/// Makes slices that have not ended this process's own: waits for transactions that load them (queue_up() before, or
/// they might keep it waiting for ever), and raises their fences,
/// so that others of theirs fail. Throws errc::bad_data if the ledger means other pages by the numbers of those in the
/// buffer, and errc::locked if it has later ones than the directory knows of, unless `ledger_seen`, so that they may be
/// news: then another process has gone on with the slice. Where pages between those that are loaded were lost with the
/// directory of another host, forgets what is behind them, so that reading can go on there.
void claim_slices(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices,
                  const known_pages& known, bool ledger_seen);

/// What claim_slices() looks at where fences have been raised otherwise, by lease_slices().
void check_claimed(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices,
                   const known_pages& known, bool ledger_seen);

// -- Loading (ledger_loading.cpp) ------------------------------------------------------------------------------------

using slice_fences = std::map<slice_id, std::int64_t>;

/// Begins a loading transaction of the run, which those wait for who make one of these slices their own. Throws
/// errc::locked if one has done so.
server_transaction begin_loading(postgres_connection& c, const run_identity& who, const slice_fences& fences);

/// Enters pages in the ledger. Returns those that are ours to load now; the others are loaded already, with the same
/// content: errc::bad_data if not. Waits for other transactions that have entered one of them.
std::vector<page> claim_pages(postgres_connection& c, const std::string& pipeline, const std::vector<page>& pages);

/// Throws errc::config unless each slice's first of these pages, which claim_pages() has entered, follows what is
/// loaded: for records whose order counts.
void require_predecessors(postgres_connection& c, const std::string& pipeline, const std::vector<page>& pages);

/// What became of a page's rows that were not loaded.
struct page_losses {
  const page* of = nullptr;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
};
void record_losses(postgres_connection& c, const std::string& pipeline, const std::vector<page_losses>& losses);

/// Replaces pages that follow what a slice has reached without holes by what it has reached then, so that the ledger
/// stays small. Slices that another transaction is at are left to it. Returns those that have ended so.
std::vector<slice_id> fold(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices);

/// How many rows of the run are rejected: those of this transaction and of all that were committed before it. Others
/// with rejects wait until this one has ended, so that no two of them count without each other.
std::uint64_t count_rejects(postgres_connection& c, const std::string& pipeline);

// -- Completing (ledger_completing.cpp) ------------------------------------------------------------------------------

/// Begins a transaction that holds off all others of the run. Throws errc::locked if another one has taken over.
server_transaction begin_alone(postgres_connection& c, const run_identity& who);

/// Begins the transaction that completes the run: waits for all loading transactions and holds others off. Throws
/// errc::locked if another run has taken over, or another process a slice that has not ended (`ours` are those that we
/// have made our own), and errc::bad_data unless `slices` or more have ended, each page that is
/// in `last`, by slice the last one that anybody has known of, is loaded, and the table is still there.
server_transaction begin_completing(postgres_connection& c, const run_identity& who, const target_table& target,
                                    std::uint64_t slices, const std::map<slice_id, page_id>& last,
                                    const slice_fences& ours);

/// Folds what can be folded of a run that several processes load, and tells whether slices are left that have not
/// ended, or another process completes it, or has. Waits for no loading transaction.
bool is_left_to_others(postgres_connection& c, const run_identity& who);

/// Of a run that replaces a table and has brought nothing: how many slices it has, if the table has rows and of none of
/// the slices anybody has said that it has no records, as run_ledger::replaces_rows() has it.
std::optional<std::string> slices_without_word(postgres_connection& c, const std::string& pipeline,
                                               const target_table& target);

/// Throws errc::bad_data if the table has refused every row of the run, of which there were some, and of all syncs
/// before: what came was not what was expected, and nobody would call that complete. `kept_in` is where the rows are,
/// `first` why the first of them was refused, if that is known.
void check_some_row_was_taken(postgres_connection& c, const std::string& pipeline, const std::string& kept_in,
                              const std::string& first);

/// Up to where all is loaded when a run is complete.
struct run_watermarks {
  std::string of_run;      ///< as run_ledger::complete_with() has it; empty: nobody says
  bool of_slices = false;  ///< as run_ledger::complete_with_slices() has it
};

/// To be followed by COMMIT. `removed` are the rows that were removed as duplicates. Returns the run's rows.
counted_rows mark_complete(postgres_connection& c, const std::string& pipeline, std::uint64_t removed,
                           const run_watermarks& reached);

}  // namespace ingest::detail

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ledger_view.hpp"
#include "ingest/postgres.hpp"
#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// What the tables of schema `ingest` say of a pipeline, and the statements that change it. All but read_ledger run
/// inside a transaction of the caller. docs/protocol.md explains the order.

/// Throws database_error (outage) if the server is a standby: what that has of the ledger may be of the past.
void require_primary(postgres_connection& c, const std::string& database);

/// Throws database_error (outage) if nothing can be written, for that reason or another.
void require_writable(postgres_connection& c, const std::string& database);

/// `target` is where the pipeline's rows are meant to be now: where they are elsewhere, or where there is no such table
/// any more, the view says so.
std::optional<ledger_view> read_ledger(postgres_connection& c, const std::string& pipeline, const table_name& target);

/// Makes `who` the pipeline's only run: waits for the transactions of all others, checks whose ledger it is, raises the
/// fence. Returns the ledger as it stands then.
/// A run that `yields` is errc::locked where the ledger has another one.
ledger_view take_over(postgres_connection& c, const run_identity& who, const target_table& target, bool replace,
                      bool yields);

/// The oldest transaction that may have written rows of the run that has taken over, as an xid: of those that the
/// ledger has pages of and the one that took over, before which none of this process has begun to write. Empty where
/// any may have, since ledger and table were restored from a dump. Either stays the same whatever is committed
/// meanwhile. A run takes less time than the server needs to come round to the same number.
std::string first_transaction(postgres_connection& c, const std::string& pipeline);

/// Throws errc::bad_data if the ledger means other pages by the numbers of those in the buffer, and errc::locked if it
/// has later ones than the directory knows of: then another host has gone on with the pipeline.
void check_same_pages(postgres_connection& c, const std::string& pipeline, const ledger_view& ledger,
                      const known_pages& known);

/// Begins a loading transaction of the run, which others wait for when they take the pipeline over. Throws
/// errc::locked if one has done so.
server_transaction begin_loading(postgres_connection& c, const run_identity& who, std::int64_t fence);

/// Enters pages in the ledger. Returns those that are ours to load now; the others are loaded already, with the same
/// content: errc::bad_data if not. Waits for other transactions that have entered one of them.
std::vector<page> claim(postgres_connection& c, const std::string& pipeline, std::int64_t fence,
                        const std::vector<page>& pages);

/// What became of a page's rows that were not loaded.
struct page_losses {
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
};
void record_losses(postgres_connection& c, const std::string& pipeline, const std::map<page_id, page_losses>& losses);

/// How many rows of the run are rejected: those of this transaction and of all that were committed before it. Others
/// with rejects wait until this one has ended, so that no two of them count without each other.
std::uint64_t count_rejects(postgres_connection& c, const std::string& pipeline);

/// Begins the transaction that completes the run: waits for all loading transactions and holds others off. Throws
/// errc::locked if another run has taken over, and errc::bad_data unless every page up to `last`, the last that anybody
/// has known of, is loaded and the table is still there.
server_transaction begin_completing(postgres_connection& c, const run_identity& who, std::int64_t fence,
                                    const target_table& target, page_id last);

/// Throws errc::bad_data if the table has refused every row of the run, and there were some: what came was not what was
/// expected, and nobody would call that complete. `kept_in` is where the rows are, `first` why the first of them was
/// refused, if that is known.
void check_some_row_was_taken(postgres_connection& c, const std::string& pipeline, const std::string& kept_in,
                              const std::string& first);

/// To be followed by COMMIT. `removed` are the rows that were removed as duplicates.
void mark_complete(postgres_connection& c, const std::string& pipeline, std::uint64_t removed);

}  // namespace ingest::detail

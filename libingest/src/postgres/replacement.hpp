#pragma once

#include <string>

#include "postgres/postgres_table.hpp"

namespace ingest::detail {

/// Tables that are replaced as a whole: a run fills a table of its own beside the one that people read, and puts it in
/// that one's place in the transaction that completes the run. Until then, and wherever it dies, the old one stays.
///
/// What the old table has stays with its name: indexes, constraints, grants, comments, storage parameters, and the
/// views that read it. What cannot be carried over is refused before anything is loaded.
///
/// All run inside a transaction of the caller.

/// The name of the table that a run fills, in the schema of the one that it replaces.
std::string replacement_name(const std::string& table, const std::string& run_id);

/// The table that a run fills to replace `target`, schema.table.
table_name replacement_of(const std::string& target, const std::string& run_id);

/// Throws errc::config that names what the table, which stands in SQL as `table`, has that would be lost, or what
/// depends on it.
void check_replaceable(postgres_connection& c, const std::string& shown, const std::string& table);

/// Makes a table as `table`, its name in SQL, is, without its rows, with the indexes that decide on what it takes.
void create_replacement(postgres_connection& c, const std::string& table, const std::string& schema,
                        const std::string& name);

/// Removes what a run has left that was given up.
void drop_replacement(postgres_connection& c, const table_name& left);

/// Makes the indexes that are still missing, and statistics: what takes time, before anybody has to wait for it.
void finish_replacement(postgres_connection& c, const std::string& schema, const std::string& table,
                        const std::string& name);

/// Puts `name` in the place of `table`, both of `schema`, which is dropped; does nothing where that was done. Whoever
/// reads it sees the old rows until the caller's COMMIT, or waits for that since a moment before. We wait for those who
/// read it no longer than half of deadlock_timeout at a time, for everybody waits behind us: then it throws
/// database_error (55P03). Throws errc::config if `table` was altered since the replacement was made, or cannot be
/// replaced any more.
void take_place(postgres_connection& c, const std::string& schema, const std::string& table, const std::string& name);

}  // namespace ingest::detail

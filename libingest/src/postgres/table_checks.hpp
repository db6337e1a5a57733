#pragma once

#include <string>
#include <vector>

#include "postgres/postgres_connection.hpp"
#include "postgres/table_shape.hpp"

namespace ingest::detail {

/// What a table must be like, whoever may write to it, for rows to be loaded by COPY and by INSERT … ON CONFLICT, to
/// stay after a crash, and to keep keys as they are. `oid` is the table's, `shown` its name in messages. Both throw
/// errc::config that says what to do.

/// Refuses rules, row-level security that applies to us, and partitions that are elsewhere or not logged.
void check_kind(postgres_connection& c, const std::string& shown, const std::string& oid, bool allow_unlogged);

/// What the shape's columns are in a table.
struct found_columns {
  std::vector<std::string> types;  ///< as in target_table
  std::size_t longest_id = 0;      ///< as in target_table
};

/// Refuses columns that cannot hold what the shape has for them, or that nobody fills.
found_columns check_columns(postgres_connection& c, const table_shape& shape, const std::string& shown,
                            const std::string& oid);

/// All of a table's columns that loading depends on, as text: another one where somebody has altered it, or made it
/// anew. Empty where it is gone.
std::string table_fingerprint(postgres_connection& c, const std::string& quoted);

/// Whether no row of the table can be in the way of another one that has another key: no trigger looks at them, no
/// other unique index, no foreign key from one to the other.
bool rows_stand_alone(postgres_connection& c, const std::string& quoted);

/// Refuses a table whose rows PostgreSQL does not let anybody, or us, change. `change` is a statement that would change
/// none.
void check_changeable(postgres_connection& c, const std::string& shown, const std::string& oid,
                      const std::string& change);

/// Refuses a table that we cannot add columns to.
void check_evolvable(postgres_connection& c, const std::string& shown, const std::string& oid);

/// The columns of a table, for a typed shape: those that values can be made for, and the extra column. `asked` has the
/// key and what becomes of new members. Members whose column is of another type, or is generated, stay apart. Refuses
/// what check_columns() refuses, and a table without the extra column.
table_shape typed_columns(postgres_connection& c, const table_shape& asked, const std::string& shown,
                          const std::string& oid, std::vector<std::string>& types);

}  // namespace ingest::detail

#pragma once

#include <string>

#include "postgres/copy_format.hpp"
#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// What a table must be like, whoever may write to it, for rows to be loaded by COPY and by INSERT … ON CONFLICT, to
/// stay after a crash, and to keep ids as they are. `oid` is the table's, `shown` its name in messages. Both throw
/// errc::config that says what to do.

/// Refuses rules, row-level security that applies to us, and partitions that are elsewhere or not logged.
void check_shape(postgres_connection& c, const std::string& shown, const std::string& oid, bool allow_unlogged);

struct column_types {
  copy_format format;      ///< how rows of the table's types are sent
  std::size_t longest_id;  ///< as in target_table
};

/// Refuses columns that cannot hold what we send, or that nobody fills.
column_types check_columns(postgres_connection& c, const std::string& shown, const std::string& oid);

}  // namespace ingest::detail

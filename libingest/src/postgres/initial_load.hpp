#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "postgres/postgres_connection.hpp"
#include "postgres/postgres_table.hpp"
#include "postgres/rejects_file.hpp"

namespace ingest::detail {

/// The statements of an initial load: the table is created without its key, filled by any number of transactions, and
/// gets its key at the end. All run inside a transaction of the caller, so that they happen together with what the
/// ledger says of them.

/// Creates `table`, an SQL name, without its key, but with all that makes it refuse the rows that the key would refuse.
void create_keyless(postgres_connection& c, const table_shape& shape, const std::string& table);

/// Whether the ledger knows that this pipeline has created `target` without its key, if only once.
bool began_keyless(postgres_connection& c, const std::string& pipeline, const std::string& target);

/// What is wrong with a table that an initial load has begun and not completed, and what to do; nothing where none has.
std::optional<std::string> why_unfinished(postgres_connection& c, const target_table& target);

/// What is wrong with a table without a key that `pipeline` did not create, and what to do.
std::string why_no_key(postgres_connection& c, const target_table& target);

/// Builds the primary key. Where ids occur more than once, removes all but the row that was written first; returns how
/// many; those whose content differs from that of the row that stays are put into `aside`. Does nothing and returns
/// nothing if the table has a key by now. Nobody else writes to the table meanwhile. Takes as long as it takes.
struct removed_rows {
  std::uint64_t all = 0;
  std::uint64_t differing = 0;
};
std::optional<removed_rows> build_key(postgres_connection& c, const target_table& target, rejects_file& aside);

}  // namespace ingest::detail

#pragma once

#include <string>

#include "postgres/postgres_connection.hpp"

namespace ingest::detail {

/// A table's name as the settings have it: "table" or "schema.table".
struct table_name {
  std::string schema;  ///< empty: wherever search_path finds it
  std::string table;
  std::string shown;  ///< as it was written

  /// Throws errc::config for a name that PostgreSQL cannot keep.
  static table_name parse(const std::string& text);
};

/// The table that rows go to.
struct target_table {
  std::string schema;
  std::string table;
  std::string quoted;  ///< "schema"."table", for SQL
  bool created = false;

  std::string identity() const { return schema + "." + table; }
};

/// Creates the ledger's tables and the target table where they are missing, and checks that rows can be loaded: kind
/// of table, columns, unique key, durability, permissions. Runs inside the caller's transaction. Throws errc::config
/// that says what to do.
target_table prepare_tables(postgres_connection& c, const table_name& name, bool allow_unlogged);

}  // namespace ingest::detail

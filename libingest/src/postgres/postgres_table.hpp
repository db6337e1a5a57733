#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/postgres.hpp"
#include "postgres/postgres_connection.hpp"
#include "postgres/table_shape.hpp"

namespace ingest::detail {

/// A table's name as the settings have it: "table" or "schema.table".
struct table_name {
  std::string schema;  ///< empty: wherever search_path finds it
  std::string table;
  std::string shown;  ///< as it was written

  /// Throws errc::config for a name that PostgreSQL cannot keep.
  static table_name parse(const std::string& text);
};

/// The name in SQL: quoted, found by search_path where it has no schema.
std::string sql_name(const postgres_connection& c, const table_name& name);
std::string sql_name(const postgres_connection& c, const std::string& schema, const std::string& name);

/// Of a table as it stands in SQL.
bool table_exists(postgres_connection& c, const std::string& table);
bool is_empty(postgres_connection& c, const std::string& table);

/// The table that rows go to.
struct target_table {
  std::string schema;
  std::string table;
  std::string quoted;  ///< where rows go, in SQL: "schema"."table", or the replacement
  bool created = false;
  table_shape shape;
  std::vector<std::string> types;  ///< of the shape's columns, in its order: pg_type.typname
  std::string fingerprint;         ///< table_fingerprint(): whatever is known of the table was read when it was so
  std::string key;  ///< see key_of(); empty: it needs none, or an initial load of this pipeline will build one
  /// Of merged rows: that it makes no difference for one row which others with other keys are there.
  bool rows_stand_alone = false;
  std::size_t longest_id = 0;  ///< in characters, of a type that cuts blanks behind them off; 0: it cuts nothing off

  /// The table of the same schema that the run fills, to put it in the other's place: see replacement.hpp.
  std::optional<std::string> replacement = std::nullopt;

  /// Of the column that has the key of a line as it stands; empty: there is none.
  std::string_view type_of_line_key() const {
    for (std::size_t i = 0; i < shape.columns.size() && i < types.size(); ++i) {
      if (!shape.columns[i].at) {
        return types[i];
      }
    }
    return {};
  }

  /// Whether it is to get its key when all is loaded.
  bool keyless() const { return key.empty() && !shape.key.empty(); }

  std::string identity() const { return schema + "." + table; }
};

/// Creates the ledger's tables and the target table (for an initial load: without its key) where they are missing, and
/// checks that rows can be loaded: kind of table, columns, unique key, durability, permissions. Runs inside the
/// caller's transaction. Where tables are replaced, the run `run_id`, unless it is complete, gets one of its own to
/// fill. Throws errc::config that says what to do.
target_table prepare_tables(postgres_connection& c, const table_name& name, const table_shape& shape,
                            const postgres_options& o, const std::string& run_id);

/// The unique key that `table`, an SQL name, has on the key of `shape`, as ON CONFLICT names it; empty if there is
/// none. `immediate`: see table_shape::find_key().
std::string key_of(postgres_connection& c, const table_shape& shape, const std::string& table, bool immediate = true);

}  // namespace ingest::detail

#include "postgres/table_shape.hpp"

#include <algorithm>
#include <array>

namespace ingest::detail {

namespace {

constexpr std::array<std::string_view, 7> id_types = {"text", "varchar", "uuid", "int2", "int4", "int8", "numeric"};
constexpr std::array<std::string_view, 6> data_types = {"jsonb", "json", "text", "varchar", "bpchar", "citext"};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& types, const std::string& type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

[[noreturn]] void refuse(const std::string& shown, const std::string& what) {
  throw error(errc::config, "table " + shown + " " + what);
}

/// A row for each column: name, base type, its full name, NOT NULL, generated, to be filled by us, keeps every text
/// apart, own type, length where it cuts blanks behind that off. A domain's base is looked for through any number of
/// domains.
query_result columns_of(postgres_connection& c, const std::string& oid) {
  return c.execute(
      "WITH RECURSIVE base (attnum, type, typmod) AS (SELECT attnum, atttypid, atttypmod FROM pg_attribute "
      "WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped "
      "UNION ALL SELECT b.attnum, t.typbasetype, greatest(b.typmod, t.typtypmod) FROM base b "
      "JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd') "
      "SELECT a.attname, t.typname, format_type(b.type, b.typmod), a.attnotnull, a.attgenerated <> '', "
      "(a.attnotnull OR own.typnotnull) AND NOT a.atthasdef AND a.attidentity = '' AND own.typdefault IS NULL "
      "AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = a.attrelid AND NOT g.tgisinternal "
      "AND g.tgtype & 7 = 7), "
      "coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = a.attcollation), true) "
      "AND NOT (t.typname = 'numeric' AND b.typmod >= 0), own.typname, "
      "CASE WHEN t.typname = 'varchar' AND b.typmod >= 0 THEN b.typmod - 4 ELSE 0 END "
      "FROM base b JOIN pg_type t ON t.oid = b.type JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = "
      "b.attnum "
      "JOIN pg_type own ON own.oid = a.atttypid WHERE t.typtype <> 'd'",
      {oid});
}

void check_id(const std::string& shown, const query_result& columns, std::size_t i) {
  if (columns.truth(i, 4)) {
    refuse(shown, "generates its ids itself, so that events could not keep theirs: choose another table");
  }
  if (!is_among(id_types, columns.text(i, 1)) || !columns.truth(i, 6)) {
    refuse(shown, "has ids of type " + columns.text(i, 2) +
                      ", which may round an id, cut it off, or take two for one: ALTER TABLE … ALTER COLUMN id TYPE "
                      "text, or bigint, numeric (without a precision) or uuid, with a collation that tells all texts "
                      "apart");
  }
  if (!columns.truth(i, 3)) {
    refuse(shown, "allows ids to be null: ALTER TABLE … ALTER COLUMN id SET NOT NULL");
  }
}

}  // namespace

void check_shape(postgres_connection& c, const std::string& shown, const std::string& oid, bool allow_unlogged) {
  const query_result r = c.execute(
      "SELECT row_security_active($1::oid), "
      "(SELECT string_agg(quote_ident(rulename), ', ') FROM pg_rewrite WHERE ev_class = $1::oid "
      "AND ev_type IN ('2', '3')), "
      "min(p.oid::regclass::text) FILTER (WHERE p.relkind = 'f'), "
      "min(p.oid::regclass::text) FILTER (WHERE p.relkind <> 'f' AND p.relpersistence <> 'p'), "
      "(SELECT min(c.oid::regclass::text) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
      "WHERE i.inhparent = $1::oid AND NOT c.relispartition) "
      "FROM pg_partition_tree($1::oid::regclass) t JOIN pg_class p ON p.oid = t.relid",
      {oid});
  if (r.truth(0, 0)) {
    refuse(shown,
           "has row-level security that applies to us, under which COPY is not possible: load it as a role with "
           "BYPASSRLS, or as its owner without FORCE ROW LEVEL SECURITY");
  }
  if (!r.null(0, 1)) {
    refuse(shown, "has rules for INSERT or UPDATE (" + r.text(0, 1) +
                      "), which COPY passes by and ON CONFLICT does not allow: DROP RULE, and use a trigger instead");
  }
  if (!r.null(0, 2)) {
    refuse(shown, "has the foreign table " + r.text(0, 2) +
                      " among its partitions, with which no COMMIT covers both rows and ledger: DETACH it, or choose "
                      "another table");
  }
  if (!r.null(0, 4)) {
    refuse(shown, "is inherited from by " + r.text(0, 4) +
                      ", whose rows are among its own and its key does not see, so that an event could be there twice: "
                      "ALTER TABLE … NO INHERIT, or partition it (PARTITION BY), or choose another table");
  }
  if (!r.null(0, 3) && !allow_unlogged) {
    refuse(shown, "has the partition " + r.text(0, 3) +
                      ", which is UNLOGGED: PostgreSQL empties it after a crash, though the rows had been "
                      "acknowledged. ALTER TABLE … SET LOGGED, or allow unlogged tables");
  }
}

column_types check_columns(postgres_connection& c, const std::string& shown, const std::string& oid) {
  const query_result columns = columns_of(c, oid);
  std::string id_type;
  std::string data_type;
  std::size_t longest_id = 0;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const std::string column = columns.text(i, 0);
    if (column == "id") {
      check_id(shown, columns, i);
      id_type = columns.text(i, 7);
      longest_id = static_cast<std::size_t>(columns.number(i, 8));
    } else if (column == "data" && is_among(data_types, columns.text(i, 1)) && !columns.truth(i, 4)) {
      data_type = columns.text(i, 7);
    } else if (column != "data" && columns.truth(i, 5)) {
      refuse(shown, "has a column " + column +
                        " that is NOT NULL without a default, which we cannot fill: give it one, or have a trigger "
                        "fill it");
    }
  }
  if (id_type.empty() || data_type.empty()) {
    refuse(shown, std::string("has no usable column ") +
                      (id_type.empty() ? "id (text or uuid)" : "data (jsonb, json or text)") +
                      ": it needs (id TEXT PRIMARY KEY, data JSONB NOT NULL); choose another table, or let us create "
                      "one");
  }
  return {format_for(id_type, data_type), longest_id};
}

}  // namespace ingest::detail

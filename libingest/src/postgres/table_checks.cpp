#include "postgres/table_checks.hpp"
#include "records/identity_member.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "postgres/column_type.hpp"

namespace ingest::detail {

namespace {

bool accepts(const shape_column& ours, const std::string& type) {
  return std::find(ours.accepts.begin(), ours.accepts.end(), type) != ours.accepts.end();
}

std::string listed(const std::vector<std::string>& types) {
  std::string list;
  for (const std::string& type : types) {
    list += (list.empty() ? "" : ", ") + type;
  }
  return list;
}

[[noreturn]] void refuse(const std::string& shown, const std::string& what) {
  throw error(errc::config, "table " + shown + " " + what);
}

/// A row for each column: name, base type, its full name, NOT NULL, generated, to be filled by us, keeps every text
/// apart, own type, length where it cuts blanks behind that off, and for typed shapes: whether it is the table's own to
/// fill, or not ours to, and whether its type is none of the server's or has a length or precision. A domain's base is
/// looked for through any number of domains.
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
      "CASE WHEN t.typname = 'varchar' AND b.typmod >= 0 THEN b.typmod - 4 ELSE 0 END, "
      "a.atthasdef OR a.attidentity <> '' OR own.typdefault IS NOT NULL "
      "OR NOT has_column_privilege(a.attrelid, a.attnum, 'INSERT'), "
      "t.typnamespace <> 'pg_catalog'::regnamespace OR b.typmod >= 0 "
      "FROM base b JOIN pg_type t ON t.oid = b.type JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = "
      "b.attnum "
      "JOIN pg_type own ON own.oid = a.atttypid WHERE t.typtype <> 'd' ORDER BY a.attnum",
      {oid});
}

void check_key_column(const shape_column& ours, const std::string& shown, const query_result& columns, std::size_t i) {
  if (columns.truth(i, 4)) {
    refuse(shown, "generates its column " + ours.name +
                      " itself, so that events could not keep what they have for it: choose another table");
  }
  const bool cut_unseen = ours.at && columns.number(i, 8) > 0;  // copy_rows looks at the key of the line only
  if (!accepts(ours, columns.text(i, 1)) || !columns.truth(i, 6) || cut_unseen) {
    refuse(shown, "has in its key the column " + ours.name + " of type " + columns.text(i, 2) +
                      ", which may round a value, cut it off, or take two for one: ALTER TABLE … ALTER COLUMN " +
                      ours.name + " TYPE " + ours.type + ", or another of " + listed(ours.accepts) +
                      ", without a precision or a length and with a collation that tells all texts apart");
  }
  if (!columns.truth(i, 3)) {
    refuse(shown, "allows " + ours.name + " to be null: ALTER TABLE … ALTER COLUMN " + ours.name + " SET NOT NULL");
  }
}

/// Whether the table's column `i` can be given what the shape has for it.
bool is_usable(const table_shape& shape, const shape_column& ours, const std::string& shown,
               const query_result& columns, std::size_t i) {
  if (shape.is_key(ours)) {
    check_key_column(ours, shown, columns, i);
    return true;
  }
  return accepts(ours, columns.text(i, 1)) && !columns.truth(i, 4);
}

}  // namespace

void check_kind(postgres_connection& c, const std::string& shown, const std::string& oid, bool allow_unlogged) {
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

namespace {

/// Nothing where its values cannot be made here: another type, one that rounds or cuts off, or the table makes them.
/// A default would be lost where a record has no value, so such a column is the table's own, unless it is of the key.
std::optional<shape_column> usable_column(const query_result& columns, std::size_t i, bool is_key) {
  if (find_column_type(columns.text(i, 1)) == nullptr || columns.truth(i, 10) || columns.truth(i, 4) ||
      (columns.truth(i, 9) && !is_key) || !can_name_column(columns.text(i, 0))) {
    return std::nullopt;
  }
  shape_column column = typed_column(columns.text(i, 0), columns.text(i, 1));
  column.required = columns.truth(i, 3);
  return column;
}

/// None of the types of a key may take two values for one.
shape_column exact_key(shape_column column) {
  column.accepts = {"text", "varchar", "uuid", "int2", "int4", "int8", "numeric"};
  column.type = "text";
  return column;
}

}  // namespace

std::string table_fingerprint(postgres_connection& c, const std::string& quoted) {
  const query_result r = c.execute(
      "SELECT t.oid || ':' || coalesce((SELECT string_agg(concat_ws(' ', attnum, attname, atttypid, atttypmod, "
      "attnotnull, attgenerated, attidentity, atthasdef, attcollation), ',' ORDER BY attnum) FROM pg_attribute "
      "WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped), '') || ':' || coalesce((SELECT "
      "string_agg(concat_ws("
      "' ', indexrelid, indkey, indisvalid, indimmediate, indpred IS NULL, indcollation), ',' ORDER BY indexrelid) "
      "FROM pg_index WHERE indrelid = t.oid AND indisunique), '') FROM pg_class t WHERE t.oid = to_regclass($1)",
      {quoted});
  return r.empty() ? "" : r.text(0, 0);
}

bool rows_stand_alone(postgres_connection& c, const std::string& quoted) {
  return c
      .execute(
          "WITH tree AS (SELECT $1::regclass::oid AS oid UNION SELECT relid FROM pg_partition_tree($1::regclass)) "
          "SELECT NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM tree) AND NOT tgisinternal "
          "AND tgenabled <> 'D') AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid IN (SELECT oid FROM tree) "
          "AND (indisunique OR indisexclusion) GROUP BY indrelid HAVING count(*) > 1) "
          "AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid IN (SELECT oid FROM tree) "
          "AND confrelid IN (SELECT oid FROM tree))",
          {quoted})
      .truth(0, 0);
}

void check_changeable(postgres_connection& c, const std::string& shown, const std::string& oid,
                      const std::string& change) {
  const query_result r = c.execute(
      "SELECT min(t.oid::regclass::text) FROM pg_class t "
      "WHERE (t.oid = $1::oid OR t.oid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass))) "
      "AND t.relkind = 'r' AND (t.relreplident = 'n' OR t.relreplident = 'd' "
      "AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)) "
      "AND EXISTS (SELECT FROM pg_publication_tables o JOIN pg_publication p ON p.pubname = o.pubname "
      "JOIN pg_namespace n ON n.nspname = o.schemaname JOIN pg_class named ON named.relnamespace = n.oid "
      "AND named.relname = o.tablename WHERE p.pubupdate AND named.oid IN (t.oid, $1::oid))",
      {oid});
  if (!r.null(0, 0)) {
    refuse(shown,
           "is published to subscribers, and " + r.text(0, 0) +
               " has no replica identity, without which PostgreSQL changes no row: ALTER TABLE … REPLICA IDENTITY "
               "USING INDEX the key's, or let `write` be skip");
  }
  c.run("SAVEPOINT ingest_change");
  try {
    c.execute(change);
  } catch (const database_error& e) {
    if (!c.usable() || e.fault() != database_fault::fatal) {
      throw;
    }
    c.run("ROLLBACK TO SAVEPOINT ingest_change");
    refuse(shown, "does not let us change rows: " + e.told().message + " (SQLSTATE " + e.told().sqlstate + ")" +
                      (e.told().detail.empty() ? "" : ": " + e.told().detail) +
                      ". GRANT UPDATE on all columns that we fill, or what the message asks for; or let `write` be "
                      "skip");
  }
  c.run("RELEASE SAVEPOINT ingest_change");
}

void check_evolvable(postgres_connection& c, const std::string& shown, const std::string& oid) {
  const query_result r = c.execute(
      "SELECT pg_has_role(relowner, 'USAGE'), reloftype <> 0, relispartition FROM pg_class WHERE oid = $1::oid", {oid});
  const std::string advice = ": let `changes` be freeze, and fields that have no column go to " + extra_column_name;
  if (!r.truth(0, 0)) {
    refuse(shown, "is of another owner, so that we cannot add columns to it" + advice);
  }
  if (r.truth(0, 1) || r.truth(0, 2)) {
    refuse(shown, "is a partition, or of a composite type, and cannot get columns of its own" + advice);
  }
}

namespace {

/// Numbers and times are compared by their values; texts are not: "10" comes before "9".
void check_version(const table_shape& found, const std::vector<std::string>& types, const std::string& shown) {
  if (found.version.empty()) {
    return;
  }
  const std::string_view comparable[] = {"int2", "int4", "int8", "numeric", "float4", "float8", "date", "timestamptz"};
  const auto place = std::find_if(found.columns.begin(), found.columns.end(),
                                  [&](const shape_column& c) { return c.name == found.version; });
  const bool may_come = found.changes == schema_policy::evolve && !found.kept_apart.contains(found.version);
  const bool is_usable =
      place == found.columns.end()
          ? may_come
          : std::find(std::begin(comparable), std::end(comparable),
                      types.at(static_cast<std::size_t>(place - found.columns.begin()))) != std::end(comparable);
  if (!is_usable) {
    refuse(shown, "has no column " + found.version +
                      " of a number's type, date or timestamp with time zone, by which the newer record is known "
                      "(`typed.version`): add it, or name another");
  }
}

}  // namespace

table_shape typed_columns(postgres_connection& c, const table_shape& asked, const std::string& shown,
                          const std::string& oid, std::vector<std::string>& types) {
  const query_result columns = columns_of(c, oid);
  table_shape found = asked;
  shape_column extra = found.columns.back();
  const shape_column* const deletion = asked.find(deletion_column_name);
  found.columns.clear();
  types.clear();
  bool has_extra = false;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const std::string name = columns.text(i, 0);
    const bool is_key = std::find(found.key.begin(), found.key.end(), name) != found.key.end();
    const auto column = usable_column(columns, i, is_key);
    if (name == extra.name) {
      has_extra = columns.text(i, 1) == "jsonb" && !columns.truth(i, 4);
      extra.required = columns.truth(i, 3);
    } else if (deletion != nullptr && name == deletion->name) {
      if (columns.text(i, 1) != "timestamptz" || columns.truth(i, 4)) {
        refuse(shown, "has a column " + name + " that is no timestamp with time zone: alter or drop it");
      }
      found.columns.push_back(*deletion);
      types.push_back(columns.text(i, 1));
    } else if (column) {
      if (is_key) {
        check_key_column(exact_key(*column), shown, columns, i);
      }
      found.columns.push_back(*column);
      types.push_back(columns.text(i, 1));
    } else if (columns.truth(i, 5) && !is_key) {
      refuse(shown, "has a column " + name + " of type " + columns.text(i, 2) +
                        " that is NOT NULL without a default, which we cannot fill: give it one, have a trigger fill "
                        "it, or make it one of our types without a length or a precision");
    } else {
      found.kept_apart.insert(name);
      found.left_alone.insert(name);
    }
  }
  check_version(found, types, shown);
  for (const std::string& name : found.key) {
    if (found.find(name) == nullptr && name == identity_member) {
      refuse(shown, "has no column " + name +
                        ", a uuid, by which records without a key are known, and what it has cannot get one: let "
                        "`write` be replace, choose another table, or drop it and load all of it anew with "
                        "`start_over()`");
    }
    if (found.find(name) == nullptr) {
      refuse(shown, "has no column " + name + " for the key, of type " + listed(exact_key({}).accepts) +
                        " without a length or a precision: add or alter it, choose another table, or let us create "
                        "one");
    }
  }
  if (deletion != nullptr && found.find(deletion->name) == nullptr) {
    refuse(shown, "has no column for the time at which a record was deleted: ALTER TABLE … ADD COLUMN " +
                      deletion->name + " timestamptz");
  }
  if (!has_extra) {
    refuse(shown, "has no column " + extra.name +
                      " of type jsonb for what does not fit into the others: ALTER TABLE … ADD COLUMN " + extra.name +
                      " jsonb");
  }
  found.columns.push_back(extra);
  types.push_back("jsonb");
  return found;
}

found_columns check_columns(postgres_connection& c, const table_shape& shape, const std::string& shown,
                            const std::string& oid) {
  const query_result columns = columns_of(c, oid);
  std::map<std::string, std::string> types;
  found_columns found;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const std::string name = columns.text(i, 0);
    const shape_column* const ours = shape.find(name);
    if (ours != nullptr && is_usable(shape, *ours, shown, columns, i)) {
      types[name] = columns.text(i, 7);
      if (!ours->at) {
        found.longest_id = static_cast<std::size_t>(columns.number(i, 8));
      }
    } else if (ours == nullptr && columns.truth(i, 5)) {
      refuse(shown, "has a column " + name +
                        " that is NOT NULL without a default, which we cannot fill: give it one, or have a trigger "
                        "fill it");
    }
  }
  for (const shape_column& ours : shape.columns) {
    if (!types.contains(ours.name)) {
      refuse(shown, "has no usable column " + ours.name + " (" + listed(ours.accepts) + "): it needs " +
                        shape.definition() + "; choose another table, or let us create one");
    }
    found.types.push_back(types[ours.name]);
  }
  return found;
}

}  // namespace ingest::detail

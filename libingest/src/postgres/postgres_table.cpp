#include "postgres/postgres_table.hpp"

#include <utility>

#include "postgres/grants.hpp"
#include "postgres/initial_load.hpp"
#include "postgres/ledger_tables.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/replacement.hpp"
#include "postgres/table_checks.hpp"

namespace ingest::detail {

namespace {

[[noreturn]] void refuse(const table_name& name, const std::string& what) {
  throw error(errc::config, "table " + name.shown + " " + what);
}

bool tables_exist(postgres_connection& c, const table_name& name) {
  return ledger_is_current(c) && table_exists(c, sql_name(c, name));
}

/// Returns whether the target table was created.
bool create_missing(postgres_connection& c, const table_name& name, const table_shape& shape, bool keyless) {
  if (tables_exist(c, name)) {
    return false;
  }
  // CREATE … IF NOT EXISTS is not safe against another session doing the same: one at a time.
  // Behind that, the server has to look at its catalog again, which it does with each new lock on a table: it remembers
  // that there was none.
  c.run("SELECT pg_advisory_xact_lock(hashtextextended('ingest: create tables', 0)); SELECT FROM pg_class LIMIT 0");
  if (!ledger_is_current(c)) {
    create_ledger(c);
  }
  if (table_exists(c, sql_name(c, name))) {
    return false;
  }
  if (!name.schema.empty() && c.execute("SELECT 1 FROM pg_namespace WHERE nspname = $1", {name.schema}).empty()) {
    refuse(name, "cannot be created: there is no such schema; create it, or correct the table's name");
  }
  if (keyless) {
    create_keyless(c, shape, sql_name(c, name));
  } else {
    c.run(shape.create(sql_name(c, name), true));
  }
  return true;
}

/// One row: schema, kind, persistence, oid.
query_result describe(postgres_connection& c, const std::string& table) {
  return c.execute(
      "SELECT n.nspname, t.relkind, t.relpersistence, t.oid "
      "FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = to_regclass($1)",
      {table});
}

void check_description(const table_name& name, const query_result& found, bool allow_unlogged) {
  const std::string kind = found.text(0, 1);
  const std::string persistence = found.text(0, 2);
  if (kind != "r" && kind != "p") {
    refuse(name, "is no table but a view or something else: choose a table");
  }
  if (persistence != "p" && !(persistence == "u" && allow_unlogged)) {
    refuse(name, persistence == "u" ? "is UNLOGGED: PostgreSQL empties it after a crash, though the rows had been "
                                      "acknowledged. ALTER TABLE … SET LOGGED, or allow unlogged tables"
                                    : "is temporary: choose a permanent one");
  }
}

/// Who may load the table depends on whether it has its key, and if not, on who has created it so.
void check_key(postgres_connection& c, const table_name& name, const target_table& found, const postgres_options& o) {
  if (found.shape.key.empty() && !found.created) {
    if (const auto filling = why_unfinished(c, found)) {
      refuse(name, *filling);
    }
  }
  const bool ours = found.created || began_keyless(c, o.pipeline, found.identity());
  if (found.keyless() && !ours) {
    refuse(name, why_no_key(c, found));
  }
  if (o.initial_load && !ours) {
    refuse(name,
           "exists already, but `initial_load` is for a table that it creates: choose another table, DROP this one, or "
           "load it without `initial_load`");
  }
}

/// The key is built by its owner only; that must not turn out at the end.
void check_owner(postgres_connection& c, const table_name& name, const std::string& oid) {
  if (!c.execute("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::oid", {oid}).truth(0, 0)) {
    refuse(name, "was begun by an initial load of another database user: only its owner can build its key");
  }
}

/// What rows are made of, and by which key they are known, in the table `quoted`.
void look_at_columns(postgres_connection& c, const table_name& name, const table_shape& shape, const std::string& oid,
                     target_table& target) {
  target.shape = shape;
  target.fingerprint = table_fingerprint(c, target.quoted);
  if (shape.is_typed()) {
    target.shape = typed_columns(c, shape, name.shown, oid, target.types);
  } else {
    const found_columns columns = check_columns(c, shape, name.shown, oid);
    target.types = columns.types;
    target.longest_id = columns.longest_id;
  }
  target.key = key_of(c, shape, target.quoted);
  target.rows_stand_alone = shape.write == disposition::merge && rows_stand_alone(c, target.quoted);
}

/// Has the rows go into a table beside the target.
void fill_replacement(postgres_connection& c, const table_name& name, const table_shape& shape,
                      const std::string& run_id, target_table& target) {
  target.replacement = replacement_name(target.table, run_id);
  const std::string replaced = std::exchange(target.quoted, sql_name(c, target.schema, *target.replacement));
  query_result found = describe(c, target.quoted);
  target.created = found.empty();
  if (found.empty()) {
    create_replacement(c, replaced, target.schema, *target.replacement);
    found = describe(c, target.quoted);
  }
  look_at_columns(c, name, shape, found.text(0, 3), target);
}

}  // namespace

table_name table_name::parse(const std::string& text) {
  const auto dot = text.find('.');
  table_name name{dot == std::string::npos ? "" : text.substr(0, dot),
                  dot == std::string::npos ? text : text.substr(dot + 1), text};
  if (name.table.empty() || dot == 0 || name.table.find('.') != std::string::npos ||
      text.find('\0') != std::string::npos || (text.starts_with('"') && text.ends_with('"')) ||
      name.table.size() > longest_name || name.schema.size() > longest_name) {
    throw error(errc::config, "\"" + text +
                                  "\" cannot be the table's name: write table or schema.table, without quotes, "
                                  "each part at most 63 bytes long");
  }
  return name;
}

std::string sql_name(const postgres_connection& c, const table_name& name) {
  return name.schema.empty() ? c.quoted(name.table) : sql_name(c, name.schema, name.table);
}

std::string sql_name(const postgres_connection& c, const std::string& schema, const std::string& name) {
  return c.quoted(schema) + "." + c.quoted(name);
}

bool table_exists(postgres_connection& c, const std::string& table) {
  return c.execute("SELECT to_regclass($1) IS NOT NULL", {table}).truth(0, 0);
}

bool is_empty(postgres_connection& c, const std::string& table) {
  return c.execute("SELECT NOT EXISTS (SELECT FROM " + table + ")").truth(0, 0);
}

std::string key_of(postgres_connection& c, const table_shape& shape, const std::string& table, bool immediate) {
  const query_result keys =
      c.execute(table_shape::find_key(), {table, shape.key_array(), immediate ? "true" : "false"});
  return keys.empty() ? "" : keys.text(0, 0);
}

target_table prepare_tables(postgres_connection& c, const table_name& name, const table_shape& shape,
                            const postgres_options& o, const std::string& run_id) {
  check_ledger_shape(c);
  require_grants(c, name, shape);
  const bool created = create_missing(c, name, shape, o.initial_load);
  if (!o.allow_unlogged) {
    check_ledger_is_logged(c);
  }
  const query_result found = describe(c, sql_name(c, name));
  if (found.empty()) {
    throw error(errc::unavailable, "table " + name.shown + " vanished while it was looked at");
  }
  check_description(name, found, o.allow_unlogged);
  const std::string oid = found.text(0, 3);
  check_kind(c, name.shown, oid, o.allow_unlogged);
  target_table target;
  target.schema = found.text(0, 0);
  target.table = name.table;
  target.quoted = sql_name(c, target.schema, target.table);
  target.created = created;
  look_at_columns(c, name, shape, oid, target);
  if (shape.is_typed() && shape.changes == schema_policy::evolve) {
    check_evolvable(c, name.shown, oid);
  }
  check_key(c, name, target, o);
  if (target.keyless()) {
    check_owner(c, name, oid);
  } else if (shape.write == disposition::merge) {
    check_changeable(c, name.shown, oid, target.shape.change_nothing(target.quoted));
  } else if (shape.write == disposition::replace) {
    check_replaceable(c, name.shown, target.quoted);
    if (!run_id.empty() && !is_complete(c, o.pipeline, run_id)) {
      fill_replacement(c, name, shape, run_id, target);
    }
  }
  return target;
}

}  // namespace ingest::detail

#include <algorithm>
#include <array>

#include "simulation/simulated_statements.hpp"

namespace ingest::testing {

namespace {

const std::string beside_target = "\"" + simulated_target + "_ingest_";

std::optional<std::string> truth(bool value) {
  return value ? "t" : "f";
}

/// The words of a statement, of which none has a blank in it.
std::vector<std::string> words(const std::string& sql) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t end = std::min(sql.find(' ', at), sql.size());
    all.push_back(sql.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

/// Of "public"."name", or "name".
std::string plain(const std::string& quoted) {
  const std::string last = quoted.substr(quoted.rfind('.') + 1);
  return last.starts_with('"') ? last.substr(1, last.size() - 2) : last;
}

}  // namespace

/// The statement as it would be of the target, where it is of the table beside that. Sets at_.
std::string simulated_statements::about_target(const std::string& sql) {
  at_ = simulated_target;
  std::string said = sql;
  for (auto at = said.find(beside_target); at != std::string::npos; at = said.find(beside_target, at)) {
    const std::size_t end = said.find('"', at + 1) + 1;
    at_ = plain(said.substr(at, end - at));
    said.replace(at, end - at, '"' + simulated_target + '"');
  }
  return said;
}

/// Names are looked up in the catalog as it is now, whatever the transaction's snapshot shows.
std::optional<table_id> simulated_statements::id_of(const std::string& quoted) const {
  const std::string name = plain(quoted);
  const auto own = b_.made.named.find(name);
  return own != b_.made.named.end() ? own->second : db_.committed_.find(name);
}

table_id simulated_statements::require(const std::string& quoted) {
  const auto id = id_of(quoted);
  if (!id) {
    db_.fail(b_, "42P01", "relation " + quoted + " does not exist");
  }
  return *id;
}

/// Locks the table to the transaction's end: `update` is ACCESS EXCLUSIVE, and `key_share` what leaves others alone.
/// While it is waited for, another table may get its name.
table_id simulated_statements::touch(const std::string& quoted, lock_strength strength) {
  for (;;) {
    const table_id id = require(quoted);
    db_.lock(b_, "table " + std::to_string(id), strength);
    if (id_of(quoted) == id) {
      return id;
    }
  }
}

bool simulated_statements::has_key(table_id id) const {
  const tables now = seen();
  const auto found = now.rows.find(id);
  return found != now.rows.end() && found->second.has_key;
}

/// Names are a key of the catalog.
table_id simulated_statements::make_table(const std::string& name, bool has_key) {
  const auto takes_it = [&](const backend& o) { return o.made.named.contains(name) && o.made.named.at(name); };
  const bool is_there = id_of(name).has_value();
  while (backend* holder = is_there ? nullptr : db_.other(b_, takes_it)) {
    db_.wait_for(b_, *holder);
  }
  if (is_there) {
    db_.fail(b_, "42P07", "relation \"" + name + "\" already exists");
  }
  if (id_of(name)) {
    db_.fail(b_, "23505", "duplicate key value violates unique constraint \"pg_type_typname_nsp_index\"");
  }
  const table_id id = ++db_.last_table_;
  b_.made.named[name] = id;
  b_.made.rows[id].has_key = has_key;
  return id;
}

// -- Questions -------------------------------------------------------------------------------------------------------

/// Nothing where it is none of the catalog.
std::optional<simulated_statements::rows> simulated_statements::query_catalog(const std::string& sql,
                                                                              const parameters& p) {
  if (sql == "SELECT to_regclass($1) IS NOT NULL") {
    return rows{{truth(id_of(p.at(0)).has_value())}};
  }
  if (sql.starts_with("WITH tree AS (SELECT $1::regclass::oid AS oid UNION SELECT relid FROM pg_partition_tree(")) {
    return rows{{truth(true)}};
  }
  if (sql == "SELECT $1::regclass::oid") {
    return rows{{std::to_string(require(p.at(0)))}};
  }
  if (sql.starts_with("SELECT FROM \"")) {
    touch(at_, lock_strength::key_share);
    return rows{};
  }
  if (sql.starts_with("SELECT NOT EXISTS (SELECT FROM ")) {
    const table_id table = touch(at_, lock_strength::key_share);
    const tables now = seen();
    const auto found = now.rows.find(table);
    return rows{{truth(found == now.rows.end() || found->second.events.empty())}};
  }
  const bool tells_name = sql.starts_with("SELECT n.nspname || '.' || t.relname FROM pg_class");
  const bool describes = sql.starts_with("SELECT n.nspname, t.relkind, t.relpersistence");
  const bool tells_shape = sql.starts_with("SELECT t.oid || ':' || coalesce(");
  if (!tells_name && !describes && !tells_shape) {
    return std::nullopt;
  }
  // The name is looked up as it is now, and the table's row in the catalog is of the snapshot.
  const auto id = id_of(p.at(0));
  const std::string name = id ? seen().name_of(*id) : "";
  if (name.empty()) {
    return rows{};
  }
  if (tells_name) {
    return rows{{"public." + name}};
  }
  return describes ? rows{{"public", "r", "p", std::to_string(*id)}} : rows{{std::to_string(*id) + ":"}};
}

/// Questions for what a table of the same kind needs, which are answered with statements. A table has a key, and else
/// nothing that would have to be carried over.
std::optional<simulated_statements::rows> simulated_statements::query_statements(const std::string& sql,
                                                                                 const parameters& p) {
  static const std::array<std::string_view, 4> nothing = {
      "\nSELECT 'is partitioned, or a part of another", "\nSELECT format('ALTER SEQUENCE %s RENAME",
      "\nSELECT format('CREATE OR REPLACE VIEW ", "\nSELECT format(CASE WHEN mark = 'c' THEN 'ALTER TABLE"};
  for (const std::string_view beginning : nothing) {
    if (sql.starts_with(beginning)) {
      return rows{};
    }
  }
  if (sql == "SELECT current_setting('search_path')" || sql.starts_with("SELECT set_config('")) {
    return rows{{"\"$user\", public"}};
  }
  if (sql.starts_with("\nSELECT DISTINCT format('REVOKE ALL ON ")) {
    require(p.at(0));
    require(p.at(1));
    return rows{{"COMMENT ON TABLE " + p.at(1) + " IS 'ingest: made of 2 columns'"}};
  }
  if (sql.starts_with("\nWITH old AS (SELECT * FROM pg_class ")) {
    return rows{{"COMMENT ON TABLE " + p.at(1) + " IS NULL"}};
  }
  if (sql.starts_with("\nWITH facts AS (")) {
    return rows{{std::nullopt}};  // nobody alters a simulated table
  }
  const bool makes_key = sql.starts_with("SELECT CASE WHEN of_constraint THEN format('ALTER TABLE %s ADD CONSTRAINT");
  if (!makes_key && !sql.starts_with("SELECT format('ALTER INDEX %I.%I RENAME TO %I'")) {
    return std::nullopt;
  }
  const bool lacks_key = has_key(require(p.at(0))) && !has_key(require(p.at(1)));
  if (makes_key) {
    return lacks_key ? rows{{"ALTER TABLE " + p.at(1) + " ADD CONSTRAINT \"" + p.at(3) + "_1\" PRIMARY KEY (id)"}}
                     : rows{};
  }
  return rows{{"ALTER INDEX \"public\".\"" + plain(p.at(1)) + "_1\" RENAME TO \"ingested_events_pkey\""}};
}

// -- Changes ---------------------------------------------------------------------------------------------------------

bool simulated_statements::run_table_statement(const std::string& sql) {
  if (sql == "SET LOCAL search_path = pg_catalog" || sql.starts_with("ALTER INDEX \"public\".\"")) {
    return true;
  }
  const std::vector<std::string> said = words(sql);
  if (said.size() < 2 || sql.find('"') == std::string::npos) {
    return false;
  }
  if (said[0] == "LOCK") {
    touch(said.at(2), sql.ends_with(" IN ACCESS EXCLUSIVE MODE") ? lock_strength::update : lock_strength::key_share);
  } else if (said[0] == "ANALYZE") {
    touch(said[1], lock_strength::key_share);
  } else if (sql.starts_with("COMMENT ON TABLE ")) {
    touch(said.at(3), lock_strength::key_share);
  } else if (sql.starts_with("CREATE TABLE ") && said.at(3) == "(LIKE") {
    touch(said.at(4), lock_strength::key_share);
    make_table(plain(said[2]), false);
  } else if (sql.starts_with("DROP TABLE ")) {
    touch(said.at(2), lock_strength::update);
    free_name(plain(said[2]));
  } else if (sql.starts_with("ALTER TABLE ") && said.at(3) == "ADD" && sql.ends_with(" PRIMARY KEY (id)")) {
    b_.made.rows[touch(said[2], lock_strength::update)].has_key = true;
  } else if (sql.starts_with("ALTER TABLE ") && said.at(3) == "RENAME") {
    const table_id id = touch(said[2], lock_strength::update);
    if (id_of(said.at(5))) {
      db_.fail(b_, "42P07", "relation " + said[5] + " already exists");
    }
    free_name(plain(said[2]));
    b_.made.named[plain(said.at(5))] = id;
  } else {
    return false;
  }
  return true;
}

}  // namespace ingest::testing

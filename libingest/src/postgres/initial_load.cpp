#include "postgres/initial_load.hpp"

#include "ingest/event_names.hpp"
#include "ingest/log.hpp"

namespace ingest::detail {

namespace {

const std::string guard_prefix = "ingest_long_ids_";

std::string seconds_since(std::chrono::steady_clock::time_point began) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return std::to_string(ms.count() / 1000) + "." + std::to_string(ms.count() / 100 % 10) + " s";
}

/// For this transaction only. Whoever has configured more than we ask for keeps it.
void use_more_resources(postgres_connection& c) {
  c.run(
      "SELECT set_config(name, CASE name WHEN 'client_connection_check_interval' THEN '1000' ELSE '262144' END, true) "
      "FROM pg_settings WHERE CASE WHEN name IN ('maintenance_work_mem', 'work_mem') THEN setting::bigint < 262144 "
      // Otherwise the server would go on building for a client that has died, and keep its successor waiting.
      "ELSE name = 'client_connection_check_interval' END");
}

void add_key(postgres_connection& c, const target_table& target) {
  c.run("ALTER TABLE " + target.quoted + " ADD PRIMARY KEY (id)");
}

/// Without a key to name rows by, PostgreSQL deletes none from a table that a publication tells subscribers of.
void replicate_whole_rows(postgres_connection& c, const target_table& target, bool whole) {
  c.run("ALTER TABLE " + target.quoted + " REPLICA IDENTITY " + (whole ? "FULL" : "DEFAULT"));
}

std::uint64_t remove_duplicates(postgres_connection& c, const target_table& target) {
  const bool published =
      c.execute(
           "SELECT relreplident = 'd' AND EXISTS (SELECT FROM pg_publication_tables WHERE schemaname = $2 AND "
           "tablename = $3) FROM pg_class WHERE oid = $1::regclass",
           {target.quoted, target.schema, target.table})
          .truth(0, 0);
  if (published) {
    replicate_whole_rows(c, target, true);
  }
  // Transactions are numbered as they begin to write, and within one of them rows are written in the order of their
  // pages; the age of a number, unlike the number, can be compared.
  const std::uint64_t removed =
      c.execute(
           "DELETE FROM " + target.quoted +
           " t USING (SELECT ctid AS place, row_number() OVER (PARTITION BY id ORDER BY age(xmin) DESC, ctid) AS n "
           "FROM " +
           target.quoted + " WHERE id IN (SELECT id FROM " + target.quoted +
           " GROUP BY id HAVING count(*) > 1)) copies WHERE t.ctid = copies.place AND copies.n > 1")
          .affected();
  if (published) {
    replicate_whole_rows(c, target, false);
  }
  return removed;
}

void drop_guard(postgres_connection& c, const target_table& target) {
  const query_result guards = c.execute(
      "SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid "
      "WHERE i.indrelid = $1::regclass AND starts_with(x.relname, $2)",
      {target.quoted, guard_prefix});
  for (std::size_t i = 0; i < guards.rows(); ++i) {
    c.run("DROP INDEX " + c.quoted(target.schema) + "." + c.quoted(guards.text(i, 0)));
  }
}

}  // namespace

void create_keyless(postgres_connection& c, const std::string& table) {
  c.run("CREATE TABLE " + table + " (id " + id_type + " NOT NULL, data JSONB NOT NULL)");
  // An id too long for the key must be refused now, by the same error, and not when everything is loaded. Nearly no id
  // is long enough to get into this index.
  const std::string oid = c.execute("SELECT $1::regclass::oid", {table}).text(0, 0);
  c.run("CREATE INDEX " + guard_prefix + oid + " ON " + table + " (id) WHERE octet_length(id) > 2000");
}

bool began_keyless(postgres_connection& c, const std::string& pipeline, const std::string& target) {
  return !c.execute("SELECT 1 FROM ingest.pipelines WHERE name = $1 AND target = $2 AND initial_load",
                    {pipeline, target})
              .empty();
}

std::string why_no_key(postgres_connection& c, const std::string& target) {
  const query_result owner = c.execute(
      "SELECT name FROM ingest.pipelines WHERE target = $1 AND initial_load AND NOT complete ORDER BY name", {target});
  if (!owner.empty()) {
    return "has no key yet: the initial load of pipeline \"" + owner.text(0, 0) +
           "\" is filling it. Let that run end first, or choose another table";
  }
  return "has no unique key on id alone, so that an event could get in twice: ALTER TABLE … ADD PRIMARY KEY (id)";
}

std::optional<std::uint64_t> build_key(postgres_connection& c, const target_table& target) {
  // Read from the catalog, not from memory: our former COMMIT may have lost its answer, or a person has built the key.
  if (has_key(c, target.quoted)) {
    return std::nullopt;
  }
  const auto began = std::chrono::steady_clock::now();
  log::info(events::key_begun, "everything is loaded; building the key of " + target.identity(),
            {{"table", target.identity()}});
  use_more_resources(c);
  c.be_patient();
  c.run("LOCK TABLE " + target.quoted + " IN SHARE ROW EXCLUSIVE MODE; SAVEPOINT ingest_key");
  std::uint64_t removed = 0;
  try {
    add_key(c, target);
  } catch (const database_error& e) {
    if (e.told().sqlstate != "23505" || !c.usable()) {
      throw;
    }
    c.run("ROLLBACK TO SAVEPOINT ingest_key");
    removed = remove_duplicates(c, target);
    log::info(events::duplicates_removed, "some events were loaded more than once; the first of each stays",
              {{"table", target.identity()}, {"duplicates", removed}});
    add_key(c, target);
  }
  drop_guard(c, target);
  log::info(events::key_built, "built the key of " + target.identity() + " in " + seconds_since(began),
            {{"table", target.identity()}, {"duplicates", removed}});
  return removed;
}

}  // namespace ingest::detail

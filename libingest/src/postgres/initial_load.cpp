#include "postgres/initial_load.hpp"

#include "ingest/log.hpp"
#include "ingest/record_encoder.hpp"
#include "log/event_names.hpp"

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

/// Without a key to name rows by, PostgreSQL deletes none from a table that a publication tells subscribers of.
void replicate_whole_rows(postgres_connection& c, const target_table& target, bool whole) {
  c.run("ALTER TABLE " + target.quoted + " REPLICA IDENTITY " + (whole ? "FULL" : "DEFAULT"));
}

std::uint64_t set_aside_differing(postgres_connection& c, const target_table& target, rejects_file& aside) {
  constexpr int at_a_time = 1000;
  c.run("DECLARE ingest_differing NO SCROLL CURSOR FOR " + target.shape.differing_copies(target.quoted));
  std::uint64_t found = 0;
  for (;;) {
    const query_result r = c.execute("FETCH " + std::to_string(at_a_time) + " FROM ingest_differing");
    std::vector<std::string> texts;
    texts.reserve(r.rows());
    std::vector<rejected_row> rows;
    for (std::size_t i = 0; i < r.rows(); ++i) {
      const std::string key = r.text(i, 0);
      keyed_encoder().append(r.null(i, 0) ? std::nullopt : std::optional<std::string_view>(key), r.text(i, 1),
                             texts.emplace_back());
      rows.push_back({nullptr, 0, "23505", differs, texts.back(), rejected_row::reason::differs});
    }
    if (rows.empty()) {
      c.run("CLOSE ingest_differing");
      return found;
    }
    aside.append(rows);
    found += rows.size();
  }
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
  const std::uint64_t removed = c.execute(target.shape.delete_copies(target.quoted)).affected();
  if (published) {
    replicate_whole_rows(c, target, false);
  }
  return removed;
}

/// Which of several rows came first, their places and transactions tell, unless somebody has had them written anew
/// since: the file of a table that was not rewritten bears its number.
void require_order(postgres_connection& c, const target_table& target) {
  if (target.shape.has_version() ||
      !c.execute("SELECT relfilenode <> oid FROM pg_class WHERE oid = $1::regclass", {target.quoted}).truth(0, 0) ||
      !c.execute("SELECT EXISTS (" + target.shape.differing_copies(target.quoted) + ")").truth(0, 0)) {
    return;
  }
  throw error(errc::bad_data,
              target.identity() +
                  " was rewritten while it was filled without its key (ALTER TABLE … TYPE, CLUSTER, VACUUM FULL), and "
                  "of rows with one key nobody knows any more which came last: load it anew with `start_over()`, and "
                  "alter it when that is complete");
}

void drop_guard(postgres_connection& c, const target_table& target) {
  const query_result guards = c.execute(
      "SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid "
      "WHERE i.indrelid = $1::regclass AND starts_with(x.relname, $2)",
      {target.quoted, guard_prefix});
  for (std::size_t i = 0; i < guards.rows(); ++i) {
    c.run("DROP INDEX " + sql_name(c, target.schema, guards.text(i, 0)));
  }
}

}  // namespace

void create_keyless(postgres_connection& c, const table_shape& shape, const std::string& table) {
  c.run(shape.create(table, false));
  // An id too long for the key must be refused now, by the same error, and not when everything is loaded.
  const std::string oid = c.execute("SELECT $1::regclass::oid", {table}).text(0, 0);
  if (const std::string guard = shape.create_guard(table, guard_prefix + oid); !guard.empty()) {
    c.run(guard);
  }
}

bool began_keyless(postgres_connection& c, const std::string& pipeline, const std::string& target) {
  return !c.execute("SELECT 1 FROM ingest.pipelines WHERE name = $1 AND target = $2 AND initial_load",
                    {pipeline, target})
              .empty();
}

std::optional<std::string> why_unfinished(postgres_connection& c, const target_table& target) {
  const query_result owner =
      c.execute("SELECT name FROM ingest.pipelines WHERE target = $1 AND initial_load AND NOT complete ORDER BY name",
                {target.identity()});
  if (owner.empty()) {
    return std::nullopt;
  }
  return "has no key yet: the initial load of pipeline \"" + owner.text(0, 0) +
         "\" is filling it. Let that run end first, or choose another table";
}

std::string why_no_key(postgres_connection& c, const target_table& target) {
  if (auto filling = why_unfinished(c, target)) {
    return *std::move(filling);
  }
  const std::string late = key_of(c, target.shape, target.quoted, false);
  if (!late.empty()) {
    return "has a key " + late +
           " that is DEFERRABLE, by which duplicates are not found in time: make it NOT DEFERRABLE";
  }
  return "has no unique key on " + target.shape.key_list() +
         " alone, with the collation of the column, so that an event could get in twice: " +
         target.shape.add_key(target.quoted);
}

std::optional<removed_rows> build_key(postgres_connection& c, const target_table& target, rejects_file& aside) {
  // Read from the catalog, not from memory: our former COMMIT may have lost its answer, or a person has built the key.
  if (!key_of(c, target.shape, target.quoted).empty()) {
    return std::nullopt;
  }
  const auto began = std::chrono::steady_clock::now();
  log::info(events::key_begun, "everything is loaded; building the key of " + target.identity(),
            {{"table", target.identity()}});
  use_more_resources(c);
  c.be_patient();
  c.run("LOCK TABLE " + target.quoted + " IN SHARE ROW EXCLUSIVE MODE; SAVEPOINT ingest_key");
  removed_rows removed;
  try {
    c.run(target.shape.add_key(target.quoted));
  } catch (const database_error& e) {
    if (e.told().sqlstate != "23505" || !c.usable()) {
      throw;
    }
    c.run("ROLLBACK TO SAVEPOINT ingest_key");
    require_order(c, target);
    removed.differing = target.shape.duplicates_may_differ() ? set_aside_differing(c, target, aside) : 0;
    removed.all = remove_duplicates(c, target);
    log::info(events::duplicates_removed, "some events were loaded more than once; one of each stays",
              {{"table", target.identity()}, {"duplicates", removed.all}});
    c.run(target.shape.add_key(target.quoted));
  }
  drop_guard(c, target);
  log::info(events::key_built, "built the key of " + target.identity() + " in " + seconds_since(began),
            {{"table", target.identity()}, {"duplicates", removed.all}});
  return removed;
}

}  // namespace ingest::detail

#include "postgres/ledger_tables.hpp"

namespace ingest::detail {

namespace {

const std::string ledger_definition = R"(
CREATE SCHEMA IF NOT EXISTS ingest;
CREATE TABLE IF NOT EXISTS ingest.pipelines (
  name text PRIMARY KEY,
  run_id text NOT NULL,
  plan text NOT NULL,
  target text NOT NULL,
  epoch bigint NOT NULL,
  complete boolean NOT NULL DEFAULT false,
  initial_load boolean NOT NULL DEFAULT false,
  taken_over_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz
);
CREATE TABLE IF NOT EXISTS ingest.pages (
  pipeline text NOT NULL,
  page bigint NOT NULL,
  slice bigint NOT NULL,
  last boolean NOT NULL,
  segment bigint NOT NULL,
  bytes bigint NOT NULL,
  rows bigint NOT NULL,
  crc bigint NOT NULL,
  position text NOT NULL,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  epoch bigint NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (pipeline, page)
))";

/// A row for each table, or whatever has its name, that is not as we create it: which, and what it lacks.
const std::string foreign_tables = R"(
SELECT w.name, string_agg(w.attribute || ' ' || w.type, ', ')
FROM (VALUES ('pipelines', 'name', 'text'), ('pipelines', 'run_id', 'text'), ('pipelines', 'plan', 'text'),
             ('pipelines', 'target', 'text'), ('pipelines', 'epoch', 'bigint'), ('pipelines', 'complete', 'boolean'),
             ('pipelines', 'initial_load', 'boolean'),
             ('pages', 'pipeline', 'text'), ('pages', 'page', 'bigint'), ('pages', 'slice', 'bigint'),
             ('pages', 'last', 'boolean'), ('pages', 'segment', 'bigint'), ('pages', 'bytes', 'bigint'),
             ('pages', 'rows', 'bigint'), ('pages', 'crc', 'bigint'), ('pages', 'position', 'text'),
             ('pages', 'duplicates', 'bigint'), ('pages', 'rejected', 'bigint'), ('pages', 'epoch', 'bigint'))
  AS w (name, attribute, type)
JOIN pg_namespace n ON n.nspname = 'ingest'
JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = w.name
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = w.attribute AND a.atttypid = w.type::regtype
WHERE t.relkind <> 'r' OR a.attname IS NULL
  OR NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)
GROUP BY w.name ORDER BY w.name)";

}  // namespace

bool ledger_exists(postgres_connection& c) {
  return c.execute("SELECT to_regclass('ingest.pipelines') IS NOT NULL AND to_regclass('ingest.pages') IS NOT NULL")
      .truth(0, 0);
}

void create_ledger(postgres_connection& c) {
  c.run(ledger_definition);
}

void check_ledger_shape(postgres_connection& c) {
  const query_result foreign = c.execute(foreign_tables);
  if (!foreign.empty()) {
    throw error(errc::config, "ingest." + foreign.text(0, 0) +
                                  " is in the way: the ledger needs a table of this name, with a primary key and " +
                                  foreign.text(0, 1) + ". Rename what is there, or load into another database");
  }
}

void check_ledger_is_logged(postgres_connection& c) {
  const query_result unlogged = c.execute(
      "SELECT oid::regclass FROM pg_class WHERE relpersistence = 'u' "
      "AND oid IN (to_regclass('ingest.pipelines'), to_regclass('ingest.pages'))");
  if (!unlogged.empty()) {
    throw error(errc::config,
                "the ledger's table " + unlogged.text(0, 0) +
                    " is UNLOGGED: after a crash of PostgreSQL it would be empty and rows would be loaded "
                    "again. ALTER TABLE … SET LOGGED, or allow unlogged tables");
  }
}

}  // namespace ingest::detail

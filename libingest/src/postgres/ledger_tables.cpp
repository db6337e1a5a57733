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
  complete boolean NOT NULL DEFAULT false,
  initial_load boolean NOT NULL DEFAULT false,
  first_transaction text NOT NULL,
  ledger_oids text NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  rows_before bigint NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  shape text NOT NULL DEFAULT '',
  disposition text NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS ingest.slices (
  pipeline text NOT NULL,
  stream text NOT NULL,
  slice text NOT NULL,
  fence bigint NOT NULL DEFAULT 0,
  pages bigint NOT NULL DEFAULT 0,
  position text NOT NULL DEFAULT '',
  done boolean NOT NULL DEFAULT false,
  rows bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  owner text NOT NULL DEFAULT '',
  lease_until timestamptz,
  PRIMARY KEY (pipeline, stream, slice)
);
CREATE TABLE IF NOT EXISTS ingest.pages (
  pipeline text NOT NULL,
  stream text NOT NULL,
  slice text NOT NULL,
  page bigint NOT NULL,
  last boolean NOT NULL,
  bytes bigint NOT NULL,
  rows bigint NOT NULL,
  crc bigint NOT NULL,
  position text NOT NULL,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (pipeline, stream, slice, page)
);
CREATE TABLE IF NOT EXISTS ingest.watermarks (
  pipeline text NOT NULL,
  stream text NOT NULL,
  partition text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (pipeline, stream, partition)
);
CREATE TABLE IF NOT EXISTS ingest.syncs (
  pipeline text NOT NULL,
  generation bigint NOT NULL,
  run_id text NOT NULL,
  plan text NOT NULL,
  completed_at timestamptz,
  rows bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  begun_at timestamptz,
  tries bigint NOT NULL DEFAULT 0,
  given_up boolean NOT NULL DEFAULT false,
  failed_at timestamptz,
  exit_code integer,
  failure text NOT NULL DEFAULT '',
  PRIMARY KEY (pipeline, generation)
))";

/// What tables of version 2 may lack, since they were created without it. Also among the columns above, so that new
/// ledgers are not altered.
const std::string later_columns = R"(
ALTER TABLE ingest.pipelines ADD COLUMN IF NOT EXISTS shape text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS disposition text NOT NULL DEFAULT '';
ALTER TABLE ingest.slices ADD COLUMN IF NOT EXISTS owner text NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS lease_until timestamptz;
ALTER TABLE ingest.syncs ALTER COLUMN completed_at DROP NOT NULL, ALTER COLUMN rows SET DEFAULT 0,
  ALTER COLUMN duplicates SET DEFAULT 0, ALTER COLUMN rejected SET DEFAULT 0,
  ADD COLUMN IF NOT EXISTS begun_at timestamptz, ADD COLUMN IF NOT EXISTS tries bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS given_up boolean NOT NULL DEFAULT false, ADD COLUMN IF NOT EXISTS failed_at timestamptz,
  ADD COLUMN IF NOT EXISTS exit_code integer, ADD COLUMN IF NOT EXISTS failure text NOT NULL DEFAULT '')";

/// Version 1 had a row for each page for ever, numbered over all slices. What was loaded without holes is kept as what
/// its slices have reached. Pages behind a hole have no number within their slice: they will come again, and meet their
/// key; their rows stay counted, and count as duplicates then.
const std::string migration_1 = R"(
ALTER TABLE ingest.pages RENAME TO pages_of_version_1)";
const std::string migration_2 = R"(
ALTER TABLE ingest.pipelines ADD COLUMN first_transaction text, ADD COLUMN ledger_oids text,
  ADD COLUMN generation bigint NOT NULL DEFAULT 1, ADD COLUMN rows_before bigint NOT NULL DEFAULT 0;
UPDATE ingest.pipelines p SET ledger_oids = )" +
                                ledger_oids + R"(, first_transaction = CASE
  -- Pages of one transaction bear one time. Where they bear several, they were restored from a dump.
  WHEN EXISTS (SELECT 1 FROM ingest.pages_of_version_1 o WHERE o.pipeline = p.name
               GROUP BY o.xmin HAVING min(o.loaded_at) <> max(o.loaded_at)) THEN ''
  ELSE coalesce((SELECT o.xmin::text FROM ingest.pages_of_version_1 o WHERE o.pipeline = p.name
                 ORDER BY age(o.xmin) DESC LIMIT 1), pg_current_xact_id()::xid::text) END;
ALTER TABLE ingest.pipelines ALTER COLUMN first_transaction SET NOT NULL, ALTER COLUMN ledger_oids SET NOT NULL,
  DROP COLUMN epoch;
ALTER TABLE ingest.pipelines RENAME COLUMN taken_over_at TO opened_at;
INSERT INTO ingest.slices (pipeline, stream, slice, pages, position, done, rows, duplicates, rejected)
SELECT pipeline, '', slice::text, count(*) FILTER (WHERE gaps = 0),
  coalesce((array_agg(position ORDER BY page DESC) FILTER (WHERE gaps = 0))[1], ''),
  coalesce(bool_or(last) FILTER (WHERE gaps = 0), false), sum(rows), sum(duplicates), sum(rejected)
FROM (SELECT *, page - row_number() OVER (PARTITION BY pipeline ORDER BY page) AS gaps
      FROM ingest.pages_of_version_1) numbered
GROUP BY pipeline, slice;
DROP TABLE ingest.pages_of_version_1)";

/// A row for each table, or whatever has its name, that is not as we create it: which, and what it lacks.
const std::string foreign_tables = R"(
SELECT w.name, string_agg(w.attribute || ' ' || w.type, ', ')
FROM (VALUES ('pipelines', 'name', 'text'), ('pipelines', 'run_id', 'text'), ('pipelines', 'plan', 'text'),
             ('pipelines', 'target', 'text'), ('pipelines', 'complete', 'boolean'),
             ('pipelines', 'initial_load', 'boolean'), ('pipelines', 'first_transaction', 'text'),
             ('pipelines', 'ledger_oids', 'text'), ('pipelines', 'generation', 'bigint'),
             ('pipelines', 'rows_before', 'bigint'),
             ('slices', 'pipeline', 'text'), ('slices', 'stream', 'text'), ('slices', 'slice', 'text'),
             ('slices', 'fence', 'bigint'), ('slices', 'pages', 'bigint'), ('slices', 'position', 'text'),
             ('slices', 'done', 'boolean'), ('slices', 'rows', 'bigint'), ('slices', 'duplicates', 'bigint'),
             ('slices', 'rejected', 'bigint'),
             ('pages', 'pipeline', 'text'), ('pages', 'stream', 'text'), ('pages', 'slice', 'text'),
             ('pages', 'page', 'bigint'), ('pages', 'last', 'boolean'), ('pages', 'bytes', 'bigint'),
             ('pages', 'rows', 'bigint'), ('pages', 'crc', 'bigint'), ('pages', 'position', 'text'),
             ('pages', 'duplicates', 'bigint'), ('pages', 'rejected', 'bigint'),
             ('watermarks', 'pipeline', 'text'), ('watermarks', 'stream', 'text'),
             ('watermarks', 'partition', 'text'), ('watermarks', 'value', 'text'),
             ('syncs', 'pipeline', 'text'), ('syncs', 'generation', 'bigint'), ('syncs', 'run_id', 'text'),
             ('syncs', 'plan', 'text'), ('syncs', 'completed_at', 'timestamptz'), ('syncs', 'rows', 'bigint'),
             ('syncs', 'duplicates', 'bigint'), ('syncs', 'rejected', 'bigint'))
  AS w (name, attribute, type)
JOIN pg_namespace n ON n.nspname = 'ingest'
JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = w.name
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = w.attribute AND a.atttypid = w.type::regtype
WHERE t.relkind <> 'r' OR a.attname IS NULL
  OR NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)
GROUP BY w.name ORDER BY w.name)";

const std::string all_tables_exist =
    "to_regclass('ingest.pipelines') IS NOT NULL AND to_regclass('ingest.slices') IS NOT NULL "
    "AND to_regclass('ingest.pages') IS NOT NULL AND to_regclass('ingest.watermarks') IS NOT NULL "
    "AND to_regclass('ingest.syncs') IS NOT NULL";

}  // namespace

bool ledger_exists(postgres_connection& c) {
  return c.execute("SELECT " + all_tables_exist).truth(0, 0);
}

bool ledger_is_current(postgres_connection& c) {
  return c
      .execute("SELECT " + all_tables_exist +
               " AND (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('ingest.pipelines') "
               "AND attname IN ('shape', 'disposition') AND NOT attisdropped) = 2 "
               "AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('ingest.slices') "
               "AND attname = 'lease_until' AND NOT attisdropped) "
               "AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('ingest.syncs') "
               "AND attname = 'failure' AND NOT attisdropped)")
      .truth(0, 0);
}

bool ledger_is_of_version_1(postgres_connection& c) {
  return c
      .execute(
          "SELECT count(*) = 2 AND NOT EXISTS (SELECT FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace "
          "WHERE n.nspname = 'ingest' AND s.relname = 'slices') FROM pg_attribute a JOIN pg_class t ON t.oid = "
          "a.attrelid "
          "WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'ingest') AND t.relname = 'pages' "
          "AND a.attname IN ('segment', 'epoch')")
      .truth(0, 0);
}

void create_ledger(postgres_connection& c) {
  if (ledger_is_of_version_1(c)) {
    c.run(migration_1);
    c.run(ledger_definition);
    c.run(migration_2);
  } else if (!ledger_exists(c)) {
    c.run(ledger_definition);
  }
  if (ledger_is_current(c)) {
    return;
  }
  if (!c.execute(
            "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid IN ('ingest.pipelines'::regclass, "
            "'ingest.slices'::regclass, 'ingest.syncs'::regclass)")
           .truth(0, 0)) {
    throw error(errc::config,
                "the ledger lacks columns of this version, which its owner has to add: " + later_columns.substr(1));
  }
  c.run(later_columns);
}

void check_ledger_shape(postgres_connection& c) {
  if (ledger_is_of_version_1(c)) {
    return;
  }
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
      "AND oid IN (to_regclass('ingest.pipelines'), to_regclass('ingest.slices'), to_regclass('ingest.pages'), "
      "to_regclass('ingest.watermarks'), to_regclass('ingest.syncs'))");
  if (!unlogged.empty()) {
    throw error(errc::config,
                "the ledger's table " + unlogged.text(0, 0) +
                    " is UNLOGGED: after a crash of PostgreSQL it would be empty and rows would be loaded "
                    "again. ALTER TABLE … SET LOGGED, or allow unlogged tables");
  }
}

}  // namespace ingest::detail

#include "postgres/grants.hpp"

namespace ingest::detail {

namespace {

/// $1: the table's schema or nothing, $2: its name, $3: its name in SQL, $4: the columns that we use, $5: whether we
/// change rows. A row for each
/// GRANT that is missing.
const std::string missing_grants = R"(
SELECT format('GRANT %s ON %s TO %I', privilege, object, current_user)
FROM (
  WITH place AS (
    SELECT (SELECT oid FROM pg_namespace WHERE nspname = 'ingest') AS ledger,
           (SELECT oid FROM pg_namespace WHERE nspname = coalesce(nullif($1, ''), current_schema())) AS home,
           CASE WHEN $1 = '' THEN to_regclass($3)::oid
                ELSE (SELECT t.oid FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
                      WHERE n.nspname = $1 AND t.relname = $2) END AS target),
  tables AS (
    SELECT t.oid, wanted.privilege
    FROM place, pg_class t, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted (privilege)
    WHERE t.relnamespace = ledger AND t.relname IN ('pipelines', 'slices', 'pages', 'watermarks', 'syncs')
       OR t.oid = target AND (wanted.privilege IN ('SELECT', 'INSERT')
                            OR wanted.privilege = 'UPDATE' AND $5::boolean))
  SELECT 1 AS n, 'CREATE' AS privilege, format('DATABASE %I', current_database()) AS object FROM place
  WHERE ledger IS NULL AND NOT has_database_privilege(current_database(), 'CREATE')
  UNION ALL
  SELECT 2, 'TEMPORARY', format('DATABASE %I', current_database())
  WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
  UNION ALL
  SELECT 3, 'USAGE', 'SCHEMA ingest' FROM place WHERE NOT has_schema_privilege(ledger, 'USAGE')
  UNION ALL
  SELECT 4, 'CREATE', 'SCHEMA ingest' FROM place
  WHERE NOT has_schema_privilege(ledger, 'CREATE')
    AND (SELECT count(*) FROM pg_class
         WHERE relnamespace = ledger AND relname IN ('pipelines', 'slices', 'pages', 'watermarks', 'syncs')) < 5
  UNION ALL
  SELECT 5, 'USAGE', format('SCHEMA %I', $1) FROM place WHERE $1 <> '' AND NOT has_schema_privilege(home, 'USAGE')
  UNION ALL
  SELECT 6, CASE WHEN home IS NULL THEN 'USAGE, CREATE' ELSE 'CREATE' END,
         format('SCHEMA %I', coalesce(nullif($1, ''), current_schema(), 'public')) FROM place
  WHERE target IS NULL AND (NOT has_schema_privilege(home, 'CREATE') OR home IS NULL AND $1 = '')
  UNION ALL
  SELECT 7, string_agg(privilege, ', '), 'TABLE ' || oid::regclass FROM tables, place
  WHERE NOT has_table_privilege(oid, privilege)
    -- Of the target, our columns will do.
    AND NOT (oid = target AND cardinality($4::text[]) =
             (SELECT count(*) FROM pg_attribute WHERE attrelid = oid AND attname = ANY ($4::text[])
              AND has_column_privilege(attrelid, attnum, privilege)))
  GROUP BY oid
  UNION ALL
  -- Columns that are filled by nextval().
  SELECT DISTINCT 8, 'USAGE', 'SEQUENCE ' || s.oid::regclass
  FROM place JOIN pg_attrdef d ON d.adrelid = target
  JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
  JOIN pg_class s ON s.oid = p.refobjid
  WHERE CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege(s.oid, 'USAGE') ELSE false END
) missing ORDER BY n)";

/// Without a schema to create the table in, no GRANT would help.
void require_schema(postgres_connection& c, const table_name& name) {
  if (!name.schema.empty()) {
    return;
  }
  const query_result path = c.execute(
      "SELECT current_setting('search_path'), current_user WHERE current_schema() IS NULL AND to_regclass($1) IS NULL "
      "AND coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'USAGE'), true)",
      {sql_name(c, name)});
  if (!path.empty()) {
    throw error(errc::config, "table " + name.shown + " cannot be created: search_path of user " + path.text(0, 1) +
                                  " (\"" + path.text(0, 0) +
                                  "\") leads to no schema. Name the table with its schema: `table`=schema.table");
  }
}

}  // namespace

void require_grants(postgres_connection& c, const table_name& name, const table_shape& shape) {
  require_schema(c, name);
  const query_result missing =
      c.execute(missing_grants, {name.schema, name.table, sql_name(c, name), shape.column_array(),
                                 shape.write == disposition::merge ? "true" : "false"});
  if (missing.empty()) {
    return;
  }
  std::string statements;
  for (std::size_t i = 0; i < missing.rows(); ++i) {
    statements += (i == 0 ? "" : "; ") + missing.text(i, 0);
  }
  throw error(errc::config,
              "the database user lacks permissions, which the owner or a superuser can give: " + statements);
}

}  // namespace ingest::detail

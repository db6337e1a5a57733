#include "postgres/replacement.hpp"

#include "core/utf8.hpp"
#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

/// $1: the table's oid. A row for each thing that a table of the same name would not have.
const std::string not_carried_over = R"(
SELECT 'is partitioned, or a part of another table' FROM pg_class
WHERE oid = $1::oid AND (relkind <> 'r' OR relispartition
  OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = $1::oid OR inhparent = $1::oid))
UNION ALL
SELECT 'is of the composite type ' || reloftype::regtype FROM pg_class WHERE oid = $1::oid AND reloftype <> 0
UNION ALL
SELECT 'is of another owner' FROM pg_class WHERE oid = $1::oid AND NOT pg_has_role(relowner, 'USAGE')
UNION ALL
SELECT 'has the trigger ' || tgname FROM pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal
UNION ALL
SELECT 'has the foreign key ' || k.conname || ' whose triggers are disabled' FROM pg_trigger g
JOIN pg_constraint k ON k.oid = g.tgconstraint WHERE g.tgrelid = $1::oid AND g.tgisinternal AND g.tgenabled <> 'O'
UNION ALL
SELECT 'has policies of row-level security' FROM pg_class c
WHERE oid = $1::oid AND (relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))
UNION ALL
SELECT 'is published to subscribers, by ' || min(p.pubname) FROM pg_publication_tables p, pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = $1::oid AND p.schemaname = n.nspname AND p.tablename = c.relname HAVING count(*) > 0
UNION ALL
SELECT 'is referred to by a foreign key of ' || conrelid::regclass FROM pg_constraint
WHERE confrelid = $1::oid AND contype = 'f'
UNION ALL
SELECT 'is used by ' || pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_class t JOIN pg_depend d ON d.deptype = 'n' AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
  OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.reltype, (SELECT typarray FROM pg_type WHERE oid = t.reltype)))
WHERE t.oid = $1::oid
  AND NOT (d.classid = 'pg_class'::regclass AND d.objid = t.oid)
  AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint WHERE oid = d.objid
                                                            AND (conrelid = t.oid OR contype = 'f')))
  AND NOT (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef WHERE oid = d.objid AND adrelid = t.oid))
  AND NOT (d.classid = 'pg_rewrite'::regclass AND EXISTS (SELECT FROM pg_rewrite w JOIN pg_class v ON v.oid = w.ev_class
           WHERE w.oid = d.objid AND w.rulename = '_RETURN' AND v.relkind = 'v'
           AND v.relpersistence <> 't' AND pg_has_role(v.relowner, 'USAGE')
           AND has_schema_privilege(v.relnamespace, 'CREATE')))
LIMIT 1)";

/// The indexes of a table, without the names of both: what their definitions have in common where they are alike. Those
/// of constraints say how the constraint is written.
const std::string indexes_of = R"(
SELECT i.indexrelid AS oid, x.relname AS name, i.indisunique OR i.indisexclusion AS decides, k.oid IS NOT NULL AS of_constraint,
  coalesce('CONSTRAINT ' || pg_get_constraintdef(k.oid),
           substr(pg_get_indexdef(i.indexrelid), length(format('CREATE %sINDEX %I ON %I.%I', CASE WHEN i.indisunique
             THEN 'UNIQUE ' ELSE '' END, x.relname, n.nspname, t.relname)) + 1)) AS definition, i.indisunique AS is_unique
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE i.indisvalid AND i.indrelid = )";

/// Both tables' indexes, each of $1's with the one of $2 that is like it, if there is one.
const std::string paired_indexes =
    "SELECT o.name, p.name AS counterpart, o.decides, o.of_constraint, o.definition, o.is_unique, o.oid FROM "
    "(SELECT *, row_number() OVER (PARTITION BY definition, is_unique ORDER BY oid) AS n FROM (" +
    indexes_of +
    "$1::text::regclass) a) o LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY definition, is_unique ORDER "
    "BY oid) AS n FROM (" +
    indexes_of + "$2::text::regclass) b) p ON p.definition = o.definition AND p.is_unique = o.is_unique AND p.n = o.n";

/// Statements that make the indexes of $1 that $2 lacks; $3: only those that decide on what a table takes. They get
/// names of their own, of $4.
const std::string missing_indexes =
    "SELECT CASE WHEN of_constraint THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', $2::text, $4::text || '_' || "
    "oid, "
    "substr(definition, 12)) ELSE format('CREATE %sINDEX %I ON %s%s', CASE WHEN is_unique THEN 'UNIQUE ' ELSE '' END, "
    "$4::text || '_' || oid, $2::text, definition) END FROM (" +
    paired_indexes + ") pairs WHERE counterpart IS NULL AND (decides OR NOT $3::boolean) ORDER BY oid";

/// Statements that give the indexes of $2 the names of those of $1. To be asked while there is a $1, and run when its
/// names are free.
const std::string index_names = "SELECT format('ALTER INDEX %I.%I RENAME TO %I', $3::text, counterpart, name) FROM (" +
                                paired_indexes + ") pairs WHERE counterpart IS NOT NULL ORDER BY oid";

/// The same of the sequences of identity columns.
const std::string sequence_names = R"(
SELECT format('ALTER SEQUENCE %s RENAME TO %I', made.oid::regclass, old.relname)
FROM pg_attribute a JOIN pg_attribute b ON b.attrelid = $2::text::regclass AND b.attname = a.attname
JOIN pg_depend d ON (d.refclassid, d.refobjid, d.refobjsubid) = ('pg_class'::regclass, a.attrelid, a.attnum)
JOIN pg_class old ON d.classid = 'pg_class'::regclass AND old.oid = d.objid AND old.relkind = 'S'
JOIN pg_depend e ON (e.refclassid, e.refobjid, e.refobjsubid) = ('pg_class'::regclass, b.attrelid, b.attnum)
JOIN pg_class made ON e.classid = 'pg_class'::regclass AND made.oid = e.objid AND made.relkind = 'S'
WHERE a.attrelid = $1::text::regclass AND a.attidentity <> '' AND d.deptype = 'i' AND e.deptype = 'i')";

/// Statements by which the table $2 gets what $1 has beside columns, rows and indexes.
const std::string properties = R"(
WITH old AS (SELECT * FROM pg_class WHERE oid = $1::text::regclass),
grants AS (
  SELECT a.grantee, a.privilege_type, a.is_grantable, '' AS columns FROM old, aclexplode(relacl) a
  UNION ALL
  SELECT a.grantee, a.privilege_type, a.is_grantable, format(' (%I)', t.attname)
  FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = $1::text::regclass AND NOT t.attisdropped)
SELECT format('ALTER TABLE %s SET (%s)', $2::text, string_agg(format('%s%s = %L', prefix, option_name, option_value), ', '))
FROM (SELECT '' AS prefix, o.* FROM old, pg_options_to_table(reloptions) o UNION ALL
      SELECT 'toast.', o.* FROM old JOIN pg_class t ON t.oid = old.reltoastrelid, pg_options_to_table(t.reloptions) o) options
HAVING count(*) > 0
UNION ALL
SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', $2::text, attname, attstattarget)
FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attstattarget >= 0
UNION ALL
SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', $2::text, attname, string_agg(format('%s = %L', option_name,
  option_value), ', '))
FROM pg_attribute, pg_options_to_table(attoptions) WHERE attrelid = $1::text::regclass AND attnum > 0
  AND NOT attisdropped AND NOT starts_with(option_name, 'pg_') -- the server's own, as pg_attver since 17.12
GROUP BY attname
UNION ALL
SELECT format('COMMENT ON TABLE %s IS %L', $2::text, obj_description(oid, 'pg_class')) FROM old
UNION ALL
SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, $2::text, obj_description(oid, 'pg_constraint'))
FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'f'
  AND obj_description(oid, 'pg_constraint') IS NOT NULL
UNION ALL
SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', $2::text) FROM old WHERE relforcerowsecurity
UNION ALL
SELECT format('ALTER TABLE %s REPLICA IDENTITY %s', $2::text, CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
FROM old WHERE relreplident IN ('f', 'n')
UNION ALL
SELECT format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, $2::text, a.attname)
FROM old JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old.oid AND d.deptype = 'a'
  AND d.classid = 'pg_class'::regclass
JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_attribute a ON a.attrelid = old.oid AND a.attnum = d.refobjsubid
UNION ALL
SELECT format('REVOKE ALL ON %s FROM %I', $2::text, pg_get_userbyid(relowner)) FROM old WHERE relacl IS NOT NULL
UNION ALL
SELECT format('GRANT %s%s ON %s TO %s%s', privilege_type, columns, $2::text,
  CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM grants)";

/// Where a new table lies, whose it is, and what it refers to, of $1, in $2. It is nobody's business but ours.
const std::string owner_and_place = R"(
SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', $2::text, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(
  pg_get_userbyid(grantee)) END)
FROM pg_class t, aclexplode(t.relacl) a WHERE t.oid = $2::text::regclass AND a.grantee <> t.relowner
UNION ALL
SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', $2::text, k.conname, pg_get_constraintdef(k.oid))
FROM pg_constraint k WHERE k.conrelid = $1::text::regclass AND k.contype = 'f'
UNION ALL
SELECT format('COMMENT ON TABLE %s IS %L', $2::text, 'ingest: made of ' || count(*) || ' columns') FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('ALTER TABLE %s OWNER TO %I', $2::text, pg_get_userbyid(o.relowner)) FROM pg_class o, pg_class t
WHERE o.oid = $1::text::regclass AND t.oid = $2::text::regclass AND t.relowner <> o.relowner
UNION ALL
SELECT format('ALTER TABLE %s SET TABLESPACE %I', $2::text, s.spcname) FROM pg_class o JOIN pg_tablespace s
ON s.oid = o.reltablespace WHERE o.oid = $1::text::regclass)";

/// What is said of the keys of $1 and of its indexes, in statements for the same table when it is another one.
const std::string index_comments = R"(
SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, $1::text, obj_description(oid, 'pg_constraint'))
FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype IN ('p', 'u', 'x')
  AND obj_description(oid, 'pg_constraint') IS NOT NULL
UNION ALL
SELECT format('COMMENT ON INDEX %s IS %L', indexrelid::regclass, obj_description(indexrelid, 'pg_class'))
FROM pg_index WHERE indrelid = $1::text::regclass AND obj_description(indexrelid, 'pg_class') IS NOT NULL)";

/// Which index of $1 is marked, in a statement for the same table when it is another one.
const std::string marked_indexes = R"(
SELECT format(CASE WHEN mark = 'c' THEN 'ALTER TABLE %s CLUSTER ON %I' ELSE 'ALTER TABLE %s REPLICA IDENTITY USING INDEX %I'
  END, $1::text, x.relname)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid CROSS JOIN unnest(ARRAY['c', 'r']) AS mark
WHERE i.indrelid = $1::text::regclass AND CASE WHEN mark = 'c' THEN i.indisclustered ELSE i.indisreplident END)";

/// Statements that let the views which read $1 read whatever has its name. They stay what they are, with their own
/// grants, comments and readers.
const std::string views = R"(
SELECT format('CREATE OR REPLACE VIEW %s%s AS %s', v.oid::regclass, (SELECT ' WITH (' || string_agg(format('%s = %L',
  option_name, option_value), ', ') || ')' FROM pg_options_to_table(v.reloptions)),
  pg_get_viewdef(v.oid))
FROM (SELECT DISTINCT w.ev_class FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::text::regclass
      AND d.deptype = 'n') r JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v' ORDER BY v.oid)";

/// What $2 has not as $1 has it, or has, though $1 has it no more. Columns that records have brought are not among
/// them.
const std::string altered = R"(
WITH facts AS (
  SELECT attrelid AS of, 'column ' || attname AS name, concat_ws(' ', atttypid, atttypmod, attnotnull, attcollation,
    attgenerated, attidentity, attstorage, pg_get_expr(d.adbin, d.adrelid), col_description(attrelid, attnum)) AS fact
  FROM pg_attribute LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (attrelid, attnum)
  WHERE attrelid IN ($1::text::regclass, $2::text::regclass) AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT conrelid, 'constraint ' || conname, replace(pg_get_constraintdef(oid), ' NOT VALID', '') FROM pg_constraint
  WHERE conrelid IN ($1::text::regclass, $2::text::regclass) AND contype IN ('c', 'f'))
SELECT coalesce((
  SELECT name FROM (
    (SELECT name, fact FROM facts WHERE of = $1::text::regclass EXCEPT SELECT name, fact FROM facts
     WHERE of = $2::text::regclass)
    UNION ALL
    (SELECT name, fact FROM facts WHERE of = $2::text::regclass AND name LIKE 'constraint %' EXCEPT SELECT name, fact
     FROM facts WHERE of = $1::text::regclass)) differ ORDER BY name LIMIT 1),
  (SELECT 'a column' FROM facts WHERE of = $1::text::regclass AND name LIKE 'column %'
   HAVING 'ingest: made of ' || count(*) || ' columns' IS DISTINCT FROM obj_description($2::text::regclass, 'pg_class'))))";

std::vector<std::string> statements(postgres_connection& c, const std::string& question,
                                    const std::vector<std::string>& of) {
  const query_result r = c.execute(question, of);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    all.push_back(r.text(i, 0));
  }
  return all;
}

void run_all(postgres_connection& c, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) {
    c.run(statement);
  }
}

/// `ask`s the server for statements, in which it writes names out. They are run as the session is otherwise, for
/// functions of indexes may look for others by its path.
template <class Ask>
auto with_names_written_out(postgres_connection& c, Ask ask) {
  const std::string path = c.execute("SELECT current_setting('search_path')").text(0, 0);
  c.run("SET LOCAL search_path = pg_catalog");
  auto answer = ask();
  c.execute("SELECT set_config('search_path', $1, true)", {path});
  return answer;
}

/// Makes indexes that `made` lacks. Without `all`, those that decide on what a table takes.
void make_missing_indexes(postgres_connection& c, const std::string& table, const std::string& made,
                          const std::string& name, bool all) {
  run_all(c, with_names_written_out(c, [&] {
            return statements(c, missing_indexes, {table, made, all ? "false" : "true", name});
          }));
}

/// What is run when the table of others has its place to give.
struct last_steps {
  std::vector<std::string> properties, views, index_names, sequence_names, index_comments, marked_indexes;
};

}  // namespace

std::string replacement_name(const std::string& table, const std::string& run_id) {
  const std::string suffix = "_ingest_" + run_id.substr(0, 16);
  // Room for what indexes get behind it: a separator and an oid.
  constexpr std::size_t of_an_index = 11;
  return std::string(utf8_prefix(table, longest_name - suffix.size() - of_an_index)) + suffix;
}

table_name replacement_of(const std::string& target, const std::string& run_id) {
  table_name name = table_name::parse(target);
  name.table = replacement_name(name.table, run_id);
  return name;
}

void check_replaceable(postgres_connection& c, const std::string& shown, const std::string& table) {
  const std::string oid = c.execute("SELECT $1::regclass::oid", {table}).text(0, 0);
  const query_result lost = c.execute(not_carried_over, {oid});
  if (!lost.empty()) {
    throw error(errc::config, "table " + shown + " cannot be replaced, for it " + lost.text(0, 0) +
                                  ", which another table in its place would not have: remove that, choose another "
                                  "table, or let `write` be merge");
  }
}

void create_replacement(postgres_connection& c, const std::string& table, const std::string& schema,
                        const std::string& name) {
  const std::string made = sql_name(c, schema, name);
  c.run("CREATE TABLE " + made + " (LIKE " + table + " INCLUDING ALL EXCLUDING INDEXES)");
  run_all(c, with_names_written_out(c, [&] { return statements(c, owner_and_place, {table, made}); }));
  make_missing_indexes(c, table, made, name, false);
}

void drop_replacement(postgres_connection& c, const table_name& left) {
  if (table_exists(c, sql_name(c, left))) {
    c.run("DROP TABLE " + sql_name(c, left));
  }
}

void finish_replacement(postgres_connection& c, const std::string& schema, const std::string& table,
                        const std::string& name) {
  const std::string made = sql_name(c, schema, name);
  if (!table_exists(c, made)) {
    return;
  }
  try {
    make_missing_indexes(c, sql_name(c, schema, table), made, name, true);
    c.run("ANALYZE " + made);
  } catch (const database_error& e) {
    constexpr std::string_view undefined_function = "42883";
    constexpr std::string_view undefined_table = "42P01";
    if (e.told().sqlstate != undefined_function && e.told().sqlstate != undefined_table) {
      throw;
    }
    throw error(errc::config, "an index of table " + schema + "." + table + " cannot be built: " + e.told().message +
                                  ". Since PostgreSQL 17 a function finds others there only where it says so: ALTER "
                                  "FUNCTION … SET search_path = …, and start again; what is loaded stays");
  }
}

void take_place(postgres_connection& c, const std::string& schema, const std::string& table, const std::string& name) {
  const std::string old = sql_name(c, schema, table);
  const std::string made = sql_name(c, schema, name);
  if (!table_exists(c, made)) {
    return;
  }
  // Readers of a view have locked that before they come to the table, and we do it the other way round: we give up
  // before their server would find a deadlock, and end one of them.
  c.run(
      "SELECT set_config('lock_timeout', greatest(setting::int / 2, 50) || 'ms', true) FROM pg_settings "
      "WHERE name = 'deadlock_timeout'");
  c.run("LOCK TABLE " + old + " IN ACCESS EXCLUSIVE MODE");
  check_replaceable(c, schema + "." + table, old);
  const query_result changed = c.execute(altered, {old, made});
  if (!changed.null(0, 0)) {
    throw error(errc::config,
                changed.text(0, 0) + " of table " + schema + "." + table +
                    " was added, altered or dropped while the rows that are to take its place were loaded, "
                    "so that they are not of its kind: load them anew with `start_over()`");
  }
  make_missing_indexes(c, old, made, name, true);  // made since finish_replacement()
  const last_steps steps = with_names_written_out(c, [&] {
    return last_steps{statements(c, properties, {old, made}),
                      statements(c, views, {old}),
                      statements(c, index_names, {old, made, schema}),
                      statements(c, sequence_names, {old, made}),
                      statements(c, index_comments, {old}),
                      statements(c, marked_indexes, {old})};
  });
  run_all(c, steps.properties);
  c.run("ALTER TABLE " + old + " RENAME TO " + c.quoted(name + "_old"));
  c.run("ALTER TABLE " + made + " RENAME TO " + c.quoted(table));
  run_all(c, steps.views);
  c.run("DROP TABLE " + sql_name(c, schema, name + "_old"));
  run_all(c, steps.index_names);
  run_all(c, steps.sequence_names);
  run_all(c, steps.index_comments);
  run_all(c, steps.marked_indexes);
}

}  // namespace ingest::detail

#include "postgres/typed_view.hpp"

#include <set>

#include "json/json_scanner.hpp"
#include "postgres/member_types.hpp"
#include "postgres/table_shape.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t most_looked_at = 100'000;
constexpr std::size_t most_view_columns = 500;

// What the server takes for a date or an instant, and does not refuse: a view must not end at one odd value.
const std::string months_of_30 = "(0[469]|11)-(0[1-9]|[12][0-9]|30)";
const std::string months_of_31 = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])";
const std::string leap_day = "(([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)-02-29)";
const std::string date =
    "([0-9]{4}-(" + months_of_31 + "|" + months_of_30 + "|02-(0[1-9]|1[0-9]|2[0-8]))|" + leap_day + ")";
const std::string time_of_day = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?";
const std::string zone = "([Zz]|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)";

/// Year 0 is none.
std::string guarded(const std::string& text, const std::string& pattern, const std::string& type) {
  return "CASE WHEN " + text + " ~ '^" + pattern + "$' AND " + text + " !~ '^0000-' THEN (" + text + ")::" + type +
         " END";
}

/// A member's value in SQL.
std::string value_of(const std::string& record, const std::string& name, std::string_view type) {
  const std::string json = record + "->" + name;
  const std::string text = record + "->>" + name;
  const auto of_kind = [&](const std::string& kind, const std::string& value) {
    return "CASE jsonb_typeof(" + json + ") WHEN '" + kind + "' THEN " + value + " END";
  };
  if (type == "bool") {
    return of_kind("boolean", "(" + json + ")::boolean");
  }
  if (type == "int8") {
    const std::string number = '(' + json + ")::numeric";
    return of_kind("number", "CASE WHEN " + number + " = trunc(" + number + ") AND " + number +
                                 " BETWEEN -9223372036854775808 AND 9223372036854775807 THEN (" + json +
                                 ")::bigint END");
  }
  if (type == "numeric") {
    return of_kind("number", "(" + json + ")::numeric");
  }
  if (type == "uuid") {
    return guarded(text, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "uuid");
  }
  if (type == "date") {
    return guarded(text, date, "date");
  }
  if (type == "timestamptz") {
    return guarded(text, date + "[Tt ]" + time_of_day + zone, "timestamptz");
  }
  return type == "text" ? text : json;
}

void note_members(std::string_view record, members& found) {
  std::string scratch;
  try {
    json_scanner in(record);
    if (in.peek() != '{') {
      return;
    }
    in.object([&](std::string_view name) {
      const json_value value = in.value();
      if (column_name_of(name) && (found.size() < most_view_columns || found.contains(name))) {
        found.of(name).note(value, {}, scratch);
      }
    });
  } catch (const json_fault&) {
    return;  // of a text column; the view has nothing of it
  }
}

members members_in(postgres_connection& c, const std::string& table) {
  const query_result size =
      c.execute("SELECT greatest(reltuples, 0)::bigint, relkind = 'r' FROM pg_class WHERE oid = $1::regclass", {table});
  const auto rows = static_cast<std::size_t>(size.number(0, 0));
  const bool in_part = rows > most_looked_at && size.truth(0, 1);
  const std::string part =
      in_part ? " TABLESAMPLE SYSTEM (" +
                    std::to_string(100.0 * static_cast<double>(most_looked_at) / static_cast<double>(rows)) + ")"
              : "";
  c.run(c.begin("REPEATABLE READ") + "DECLARE ingest_records NO SCROLL CURSOR FOR SELECT data FROM " + table + part +
        " LIMIT " + std::to_string(most_looked_at));
  members found;
  for (;;) {
    const query_result some = c.execute("FETCH 1000 FROM ingest_records");
    if (some.empty()) {
      c.run("ROLLBACK");
      return found;
    }
    for (std::size_t i = 0; i < some.rows(); ++i) {
      note_members(some.text(i, 0), found);
    }
  }
}

/// Whether records have an `id` that is not the table's.
bool has_other_id(postgres_connection& c, const std::string& table) {
  return c
      .execute("SELECT EXISTS (SELECT FROM (SELECT id, data FROM " + table +
               " LIMIT 1000) first_ones WHERE data ? 'id' AND data->>'id' IS DISTINCT FROM id::text)")
      .truth(0, 0);
}

}  // namespace

std::string typed_view(postgres_connection& c, const table_name& table) {
  const std::string quoted = sql_name(c, table);
  if (!table_exists(c, quoted)) {
    throw error(errc::config, "there is no table " + table.shown + ": load it first, or correct its name");
  }
  const query_result data = c.execute(
      "SELECT CASE WHEN atttypid = 'jsonb'::regtype THEN 'jsonb' ELSE format_type(atttypid, -1) END FROM pg_attribute "
      "WHERE attrelid = $1::regclass AND attnum > 0 AND NOT "
      "attisdropped AND attname IN ('id', 'data') ORDER BY attname",
      {quoted});
  if (data.rows() != 2) {
    throw error(errc::config, "table " + table.shown +
                                  " has no columns id and data to make columns of: a typed table "
                                  "can be queried as it is");
  }
  if (data.text(0, 0) != "jsonb") {
    throw error(errc::config,
                "the column data of table " + table.shown + " is " + data.text(0, 0) +
                    ", which may hold records that jsonb cannot, and that would end every query of a view: "
                    "ALTER TABLE … ALTER COLUMN data TYPE jsonb");
  }
  std::string columns = "  id";
  std::set<std::string> names{"id"};
  for (const auto& [member, values] : members_in(c, quoted)) {
    const std::string name = member == "id" && has_other_id(c, quoted) ? "id_in_data" : *column_name_of(member);
    if (!values.type().empty() && names.insert(name).second) {
      columns += ",\n  " + value_of("data", c.literal(member), values.type()) + " AS " + c.quoted(name);
    }
  }
  table_name view = table;
  view.table = column_name_of(table.table + "_typed").value();
  // One in the place of the other would have to have its columns in their order, with their types.
  return "BEGIN;\nDROP VIEW IF EXISTS " + sql_name(c, view) + ";\nCREATE VIEW " + sql_name(c, view) + " AS\nSELECT\n" +
         columns + "\nFROM " + quoted + ";\nCOMMIT;\n";
}

}  // namespace ingest::detail

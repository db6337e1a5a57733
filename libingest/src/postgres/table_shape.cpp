#include "postgres/table_shape.hpp"

#include <algorithm>
#include <map>

#include "core/crc32c.hpp"
#include "core/utf8.hpp"
#include "json/json_schema.hpp"
#include "postgres/column_type.hpp"
#include "postgres/postgres_array.hpp"

namespace ingest::detail {

namespace {

const std::string staging = "pg_temp." + staging_name;

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    text.append(c == '"' ? 2 : 1, c);
  }
  return text + '"';
}

/// `text_of` each of them, with `between` between them.
template <class Items, class Text>
std::string joined(const Items& items, const std::string& between, Text text_of) {
  std::string all;
  bool first = true;
  for (const auto& item : items) {
    all += (first ? "" : between) + text_of(item);
    first = false;
  }
  return all;
}

std::string list_of(const std::vector<std::string>& names) {
  return joined(names, ", ", quoted);
}

std::string list_of(const std::vector<shape_column>& columns) {
  return joined(columns, ", ", [](const shape_column& c) { return quoted(c.name); });
}

/// `name`, or one like it that no column begins with.
std::string free_name(const table_shape& shape, std::string name) {
  const auto taken = [&](const shape_column& c) { return c.name.starts_with(name); };
  while (std::any_of(shape.columns.begin(), shape.columns.end(), taken)) {
    name += '_';
  }
  return name;
}

/// The staging table's column of numbers.
std::string number_of(const table_shape& shape) {
  return quoted(free_name(shape, "ingest_n"));
}

/// All columns of a row as an object, what was kept apart among them; without that of deletions, which follows from
/// what others have.
std::string put_together(const table_shape& shape, const std::string& row) {
  std::vector<shape_column> said = shape.columns;
  std::erase_if(said, [](const shape_column& c) { return c.is_deletion; });
  const std::string all = quoted(free_name(shape, "ingest_row"));
  const std::string object = "(SELECT to_jsonb(" + all + ".*) FROM (SELECT " +
                             joined(said, ", ", [&](const shape_column& c) { return row + quoted(c.name); }) + ") " +
                             all + ")";
  return shape.is_typed() ? '(' + object + " - '" + extra_column_name + "' || coalesce(" + row +
                                quoted(extra_column_name) + ", '{}'))"
                          : object;
}

/// Whether two values of a column differ. Of these types they can be compared as they are; json knows no equality, and
/// text tells more apart than other types, or a column's collation, do.
std::string differ(const std::string& one, const std::string& other, const std::string& type) {
  const std::string_view plain[] = {"bool",   "int2", "int4",      "int8",        "float4", "jsonb",
                                    "float8", "date", "timestamp", "timestamptz", "uuid"};
  const bool as_they_are = std::find(std::begin(plain), std::end(plain), type) != std::end(plain);
  const std::string compared = as_they_are ? "" : "::text COLLATE \"C\"";
  return one + compared + " IS DISTINCT FROM " + other + compared;
}

/// `text_of` each column beside the key, and of its place, with `between` between them.
template <class Text>
std::string beside_key(const table_shape& shape, const std::string& between, Text text_of) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (!shape.is_key(shape.columns[i])) {
      places.push_back(i);
    }
  }
  return joined(places, between, [&](std::size_t i) { return text_of(quoted(shape.columns[i].name), i); });
}

std::string same_key(const table_shape& shape) {
  return joined(shape.key, " AND ",
                [](const std::string& name) { return "t." + quoted(name) + " = s." + quoted(name); });
}

/// Nothing tells whether a row of `one` without a version is newer than one of `other` that has one: it stays out, and
/// is not what the table has.
std::string without_version(const table_shape& shape, const std::string& one, const std::string& other) {
  return shape.has_version() ? one + quoted(shape.version) + " IS NULL AND " + other + " IS NOT NULL AND " : "";
}

/// For ORDER BY, before whatever else decides.
std::string newest_first(const table_shape& shape) {
  return shape.has_version() ? quoted(shape.version) + " DESC NULLS LAST, " : "";
}

/// Of the rows that share a key, the one that stays comes first, which is the newest by its version, or else the first
/// or the last that came. Transactions are numbered as they begin to write; the age of a number, unlike the number, can
/// be compared. Within one of them the place of a row is all that there is, though the server puts rows where there is
/// room: copy_rows::set_copies_apart() leaves no two of a line's key.
std::string order_of_arrival(const table_shape& shape) {
  const bool last_stays = shape.write == disposition::merge;
  return "(PARTITION BY " + list_of(shape.key) + " ORDER BY " + newest_first(shape) +
         (last_stays ? "age(xmin), ctid DESC)" : "age(xmin) DESC, ctid)");
}

std::string repeated(const table_shape& shape, const std::string& table) {
  const std::string names = list_of(shape.key);
  return table + " WHERE " + shape.key_list() + " IN (SELECT " + names + " FROM " + table + " GROUP BY " + names +
         " HAVING count(*) > 1)";
}

/// The key of the line, in SQL: of a typed shape, it is the key's first column.
std::string line_key(const table_shape& shape) {
  const auto found = std::find_if(shape.columns.begin(), shape.columns.end(), [](const auto& c) { return !c.at; });
  return found != shape.columns.end() ? quoted(found->name)
         : shape.is_typed()           ? quoted(shape.key.front()) + "::text"
                                      : "NULL";
}

/// The record, in SQL, or what the columns have of it.
std::string record(const table_shape& shape) {
  const auto whole = std::find_if(shape.columns.begin(), shape.columns.end(),
                                  [](const auto& c) { return c.at && c.at->tokens().empty() && !c.is_extra; });
  return whole != shape.columns.end() ? quoted(whole->name) : put_together(shape, "");
}

std::string_view catalog_type_of(schema_kind kind, number_columns numbers) {
  switch (kind) {
    case schema_kind::boolean:
      return "bool";
    case schema_kind::integer:
      return "int8";
    case schema_kind::number:
      return numbers == number_columns::real ? "float8" : "numeric";
    case schema_kind::text:
      return "text";
    case schema_kind::date:
      return "date";
    case schema_kind::time:
      return "time";
    case schema_kind::date_time:
      return "timestamptz";
    case schema_kind::uuid:
      return "uuid";
    case schema_kind::json:
      break;
  }
  return "jsonb";
}

/// A key tells records apart by all that they have: of a type that may round, it is text.
shape_column key_column(const std::string& member, std::string_view declared) {
  const std::string_view exact[] = {"int8", "numeric", "uuid"};
  const bool is_exact = std::find(std::begin(exact), std::end(exact), declared) != std::end(exact);
  shape_column c = typed_column(member, is_exact ? declared : "text");
  c.collation = is_exact ? "" : "C";
  c.required = true;
  return c;
}

}  // namespace

bool has_other_name(std::string_view member) {
  const std::string_view kept[] = {
      extra_column_name, deletion_column_name, "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};
  return member.size() > longest_name || std::find(std::begin(kept), std::end(kept), member) != std::end(kept);
}

std::optional<std::string> column_name_of(std::string_view member) {
  if (member.empty() || member.find('\0') != std::string_view::npos || !is_utf8(member)) {
    return std::nullopt;
  }
  if (!has_other_name(member)) {
    return std::string(member);
  }
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string checksum = "_";
  for (std::uint32_t sum = crc32c(member), digits = 8; digits > 0; --digits, sum <<= 4) {
    checksum += hexadecimal[sum >> 28];
  }
  return std::string(utf8_prefix(member, longest_name - checksum.size())) + checksum;
}

bool can_name_column(std::string_view member) {
  return column_name_of(member) == member;
}

shape_column typed_column(const std::string& name, std::string_view catalog_type) {
  return {name,
          std::string(find_column_type(catalog_type)->name),
          "",
          {std::string(catalog_type)},
          json_pointer::to_member(name),
          false};
}

table_shape table_shape::of_events(disposition write) {
  const bool keyed = write != disposition::append;
  // Ids are compared by their bytes, as we sort them, and not by the rules of the database's language, which the server
  // would spend a tenth of its time on.
  return {{{"id", "text", "C", {"text", "varchar", "uuid", "int2", "int4", "int8", "numeric"}, std::nullopt, keyed},
           {"data", "jsonb", "", {"jsonb", "json", "text", "varchar", "bpchar", "citext"}, json_pointer("")}},
          keyed ? std::vector<std::string>{"id"} : std::vector<std::string>(),
          write};
}

table_shape table_shape::of_members(const typed_table& table, disposition write) {
  table_shape shape;
  shape.write = write;
  shape.key = write == disposition::append ? std::vector<std::string>() : table.key;
  shape.changes = table.changes;
  shape.version = table.version;
  shape.numbers = table.numbers;
  shape.texts = table.texts;
  shape.keys_may_be_empty = table.keys_may_be_empty;
  shape.epochs = table.epochs;
  std::map<std::string, std::string_view> types;
  const bool has_epochs = table.epochs != epoch_unit::none;
  for (const schema_member& m :
       table.schema.empty() ? std::vector<schema_member>() : members_of_schema(table.schema, has_epochs)) {
    const auto name = column_name_of(m.name);
    const number_columns numbers = name == table.version ? number_columns::numeric : table.numbers;
    if (!name) {
      continue;
    }
    const std::string_view type = shape.type_for(*name, catalog_type_of(m.kind, numbers));
    if (types.emplace(*name, type).second && !shape.is_key(*name)) {
      shape.declared.push_back(typed_column(*name, types.at(*name)));
    }
  }
  for (const std::string& member : shape.key) {
    const auto declared = types.find(member);
    const std::string_view type = declared == types.end() ? "" : declared->second;
    shape.columns.push_back(key_column(member, table.has_uuid_key ? "uuid" : type));
  }
  shape.columns.insert(shape.columns.end(), shape.declared.begin(), shape.declared.end());
  if (!table.deleted.empty()) {
    shape.columns.push_back(typed_column(deletion_column_name, "timestamptz"));
    shape.columns.back().at = json_pointer(table.deleted);
    shape.columns.back().is_deletion = true;
  }
  shape.columns.push_back({extra_column_name, "jsonb", "", {"jsonb"}, json_pointer(""), false, true});
  return shape;
}

shape_column table_shape::column_for(std::string_view member, std::string_view catalog_type) const {
  const std::string name = column_name_of(member).value_or(std::string(member));
  const auto known =
      std::find_if(declared.begin(), declared.end(), [&](const shape_column& c) { return c.name == name; });
  return known != declared.end() ? *known
         : catalog_type == "numeric" && numbers == number_columns::real && name != version
             ? typed_column(name, "float8")
             : typed_column(name, type_for(name, catalog_type));
}

std::string_view table_shape::type_for(std::string_view column, std::string_view catalog_type) const {
  return catalog_type == "date" && column == version ? "timestamptz" : catalog_type;
}

std::string table_shape::description() const {
  return is_typed() ? "columns" : "(" + joined(columns, ", ", [](const shape_column& c) { return c.name; }) + ')';
}

bool table_shape::wants_column(std::string_view member) const {
  if (changes == schema_policy::freeze || (changes == schema_policy::evolve && is_full)) {
    return false;
  }
  const auto name = column_name_of(member);
  return name ? !kept_apart.contains(*name) && find(*name) == nullptr : changes == schema_policy::refuse;
}

const shape_column* table_shape::find(const std::string& name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

bool table_shape::is_key(const std::string& name) const {
  return std::find(key.begin(), key.end(), name) != key.end();
}

bool table_shape::key_is_of_line() const {
  if (key.size() != 1) {
    return false;
  }
  const shape_column& c = *find(key.front());
  return is_typed() ? c.type == "text" || c.type == "varchar" : !c.at;
}

std::string table_shape::column_array() const {
  text_array names;
  for (const shape_column& c : columns) {
    names.add(c.name);
  }
  return names.text();
}

std::string table_shape::key_array() const {
  text_array names;
  for (const std::string& name : key) {
    names.add(name);
  }
  return names.text();
}

std::string table_shape::key_list() const {
  return '(' + list_of(key) + ')';
}

std::string table_shape::definition(bool with_key) const {
  return '(' +
         joined(columns, ", ",
                [](const shape_column& c) {
                  return quoted(c.name) + ' ' + c.type +
                         (c.collation.empty() ? "" : " COLLATE " + quoted(c.collation)) +
                         (c.required ? " NOT NULL" : "");
                }) +
         (with_key && !key.empty() ? ", PRIMARY KEY " + key_list() : "") + ')';
}

std::string table_shape::create(const std::string& table, bool with_key) const {
  return "CREATE TABLE " + table + ' ' + definition(with_key);
}

std::string table_shape::create_guard(const std::string& table, const std::string& index) const {
  std::vector<std::string> of_any_length;
  std::copy_if(key.begin(), key.end(), std::back_inserter(of_any_length),
               [this](const std::string& name) { return find(name)->type == "text" || find(name)->type == "numeric"; });
  if (of_any_length.empty()) {
    return "";
  }
  return "CREATE INDEX " + quoted(index) + " ON " + table + " " + key_list() + " WHERE " +
         joined(of_any_length, " + ",
                [this](const std::string& name) {
                  return "octet_length(" + quoted(name) + (find(name)->type == "text" ? "" : "::text") + ')';
                }) +
         " > 2000";
}

std::string table_shape::add_key(const std::string& table) const {
  return "ALTER TABLE " + table + " ADD PRIMARY KEY " + key_list();
}

std::string table_shape::add_columns(const std::string& table, const std::vector<shape_column>& added) {
  return "ALTER TABLE " + table + ' ' + joined(added, ", ", [](const shape_column& c) {
           return "ADD COLUMN IF NOT EXISTS " + quoted(c.name) + ' ' + c.type;
         });
}

std::string table_shape::find_key() {
  return "SELECT '(' || string_agg(quote_ident(a.attname) || CASE WHEN a.attcollation = 0 THEN '' "
         "ELSE format(' COLLATE %I.%I', n.nspname, o.collname) END, ', ' ORDER BY k.place) || ')' FROM pg_index i "
         "CROSS JOIN unnest(i.indkey::int2[], i.indcollation::oid[]) WITH ORDINALITY k (attnum, rule, place) "
         "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
         "LEFT JOIN pg_collation o ON o.oid = a.attcollation LEFT JOIN pg_namespace n ON n.oid = o.collnamespace "
         "WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate = $3::boolean "
         "AND i.indpred IS NULL AND i.indnkeyatts = cardinality($2::text[]) AND k.place <= i.indnkeyatts "
         "GROUP BY i.indexrelid, i.indnkeyatts "
         "HAVING count(*) = i.indnkeyatts AND bool_and(a.attname = ANY ($2::text[]) AND k.rule = a.attcollation) "
         "ORDER BY i.indexrelid LIMIT 1";
}

std::string table_shape::copy(const std::string& table) const {
  return "COPY " + table + " (" + list_of(columns) + ") FROM STDIN";
}

std::string table_shape::copy_to_staging() const {
  return copy(staging);
}

std::string table_shape::create_staging(const std::string& table) const {
  return "CREATE TEMPORARY TABLE " + staging_name + " ON COMMIT DROP AS SELECT " + list_of(columns) + " FROM " + table +
         " WITH NO DATA; ALTER TABLE " + staging + " ADD COLUMN " + number_of(*this) +
         " bigint GENERATED ALWAYS AS IDENTITY";
}

std::string table_shape::number_from() const {
  return "SELECT setval(pg_get_serial_sequence('" + staging + "', '" + free_name(*this, "ingest_n") + "'), $1, false)";
}

std::string table_shape::index_staging() const {
  return "CREATE INDEX ON " + staging + " (" + number_of(*this) + ')';
}

std::string table_shape::merge(const std::string& table, const std::vector<std::string>& types, staged which,
                               const std::string& with_key, bool one_each) const {
  const std::string meant = " FROM " + staging + " WHERE " + number_of(*this) +
                            (which == staged::between ? " BETWEEN $1 AND $2" : " = ANY ($1::bigint[])");
  // PostgreSQL lets no statement change a row twice; and which keys are the same, only the server knows.
  // Where the table has no key yet, a row without a version waits for its end: delete_copies().
  const std::string keys =
      list_of(key) + (with_key.empty() && has_version() ? ", " + quoted(version) + " IS NULL" : "");
  const std::string one_of_each = " FROM (SELECT DISTINCT ON (" + keys + ") " + list_of(columns) + meant +
                                  " ORDER BY " + keys + ", " + newest_first(*this) + number_of(*this) +
                                  (write == disposition::merge ? " DESC" : "") + ") AS s";
  // COPY, too, writes what it is given into identity columns.
  const std::string into =
      "INSERT INTO " + table + " AS t (" + list_of(columns) + ") OVERRIDING SYSTEM VALUE SELECT " + list_of(columns);
  if (with_key.empty()) {
    return into + (one_each ? one_of_each : meant);
  }
  if (write != disposition::merge) {
    return into + meant + " ON CONFLICT " + with_key + " DO NOTHING";
  }
  // Where a record does not say when it was deleted, which the encoder makes the time of the transaction, the first
  // mark stays.
  const std::string set = beside_key(*this, ", ", [this](const auto& name, std::size_t i) {
    const std::string value = "excluded." + name;
    return name + " = " +
           (columns[i].is_deletion
                ? "CASE WHEN " + value + " = now() THEN coalesce(t." + name + ", " + value + ") ELSE " + value + " END"
                : value);
  });
  const auto changed_by = [&](const std::string& row) {
    const std::string others = beside_key(*this, " OR ", [&](const auto& name, std::size_t i) {
      return columns[i].is_deletion ? "(t." + name + " IS DISTINCT FROM " + row + name + " AND (t." + name +
                                          " IS NULL OR " + row + name + " IS DISTINCT FROM now()))"
                                    : differ("t." + name, row + name, types.at(i));
    });
    const std::string theirs = row + quoted(version);
    const std::string newer =
        has_version() ? "(t." + quoted(version) + " IS NULL OR " + theirs + " >= t." + quoted(version) + ") AND " : "";
    return newer + '(' + others + ')';
  };
  // ON CONFLICT locks each row that it meets, which writes its page, changed or not: a row as it is shall not meet it.
  const std::string as_it_is = " WHERE NOT EXISTS (SELECT FROM " + table + " t WHERE " + same_key(*this) + " AND (" +
                               changed_by("s.") + ") IS NOT TRUE)";
  return into + one_of_each + as_it_is + " ON CONFLICT " + with_key + " DO UPDATE SET " + set + " WHERE " +
         changed_by("excluded.");
}

std::string table_shape::change_nothing(const std::string& table) const {
  return "UPDATE " + table + " SET " +
         beside_key(*this, ", ", [](const auto& name, std::size_t) { return name + " = " + name; }) + " WHERE false";
}

std::string table_shape::differing(const std::string& table, const std::vector<std::string>& types) const {
  // A typed table may have had no column for a value when the first of two rows came, and one since.
  const std::string others = is_typed() ? put_together(*this, "t.") + " IS DISTINCT FROM " + put_together(*this, "s.")
                                        : beside_key(*this, " OR ", [&](const auto& name, std::size_t i) {
                                            return differ("t." + name, "s." + name, types.at(i));
                                          });
  return "SELECT s." + number_of(*this) + " FROM " + staging + " s JOIN " + table + " t ON " + same_key(*this) +
         " WHERE " + without_version(*this, "s.", "t." + quoted(version)) + '(' + others +
         ") AND coalesce(age(t.xmin) <= age(nullif($1::text, '')::xid), true) ORDER BY 1";
}

std::string table_shape::absent(const std::string& table, bool keyed) const {
  return "SELECT " + number_of(*this) + " FROM " + staging + " s" +
         (keyed ? " WHERE NOT EXISTS (SELECT FROM " + table + " t WHERE " + same_key(*this) + ')' : "") + " ORDER BY 1";
}

std::string table_shape::differing_copies(const std::string& table) const {
  const std::string prefix = free_name(*this, "ingest_kept_");
  const auto first_of = [&](std::size_t i) { return quoted(prefix + std::to_string(i)); };
  const std::string kept = is_typed() ? "first_value(" + put_together(*this, "") + ") OVER w AS " + first_of(0)
                                      : beside_key(*this, ", ", [&](const auto& name, std::size_t i) {
                                          return "first_value(" + name + ") OVER w AS " + first_of(i);
                                        });
  const std::string others = is_typed() ? put_together(*this, "") + " IS DISTINCT FROM " + first_of(0)
                                        : beside_key(*this, " OR ", [&](const auto& name, std::size_t i) {
                                            return differ(name, first_of(i), columns[i].type);
                                          });
  const std::string first_version = quoted(prefix + "version");
  const std::string versions = has_version() ? ", first_value(" + quoted(version) + ") OVER w AS " + first_version : "";
  return "SELECT " + line_key(*this) + ", " + record(*this) + " FROM (SELECT " + list_of(columns) + ", " + kept +
         versions + " FROM " + repeated(*this, table) + " WINDOW w AS " + order_of_arrival(*this) + ") copies WHERE " +
         without_version(*this, "", first_version) + '(' + others + ')';
}

std::string table_shape::delete_copies(const std::string& table) const {
  return "DELETE FROM " + table + " t USING (SELECT ctid AS place, row_number() OVER " + order_of_arrival(*this) +
         " AS n FROM " + repeated(*this, table) + ") copies WHERE t.ctid = copies.place AND copies.n > 1";
}

}  // namespace ingest::detail

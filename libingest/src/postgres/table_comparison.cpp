#include "postgres/table_comparison.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "postgres/ledger_rows.hpp"

namespace ingest::detail {

namespace {

/// Columns that are written by the loading itself, when it happened.
constexpr std::string_view own_columns = "'_ingest_loaded_at', '_ingest_deleted_at'";

std::vector<std::string> texts_of(const query_result& r, int column) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    all.push_back(r.text(i, column));
  }
  return all;
}

std::vector<std::string> columns_of(postgres_connection& c, const std::string& table) {
  return texts_of(c.execute("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT "
                            "attisdropped AND attgenerated = '' AND attname NOT IN (" +
                                std::string(own_columns) + ") ORDER BY attnum",
                            {table}),
                  0);
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// `one` for each column, with `between` in between; "@" in it stands for the column.
std::string joined(postgres_connection& c, const std::vector<std::string>& columns, const std::string& one,
                   const std::string& between) {
  std::string all;
  for (const std::string& column : columns) {
    std::string text = one;
    const std::string quoted = c.quoted(column);
    for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at + quoted.size())) {
      text.replace(at, 1, quoted);
    }
    all += (all.empty() ? "" : between) + text;
  }
  return all;
}

/// Types and collations may differ where somebody has made the table himself.
std::string same_key(postgres_connection& c, const compared_tables& t) {
  return joined(c, t.key, "o.@::text COLLATE \"C\" = v.@::text COLLATE \"C\"", " AND ");
}

std::string differs(postgres_connection& c, const compared_tables& t) {
  return t.columns.empty() ? "false"
                           : "(" + joined(c, t.columns, "to_jsonb(o.@) IS DISTINCT FROM to_jsonb(v.@)", " OR ") + ")";
}

std::string key_of(postgres_connection& c, const compared_tables& t, const std::string& of) {
  return "jsonb_build_array(" + joined(c, t.key, of + ".@", ", ") + ")";
}

/// The rows of both tables, side by side.
std::string both(postgres_connection& c, const compared_tables& t) {
  return " FROM " + t.table + " o FULL JOIN " + t.against + " v ON " + same_key(c, t);
}

std::vector<std::string> some_keys(postgres_connection& c, const compared_tables& t, const std::string& condition,
                                   const std::string& of) {
  return texts_of(c.execute("SELECT " + key_of(c, t, of) + both(c, t) + " WHERE " + condition + " LIMIT 5"), 0);
}

}  // namespace

compared_tables tables_to_compare(postgres_connection& c, const std::string& table, const std::string& against) {
  compared_tables made{table, against, {}, {}, {}};
  made.key =
      texts_of(c.execute("SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS "
                         "k (n, place) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n WHERE "
                         "i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.place",
                         {against}),
               0);
  if (made.key.empty()) {
    throw error(errc::config, table + " has no key, so that nobody can tell which of its rows is which");
  }
  const std::vector<std::string> there = columns_of(c, table);
  for (const std::string& column : columns_of(c, against)) {
    if (has(made.key, column)) {
      if (!has(there, column)) {
        throw error(errc::config, table + " has no column " + column + ", which is part of the key");
      }
    } else {
      (has(there, column) ? made.columns : made.lacking).push_back(column);
    }
  }
  made.has_deletions = !c.execute(
                             "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = "
                             "'_ingest_deleted_at' AND NOT attisdropped",
                             {table})
                            .empty();
  return made;
}

table_differences differences_of(postgres_connection& c, const compared_tables& t, bool whole) {
  const std::string first_key = c.quoted(t.key.front());
  const std::string missing = "o." + first_key + " IS NULL";
  const std::string extra =
      "v." + first_key + " IS NULL" + (t.has_deletions ? " AND o._ingest_deleted_at IS NULL" : "");
  const std::string different =
      "o." + first_key + " IS NOT NULL AND v." + first_key + " IS NOT NULL AND " + differs(c, t);
  const query_result r =
      c.execute("SELECT count(o." + first_key + "), count(v." + first_key + "), count(*) FILTER (WHERE " + missing +
                "), count(*) FILTER (WHERE " + different + "), count(*) FILTER (WHERE " + extra + ")" + both(c, t));
  table_differences found{unsigned_at(r, 0, 0), unsigned_at(r, 0, 1), unsigned_at(r, 0, 2), unsigned_at(r, 0, 3),
                          whole ? unsigned_at(r, 0, 4) : 0};
  const auto examples = [&](std::uint64_t count, const std::string& condition, const char* of) {
    return count > 0 ? some_keys(c, t, condition, of) : std::vector<std::string>();
  };
  found.missing_keys = examples(found.missing, missing, "v");
  found.different_keys = examples(found.different, different, "v");
  found.extra_keys = examples(found.extra, extra, "o");
  return found;
}

std::uint64_t repair(postgres_connection& c, const compared_tables& t, bool change) {
  std::vector<std::string> all = t.key;
  all.insert(all.end(), t.columns.begin(), t.columns.end());
  std::uint64_t rows =
      c.execute("INSERT INTO " + t.table + " (" + joined(c, all, "@", ", ") + ") SELECT " +
                joined(c, all, "v.@", ", ") + " FROM " + t.against + " v WHERE NOT EXISTS (SELECT FROM " + t.table +
                " o WHERE " + same_key(c, t) + ") ON CONFLICT DO NOTHING")
          .affected();
  if (change && !t.columns.empty()) {
    rows += c.execute("UPDATE " + t.table + " o SET " + joined(c, t.columns, "@ = v.@", ", ") + " FROM " + t.against +
                      " v WHERE " + same_key(c, t) + " AND " + differs(c, t))
                .affected();
  }
  return rows;
}

}  // namespace ingest::detail

#include "postgres/table_comparison.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "postgres/ledger_rows.hpp"

namespace ingest::detail {

namespace {

const std::string deleted_at = "_ingest_deleted_at";  // when that was told: only that it was is the same each time

std::vector<std::string> texts_of(const query_result& r, int column) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    all.push_back(r.text(i, column));
  }
  return all;
}

/// Without those that fill themselves: by a default, of the server's or of the loading's, or from others.
std::vector<std::string> columns_to_fill(postgres_connection& c, const std::string& table) {
  return texts_of(c.execute("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT "
                            "attisdropped AND NOT atthasdef AND attidentity = '' ORDER BY attnum",
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

std::string has_other_values(postgres_connection& c, const compared_tables& t) {
  std::string any = joined(c, t.columns, "to_jsonb(o.@) IS DISTINCT FROM to_jsonb(v.@)", " OR ");
  if (t.has_deletions) {
    any += std::string(any.empty() ? "" : " OR ") + "(o._ingest_deleted_at IS NULL) <> (v._ingest_deleted_at IS NULL)";
  }
  return any.empty() ? "false" : "(" + any + ")";
}

std::string key_of(postgres_connection& c, const compared_tables& t, const std::string& of) {
  return "jsonb_build_array(" + joined(c, t.key, of + ".@", ", ") + ")";
}

/// The rows of both tables, side by side.
std::string both(postgres_connection& c, const compared_tables& t) {
  return " FROM (SELECT true AS _ingest_there, * FROM " + t.table +
         ") o FULL JOIN (SELECT true AS _ingest_there, * FROM " + t.against + ") v ON " + same_key(c, t);
}

std::vector<std::string> some_keys(postgres_connection& c, const compared_tables& t, const std::string& condition,
                                   const std::string& of) {
  return texts_of(c.execute("SELECT " + key_of(c, t, of) + both(c, t) + " WHERE " + condition + " LIMIT 5"), 0);
}

}  // namespace

compared_tables tables_to_compare(postgres_connection& c, const std::string& table, const std::string& against) {
  compared_tables made{table, against, {}, {}, {}, false};
  made.key =
      texts_of(c.execute("SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS "
                         "k (n, place) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n WHERE "
                         "i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.place",
                         {against}),
               0);
  if (made.key.empty()) {
    throw error(errc::config, table + " has no key, so that nobody can tell which of its rows is which");
  }
  const std::vector<std::string> there = columns_to_fill(c, table);
  const std::vector<std::string> here = columns_to_fill(c, against);
  for (const std::string& column : made.key) {
    if (!has(there, column)) {
      throw error(errc::config, table + " has no column " + column +
                                    " that is filled by what is loaded, which is part "
                                    "of the key");
    }
  }
  for (const std::string& column : here) {
    if (!has(made.key, column) && column != deleted_at) {
      (has(there, column) ? made.columns : made.lacking).push_back(column);
    }
  }
  made.has_deletions = has(there, deleted_at) && has(here, deleted_at);
  return made;
}

table_differences differences_of(postgres_connection& c, const compared_tables& t, bool whole) {
  const std::string missing = "o._ingest_there IS NULL";
  const std::string extra =
      "v._ingest_there IS NULL" + std::string(t.has_deletions ? " AND o._ingest_deleted_at IS NULL" : "");
  const std::string in_both = "o._ingest_there AND v._ingest_there";
  const std::string different = in_both + " AND " + has_other_values(c, t);
  const query_result r =
      c.execute("SELECT (SELECT count(*) FROM " + t.table + "), (SELECT count(*) FROM " + t.against +
                "), count(*) FILTER (WHERE " + missing + "), count(*) FILTER (WHERE " + different +
                "), count(*) FILTER (WHERE " + extra + "), count(*) FILTER (WHERE " + in_both + ")" + both(c, t));
  table_differences found{unsigned_at(r, 0, 0), unsigned_at(r, 0, 1), unsigned_at(r, 0, 2), unsigned_at(r, 0, 3),
                          whole ? unsigned_at(r, 0, 4) : 0};
  // Of each row of the other table, the table has one, or more where nothing keeps them from it.
  found.doubled = unsigned_at(r, 0, 5) - (found.against - found.missing);
  const auto examples = [&](std::uint64_t count, const std::string& condition, const char* of) {
    return count > 0 ? some_keys(c, t, condition, of) : std::vector<std::string>();
  };
  found.missing_keys = examples(found.missing, missing, "v");
  found.different_keys = examples(found.different, different, "v");
  found.extra_keys = examples(found.extra, extra, "o");
  return found;
}

std::uint64_t repair(postgres_connection& c, const compared_tables& t, bool change, const std::string& version) {
  std::vector<std::string> changed = t.columns;
  if (t.has_deletions) {
    changed.push_back(deleted_at);
  }
  std::vector<std::string> all = t.key;
  all.insert(all.end(), changed.begin(), changed.end());
  std::uint64_t rows =
      c.execute("INSERT INTO " + t.table + " (" + joined(c, all, "@", ", ") + ") SELECT " +
                joined(c, all, "v.@", ", ") + " FROM " + t.against + " v WHERE NOT EXISTS (SELECT FROM " + t.table +
                " o WHERE " + same_key(c, t) + ") ON CONFLICT DO NOTHING")
          .affected();
  if (change && !changed.empty()) {
    const std::string newer =
        has(t.columns, version) ? " AND NOT coalesce(" + joined(c, {version}, "o.@ > v.@", "") + ", false)" : "";
    rows += c.execute("UPDATE " + t.table + " o SET " + joined(c, changed, "@ = v.@", ", ") + " FROM " + t.against +
                      " v WHERE " + same_key(c, t) + " AND " + has_other_values(c, t) + newer)
                .affected();
  }
  return rows;
}

}  // namespace ingest::detail

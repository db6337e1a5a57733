#include <algorithm>
#include <map>

#include "postgres/ledger_rows.hpp"
#include "postgres/ledger_tables.hpp"
#include "postgres/lost_transaction.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/replacement.hpp"

namespace ingest::detail {

namespace {

const std::string unfinished_slices =
    "SELECT stream, slice, pages, position, done, rows, fence FROM ingest.slices WHERE pipeline = $1 AND NOT done";

const std::string slices_by_name =
    "SELECT s.stream, s.slice, s.pages, s.position, s.done, s.rows, s.fence FROM " + lookup_of_slices(named_slices);

void add_slices(const query_result& r, std::map<slice_id, ledger_slice>& to) {
  for (std::size_t i = 0; i < r.rows(); ++i) {
    ledger_slice s;
    s.gapless = {slice_at(r, i, 0), unsigned_at(r, i, 2), r.text(i, 3), r.truth(i, 4), unsigned_at(r, i, 5)};
    s.reached = s.gapless;
    s.fence = r.number(i, 6);
    if (s.gapless.pages > 0) {
      s.loaded.insert(1, s.gapless.pages);
    }
    to.insert_or_assign(s.gapless.slice, std::move(s));
  }
}

const std::string pages_by_slice =
    "SELECT p.stream, p.slice, p.page, p.position, p.last, p.rows FROM " + named_slices +
    " CROSS JOIN LATERAL (SELECT * FROM ingest.pages WHERE pipeline = $1 AND stream = named.stream "
    "AND slice = named.slice OFFSET 0) AS p ORDER BY p.stream, p.slice, p.page";

/// Pages that are not folded yet: as many as are loaded at a time, and those behind a hole. Returns how many slices
/// have ended by them.
std::uint64_t add_pages(const query_result& r, std::map<slice_id, ledger_slice>& to) {
  std::uint64_t ended = 0;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    const auto found = to.find(slice_at(r, i, 0));
    const page_id id = unsigned_at(r, i, 2);
    if (found == to.end() || id <= found->second.gapless.pages) {
      continue;
    }
    ledger_slice& s = found->second;
    s.loaded.insert(id);
    const std::uint64_t rows = s.reached.rows + unsigned_at(r, i, 5);
    s.reached = {found->first, id, r.text(i, 3), r.truth(i, 4), rows};
    if (s.loaded.contiguous_through() == id) {
      s.gapless = s.reached;
      ended += s.gapless.done ? 1u : 0u;
    }
  }
  return ended;
}

std::vector<ledger_slice> values_of(std::map<slice_id, ledger_slice> all) {
  std::vector<ledger_slice> slices;
  slices.reserve(all.size());
  for (auto& [id, s] : all) {
    slices.push_back(std::move(s));
  }
  return slices;
}

/// schema.table of a name that may leave the schema to search_path; where no such table exists, that of `stored` will
/// do.
std::string identity_of(const table_name& name, const query_result& found, const std::string& stored) {
  if (!found.empty()) {
    return found.text(0, 0);
  }
  const bool fits = name.schema.empty() && stored.ends_with("." + name.table);
  return fits ? stored : (name.schema.empty() ? "" : name.schema + ".") + name.table;
}

}  // namespace

void require_primary(postgres_connection& c, const std::string& database) {
  if (c.execute("SELECT pg_is_in_recovery()").truth(0, 0)) {
    throw database_error::lost("the server is a standby that is not promoted", database);
  }
}

void require_writable(postgres_connection& c, const std::string& database) {
  if (c.execute("SELECT current_setting('transaction_read_only') = 'on'").truth(0, 0)) {
    throw database_error({"25006", "transactions are read-only", "", "", ""}, database);
  }
}

ledger_sums read_sums(postgres_connection& c, const std::string& pipeline) {
  const query_result r = c.execute(
      "SELECT coalesce(sum(done), 0), coalesce(sum(pages), 0), coalesce(sum(rows - duplicates - rejected), 0), "
      "coalesce(sum(duplicates), 0), coalesce(sum(rejected), 0) FROM ("
      "SELECT done::int AS done, pages, rows, duplicates, rejected FROM ingest.slices WHERE pipeline = $1 UNION ALL "
      "SELECT 0, 1, rows, duplicates, rejected FROM ingest.pages WHERE pipeline = $1) AS loaded",
      {pipeline});
  return {unsigned_at(r, 0, 0), unsigned_at(r, 0, 1), unsigned_at(r, 0, 2), unsigned_at(r, 0, 3), unsigned_at(r, 0, 4)};
}

std::vector<ledger_slice> read_slices(postgres_connection& c, const std::string& pipeline,
                                      std::span<const slice_id> named) {
  std::map<slice_id, ledger_slice> slices;
  if (!named.empty()) {
    const slice_arrays names(named);
    const std::vector<std::string> which{pipeline, names.streams.text(), names.slices.text()};
    add_slices(c.execute(slices_by_name, which), slices);
    add_pages(c.execute(pages_by_slice, which), slices);
  }
  return values_of(std::move(slices));
}

query_result stored_run(postgres_connection& c, const std::string& pipeline) {
  return c.execute(
      "SELECT run_id, plan, complete, target, generation, rows_before, coalesce((SELECT value FROM ingest.watermarks "
      "WHERE pipeline = $1 AND stream = '' AND partition = ''), ''), "
      // Whoever only looks does not alter an older ledger, which has no such column.
      "coalesce(to_jsonb(p) ->> 'shape', ''), coalesce(to_jsonb(p) ->> 'disposition', '') FROM ingest.pipelines p "
      "WHERE name = $1",
      {pipeline});
}

ledger_view read_view(postgres_connection& c, const std::string& pipeline, const query_result& stored,
                      std::span<const slice_id> named) {
  ledger_view view;
  view.identity = {pipeline, stored.text(0, 0), stored.text(0, 1)};
  view.complete = stored.truth(0, 2);
  view.generation = unsigned_at(stored, 0, 4);
  view.rows_before = unsigned_at(stored, 0, 5);
  view.watermark = stored.text(0, 6);
  std::map<slice_id, ledger_slice> slices;
  add_slices(c.execute(unfinished_slices, {pipeline}), slices);
  if (!named.empty()) {
    const slice_arrays names(named);
    add_slices(c.execute(slices_by_name, {pipeline, names.streams.text(), names.slices.text()}), slices);
  }
  const ledger_sums sums = read_sums(c, pipeline);
  const query_result unfolded = c.execute(
      "SELECT stream, slice, page, position, last, rows FROM ingest.pages WHERE pipeline = $1 "
      "ORDER BY stream, slice, page",
      {pipeline});
  view.slices_done = sums.slices_done + add_pages(unfolded, slices);
  view.pages = sums.pages;
  view.rows = sums.rows;
  view.duplicates = sums.duplicates;
  view.rejected = sums.rejected;
  view.slices = values_of(std::move(slices));
  return view;
}

std::optional<error> why_gone(postgres_connection& c, std::uint64_t rows, const place& at) {
  if (rows == 0 || (at.exists && !is_empty(c, at.quoted))) {
    return std::nullopt;
  }
  return error(errc::bad_data, "table " + at.identity + (at.exists ? " is empty" : " is gone") +
                                   ", though the ledger says that " + std::to_string(rows) +
                                   " rows of the run were loaded into it or were there already: it was " +
                                   (at.exists ? "emptied or made anew" : "dropped") +
                                   ". Restore it, or load all of it anew with `start_over()`");
}

bool is_of_shape(const std::string& stored, const std::string& ours) {
  return stored == ours || (stored.empty() && ours == table_shape::of_events().description());
}

error other_shape(const std::string& pipeline, const std::string& stored, const std::string& ours) {
  return {errc::config, "pipeline \"" + pipeline + "\" was started with a table of " +
                            (stored.empty() ? table_shape::of_events().description() : stored) + ", not of " + ours +
                            " (`typed`)" + owners_advice};
}

std::optional<error> elsewhere(postgres_connection& c, const ledger_view& view, const query_result& stored,
                               const place& wanted) {
  const std::string table = stored.text(0, 3);
  if (table != wanted.identity) {
    return error(errc::config, "pipeline \"" + view.identity.pipeline + "\" was started with another table, " + table +
                                   ", not " + wanted.identity + owners_advice);
  }
  if (!is_of_shape(stored.text(0, 7), wanted.shape)) {
    return other_shape(view.identity.pipeline, stored.text(0, 7), wanted.shape);
  }
  return wanted.is_renewed ? std::nullopt : why_gone(c, view.rows_before + view.rows + view.duplicates, wanted);
}

std::optional<ledger_view> read_ledger(postgres_connection& c, const std::string& pipeline, const table_name& target,
                                       const table_shape& shape, std::span<const slice_id> named) {
  if (!ledger_exists(c)) {
    return std::nullopt;
  }
  const query_result stored = stored_run(c, pipeline);
  if (stored.empty()) {
    return std::nullopt;
  }
  ledger_view view = read_view(c, pipeline, stored, named);
  const query_result found = c.execute(
      "SELECT n.nspname || '.' || t.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace "
      "WHERE t.oid = to_regclass($1)",
      {sql_name(c, target)});
  place wanted{identity_of(target, found, stored.text(0, 3)), sql_name(c, target), !found.empty(), shape.description()};
  if (stored.text(0, 8) == name_of(disposition::replace) && !view.complete) {
    wanted.quoted = sql_name(c, replacement_of(stored.text(0, 3), view.identity.run_id));
    wanted.exists = table_exists(c, wanted.quoted);
  }
  wanted.is_renewed = view.complete && shape.write == disposition::replace;
  view.refusal = elsewhere(c, view, stored, wanted);
  return view;
}

std::optional<std::string> run_of(postgres_connection& c, const std::string& pipeline) {
  const query_result r =
      ledger_exists(c) ? c.execute("SELECT run_id || ' ' || complete FROM ingest.pipelines WHERE name = $1", {pipeline})
                       : query_result();
  return r.empty() ? std::nullopt : std::optional(r.text(0, 0));
}

bool is_complete(postgres_connection& c, const std::string& pipeline, const std::string& run_id) {
  return !c.execute("SELECT 1 FROM ingest.pipelines WHERE name = $1 AND run_id = $2 AND complete", {pipeline, run_id})
              .empty();
}

std::optional<std::map<std::string, std::string>> read_watermarks(postgres_connection& c, const std::string& pipeline,
                                                                  const std::string& stream, std::size_t most) {
  const query_result r = c.execute(
      "SELECT partition, value FROM ingest.watermarks WHERE pipeline = $1 AND stream = $2 LIMIT $3::bigint + 1",
      {pipeline, stream, std::to_string(most)});
  if (r.rows() > most) {
    return std::nullopt;
  }
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    found.emplace(r.text(i, 0), r.text(i, 1));
  }
  return found;
}

std::optional<std::string> read_watermark(postgres_connection& c, const std::string& pipeline,
                                          const std::string& stream, const std::string& partition) {
  const query_result r =
      c.execute("SELECT value FROM ingest.watermarks WHERE pipeline = $1 AND stream = $2 AND partition = $3",
                {pipeline, stream, partition});
  return r.empty() ? std::nullopt : std::optional(r.text(0, 0));
}

bool was_followed(postgres_connection& c, const std::string& pipeline, const std::string& run_id) {
  return ledger_exists(c) &&
         // Whoever only looks does not alter an older ledger, which has only those that were followed.
         c.execute(
              "SELECT EXISTS (SELECT FROM ingest.syncs s JOIN ingest.pipelines p ON p.name = s.pipeline "
              "WHERE s.pipeline = $1 AND s.run_id = $2 AND s.completed_at IS NOT NULL AND s.generation < p.generation "
              "AND NOT coalesce((to_jsonb(s) ->> 'given_up')::boolean, false))",
              {pipeline, run_id})
             .truth(0, 0);
}

}  // namespace ingest::detail

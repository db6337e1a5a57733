#include <set>

#include "postgres/ledger_rows.hpp"
#include "postgres/lost_transaction.hpp"
#include "postgres/postgres_ledger.hpp"

namespace ingest::detail {

namespace {

using page_name = std::pair<slice_id, page_id>;

struct page_arrays {
  slice_arrays names;
  text_array ids;

  void add(const page& p) {
    names.add(p.slice);
    ids.add(p.id);
  }
};

std::vector<slice_id> slices_of(const std::vector<page>& pages) {
  std::set<slice_id> slices;
  for (const page& p : pages) {
    slices.insert(p.slice);
  }
  return {slices.begin(), slices.end()};
}

/// Enters the pages that the ledger does not have as rows; returns them.
std::set<page_name> enter(postgres_connection& c, const std::string& pipeline, const std::vector<page>& pages) {
  page_arrays keys;
  text_array lasts, lengths, rows, crcs, positions;
  for (const page& p : pages) {
    keys.add(p);
    lasts.add(p.last ? 1 : 0);
    lengths.add(p.length);
    rows.add(p.rows);
    crcs.add(p.crc);
    positions.add(p.position);
  }
  const query_result inserted = c.execute(
      "INSERT INTO ingest.pages (pipeline, stream, slice, page, last, bytes, rows, crc, position) "
      "SELECT $1, stream, slice, page, last <> 0, bytes, rows, crc, position "
      "FROM unnest($2::text[], $3::text[], $4::bigint[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[], "
      "$9::text[]) AS p (stream, slice, page, last, bytes, rows, crc, position) ORDER BY stream, slice, page "
      "ON CONFLICT (pipeline, stream, slice, page) DO NOTHING RETURNING stream, slice, page",
      {pipeline, keys.names.streams.text(), keys.names.slices.text(), keys.ids.text(), lasts.text(), lengths.text(),
       rows.text(), crcs.text(), positions.text()});
  std::set<page_name> entered;
  for (std::size_t i = 0; i < inserted.rows(); ++i) {
    entered.emplace(slice_at(inserted, i, 0), unsigned_at(inserted, i, 2));
  }
  return entered;
}

/// How far each slice is folded. Asked after enter(): what another transaction has folded before its row was gone, so
/// that ours could take its place, is seen here.
std::map<slice_id, slice_progress> folded_pages(postgres_connection& c, const std::string& pipeline,
                                                const std::vector<slice_id>& slices) {
  const slice_arrays names(slices);
  const query_result r =
      c.execute("SELECT s.stream, s.slice, s.pages, s.position, s.done FROM " + lookup_of_slices(named_slices),
                {pipeline, names.streams.text(), names.slices.text()});
  std::map<slice_id, slice_progress> folded;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    const slice_id slice = slice_at(r, i, 0);
    folded[slice] = {slice, unsigned_at(r, i, 2), r.text(i, 3), r.truth(i, 4), 0};
  }
  return folded;
}

/// What was folded before is not entered again.
void withdraw(postgres_connection& c, const std::string& pipeline, const std::vector<page>& stale) {
  page_arrays keys;
  for (const page& p : stale) {
    keys.add(p);
  }
  c.execute("DELETE FROM ingest.pages WHERE ctid = ANY (ARRAY(SELECT p.place FROM " + lookup_of_pages + "))",
            {pipeline, keys.names.streams.text(), keys.names.slices.text(), keys.ids.text()});
}

/// Compares pages with the rows of those that are there; returns these.
std::set<page_name> compare_entered(postgres_connection& c, const std::string& pipeline,
                                    const std::map<page_name, const page*>& pages) {
  page_arrays keys;
  for (const auto& [name, p] : pages) {
    keys.add(*p);
  }
  const query_result r =
      c.execute("SELECT p.stream, p.slice, p.page, p.last, p.bytes, p.rows, p.crc, p.position FROM " + lookup_of_pages,
                {pipeline, keys.names.streams.text(), keys.names.slices.text(), keys.ids.text()});
  std::set<page_name> there;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    const page_name name(slice_at(r, i, 0), unsigned_at(r, i, 2));
    compare_page(*pages.at(name), r, i, 3, pipeline);
    there.insert(name);
  }
  return there;
}

/// Pages by their place, slices by their key: no join, as in lookup_of_slices(). The slices are there, so that the
/// INSERT is an UPDATE of each, of its newest version as it is locked.
std::string fold_statement(const std::string& names, const std::string& if_locked) {
  return "WITH mine AS MATERIALIZED (SELECT s.stream, s.slice, s.pages FROM " +
         lookup_of_slices(names, " FOR NO KEY UPDATE" + if_locked) +
         "), "
         "numbered AS (SELECT p.place, p.page - m.pages - row_number() OVER (PARTITION BY m.stream, m.slice "
         "ORDER BY p.page) AS missing FROM mine m CROSS JOIN LATERAL (SELECT page, ctid AS place FROM ingest.pages "
         "WHERE pipeline = $1 AND stream = m.stream AND slice = m.slice AND page > m.pages OFFSET 0) AS p), "
         "folded AS (DELETE FROM ingest.pages WHERE ctid = ANY (ARRAY(SELECT place FROM numbered WHERE missing = 0)) "
         "RETURNING stream, slice, page, position, last, rows, duplicates, rejected) "
         "INSERT INTO ingest.slices AS s (pipeline, stream, slice, pages, position, done, rows, duplicates, rejected) "
         "SELECT $1, stream, slice, max(page), (array_agg(position ORDER BY page DESC))[1], bool_or(last), sum(rows), "
         "sum(duplicates), sum(rejected) FROM folded GROUP BY stream, slice "
         "ON CONFLICT (pipeline, stream, slice) DO UPDATE SET pages = excluded.pages, position = excluded.position, "
         "done = excluded.done, rows = s.rows + excluded.rows, duplicates = s.duplicates + excluded.duplicates, "
         "rejected = s.rejected + excluded.rejected";
}

}  // namespace

server_transaction lock_pipeline(postgres_connection& c, const run_identity& who, const std::string& strength) {
  const query_result r = c.execute("SELECT run_id, pg_backend_pid(), " + in_microseconds("now()") +
                                       " FROM ingest.pipelines WHERE name = $1 FOR " + strength,
                                   {who.pipeline});
  if (r.empty()) {
    throw error(errc::locked, "the database was set back to before this run of pipeline \"" + who.pipeline +
                                  "\" began, as by a standby that has taken over: start again, to go on from what it "
                                  "has");
  }
  if (r.text(0, 0) != who.run_id) {
    throw error(errc::locked, "a newer run has taken over pipeline \"" + who.pipeline + "\": this one must end");
  }
  return {r.text(0, 1), r.text(0, 2)};
}

void compare_page(const page& ours, const query_result& r, std::size_t row, int column, const std::string& pipeline) {
  const bool same = ours.last == r.truth(row, column) && ours.length == unsigned_at(r, row, column + 1) &&
                    ours.rows == unsigned_at(r, row, column + 2) && ours.crc == unsigned_at(r, row, column + 3) &&
                    ours.position == r.text(row, column + 4);
  if (!same) {
    throw error(errc::bad_data, to_string(ours) + " of pipeline \"" + pipeline + page_differs);
  }
}

void check_fence(const slice_id& slice, std::int64_t ours, std::optional<std::int64_t> now,
                 const std::string& pipeline) {
  if (now.value_or(0) < ours) {
    throw error(errc::locked, "the database was set back to before this process began with " + to_string(slice) +
                                  " of pipeline \"" + pipeline +
                                  "\", as by a standby that has taken over: start again, to go on from what it has");
  }
  if (*now > ours) {
    throw error(errc::locked, "another process has taken over " + to_string(slice) + " of pipeline \"" + pipeline +
                                  "\": this one must end");
  }
}

void compare_folded(const page& ours, const slice_progress& folded, const std::string& pipeline) {
  if (differs_from_folded(ours, folded)) {
    throw error(errc::bad_data, to_string(ours) + " of pipeline \"" + pipeline + page_differs);
  }
}

server_transaction begin_loading(postgres_connection& c, const run_identity& who, const slice_fences& fences) {
  // Deferred constraints are checked at once, so that no COMMIT fails because of a row.
  c.run(c.begin() + "SET CONSTRAINTS ALL IMMEDIATE; " + advisory_lock(c, "pg_advisory_xact_lock_shared", who.pipeline));
  server_transaction begun = lock_pipeline(c, who, "KEY SHARE");
  slice_arrays names;
  for (const auto& [slice, fence] : fences) {
    names.add(slice);
  }
  // Folding changes these rows without waiting for this lock; whoever raises a fence waits.
  const query_result r =
      c.execute("SELECT s.stream, s.slice, s.fence FROM " + lookup_of_slices(named_slices, " FOR KEY SHARE"),
                {who.pipeline, names.streams.text(), names.slices.text()});
  slice_fences now;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    now[slice_at(r, i, 0)] = r.number(i, 2);
  }
  for (const auto& [slice, fence] : fences) {
    const auto found = now.find(slice);
    check_fence(slice, fence, found == now.end() ? std::nullopt : std::optional(found->second), who.pipeline);
  }
  return begun;
}

std::vector<page> claim_pages(postgres_connection& c, const std::string& pipeline, const std::vector<page>& pages) {
  const std::set<page_name> entered = enter(c, pipeline, pages);
  std::map<page_name, const page*> others;
  for (const page& p : pages) {
    if (!entered.contains({p.slice, p.id})) {
      others.emplace(page_name(p.slice, p.id), &p);
    }
  }
  const std::set<page_name> there = others.empty() ? std::set<page_name>() : compare_entered(c, pipeline, others);
  // Last of all: a row that another transaction has folded since is missing above, and told of here.
  const std::map<slice_id, slice_progress> folded = folded_pages(c, pipeline, slices_of(pages));
  std::vector<page> ours, stale;
  for (const page& p : pages) {
    const slice_progress& reached = folded.at(p.slice);
    const bool is_folded = p.id <= reached.pages;
    compare_folded(p, reached, pipeline);
    if (entered.contains({p.slice, p.id})) {
      (is_folded ? stale : ours).push_back(p);
    } else if (!is_folded && !there.contains({p.slice, p.id})) {
      throw error(errc::bad_data,
                  to_string(p) + " of pipeline \"" + pipeline + "\" vanished from the database's ledger");
    }
  }
  if (!stale.empty()) {
    withdraw(c, pipeline, stale);
  }
  return ours;
}

void require_predecessors(postgres_connection& c, const std::string& pipeline, const std::vector<page>& pages) {
  page_arrays keys;
  std::set<slice_id> seen;
  for (const page& p : pages) {
    if (seen.insert(p.slice).second && p.id > 1) {
      keys.add(p);
    }
  }
  const query_result ahead = c.execute(
      "SELECT n.stream, n.slice, n.page FROM unnest($2::text[], $3::text[], $4::bigint[]) AS n (stream, slice, page) "
      "WHERE coalesce((SELECT pages FROM ingest.slices WHERE pipeline = $1 AND stream = n.stream AND slice = n.slice), "
      "0) < n.page - 1 AND (SELECT count(*) FROM ingest.pages WHERE pipeline = $1 AND stream = n.stream "
      "AND slice = n.slice AND page = n.page - 1) = 0",
      {pipeline, keys.names.streams.text(), keys.names.slices.text(), keys.ids.text()});
  if (!ahead.empty()) {
    throw error(errc::config,
                "page " + ahead.text(0, 2) + " of " + to_string(slice_at(ahead, 0, 0)) +
                    " was to be loaded before the one in front of it, though `write` needs their order: "
                    "give the pipeline one loader",
                false);
  }
}

void record_losses(postgres_connection& c, const std::string& pipeline, const std::vector<page_losses>& losses) {
  page_arrays keys;
  text_array duplicates, rejected;
  for (const page_losses& lost : losses) {
    keys.add(*lost.of);
    duplicates.add(lost.duplicates);
    rejected.add(lost.rejected);
  }
  c.execute(
      // They are there: claim_pages() has entered them.
      "INSERT INTO ingest.pages (pipeline, stream, slice, page, last, bytes, rows, crc, position, duplicates, "
      "rejected) "
      "SELECT $1, stream, slice, page, false, 0, 0, 0, '', duplicates, rejected "
      "FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) "
      "AS l (stream, slice, page, duplicates, rejected) ON CONFLICT (pipeline, stream, slice, page) "
      "DO UPDATE SET duplicates = excluded.duplicates, rejected = excluded.rejected",
      {pipeline, keys.names.streams.text(), keys.names.slices.text(), keys.ids.text(), duplicates.text(),
       rejected.text()});
}

std::vector<slice_id> fold(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices) {
  static const std::string statement =
      fold_statement(named_slices, " SKIP LOCKED") + " RETURNING s.stream, s.slice, s.done";
  const slice_arrays names(slices);
  const query_result r = c.execute(statement, {pipeline, names.streams.text(), names.slices.text()});
  std::vector<slice_id> ended;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    if (r.truth(i, 2)) {
      ended.push_back(slice_at(r, i, 0));
    }
  }
  return ended;
}

void fold_all(postgres_connection& c, const std::string& pipeline, locked_slices l) {
  const std::string names = "(SELECT DISTINCT stream, slice FROM ingest.pages WHERE pipeline = $1) AS named";
  c.execute(fold_statement(names, l == locked_slices::are_left ? " SKIP LOCKED" : ""), {pipeline});
}

std::uint64_t count_rejects(postgres_connection& c, const std::string& pipeline) {
  c.run("SELECT pg_advisory_xact_lock(hashtextextended(" + c.literal("ingest: rejects of pipeline " + pipeline) +
        ", 0))");
  return read_sums(c, pipeline).rejected;
}

}  // namespace ingest::detail

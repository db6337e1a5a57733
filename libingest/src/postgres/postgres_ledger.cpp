#include "postgres/postgres_ledger.hpp"

#include "core/ledger_view.hpp"
#include "postgres/lost_transaction.hpp"
#include "postgres/postgres_array.hpp"

namespace ingest::detail {

namespace {

std::uint64_t unsigned_at(const query_result& r, std::size_t row, int column) {
  return static_cast<std::uint64_t>(r.number(row, column));
}

void read_totals(postgres_connection& c, const std::string& pipeline, ledger_view& view) {
  const query_result totals = c.execute(
      "SELECT coalesce(max(segment), 0), coalesce(sum(rows - duplicates - rejected), 0), coalesce(sum(duplicates), 0), "
      "coalesce(sum(rejected), 0) FROM ingest.pages WHERE pipeline = $1",
      {pipeline});
  view.last_segment = unsigned_at(totals, 0, 0);
  view.rows = unsigned_at(totals, 0, 1);
  view.duplicates = unsigned_at(totals, 0, 2);
  view.rejected = unsigned_at(totals, 0, 3);
}

void read_loaded(postgres_connection& c, const std::string& pipeline, ledger_view& view) {
  const query_result islands = c.execute(
      "SELECT min(page), max(page) FROM (SELECT page, page - row_number() OVER (ORDER BY page) AS island "
      "FROM ingest.pages WHERE pipeline = $1) numbered GROUP BY island ORDER BY 1",
      {pipeline});
  for (std::size_t i = 0; i < islands.rows(); ++i) {
    view.loaded.insert(unsigned_at(islands, i, 0), unsigned_at(islands, i, 1));
  }
  view.last_page = view.loaded.max();
  const query_result slices = c.execute(
      "SELECT s.slice, p.page, p.position, p.last, s.pages, s.rows FROM (SELECT slice, max(page) AS page, "
      "count(*) AS pages, sum(rows) AS rows FROM ingest.pages WHERE pipeline = $1 GROUP BY slice) s "
      "JOIN ingest.pages p ON p.pipeline = $1 AND p.page = s.page ORDER BY s.slice",
      {pipeline});
  for (std::size_t i = 0; i < slices.rows(); ++i) {
    view.slices.push_back({static_cast<slice_id>(slices.number(i, 0)), unsigned_at(slices, i, 1), slices.text(i, 2),
                           slices.truth(i, 3), unsigned_at(slices, i, 4), unsigned_at(slices, i, 5)});
  }
  read_totals(c, pipeline, view);
}

/// Both locks belong to the pipeline. The advisory one only makes the queue fair: those who share a row's lock pass by
/// one who waits to have it alone, so that busy loaders of an old run could keep a new one waiting for ever.
std::string advisory_lock(const postgres_connection& c, std::string_view function, const std::string& pipeline) {
  return "SELECT " + std::string(function) + "(hashtextextended(" + c.literal("ingest: pipeline " + pipeline) + ", 0))";
}

constexpr const char* owners_advice =
    ". Give this run a `pipeline` and a `directory` of its own, or go on with that one as it was; "
    "`start_over()` loads all of it anew";

void check_owner(const query_result& stored, const run_identity& who, bool yields) {
  const std::string pipeline = "pipeline \"" + who.pipeline + "\"";
  const std::string advice = owners_advice;
  if (stored.text(0, 0) != who.run_id && yields) {
    throw error(errc::locked, "the database's ledger of " + pipeline + " has an earlier run (" + stored.text(0, 0) +
                                  "), of which nobody knew when this one began without the database: start again to "
                                  "go on with that one");
  }
  if (stored.text(0, 0) != who.run_id) {
    throw error(errc::bad_data, "the database's ledger of " + pipeline + " belongs to another run (" +
                                    stored.text(0, 0) + ") than this data directory (" + who.run_id + ")" + advice);
  }
  if (stored.text(0, 1) != who.plan) {
    throw error(errc::config, pipeline + " was started with other settings of the source (then: " + stored.text(0, 1) +
                                  "; now: " + who.plan + ")" + advice);
  }
}

/// A table that a run is loaded into.
struct place {
  std::string identity;  ///< schema.table
  std::string quoted;    ///< for SQL
  bool exists;
};

bool is_empty(postgres_connection& c, const place& at) {
  return c.execute("SELECT NOT EXISTS (SELECT FROM " + at.quoted + ")").truth(0, 0);
}

/// Why the rows that a run has brought, or has found there already, are not in the table any more, if so. Of some of
/// them nobody could tell, but all of them are removed together.
std::optional<error> why_gone(postgres_connection& c, const ledger_view& view, const place& at) {
  const std::uint64_t rows = view.rows + view.duplicates;
  if (rows == 0 || (at.exists && !is_empty(c, at))) {
    return std::nullopt;
  }
  return error(errc::bad_data, "table " + at.identity + (at.exists ? " is empty" : " is gone") +
                                   ", though the ledger says that " + std::to_string(rows) +
                                   " rows of the run were loaded into it or were there already: it was " +
                                   (at.exists ? "emptied or made anew" : "dropped") +
                                   ". Restore it, or load all of it anew with `start_over()`");
}

/// Why rows that were loaded into `stored` are not where they are wanted, if so.
std::optional<error> elsewhere(postgres_connection& c, const ledger_view& view, const std::string& stored,
                               const place& wanted) {
  if (stored != wanted.identity) {
    return error(errc::config, "pipeline \"" + view.identity.pipeline + "\" was started with another table, " + stored +
                                   ", not " + wanted.identity + owners_advice);
  }
  return why_gone(c, view, wanted);
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

ledger_view view_of(postgres_connection& c, const std::string& pipeline, const query_result& stored) {
  ledger_view view;
  view.identity = {pipeline, stored.text(0, 0), stored.text(0, 1)};
  view.fence = stored.number(0, 2);
  view.complete = stored.truth(0, 3);
  read_loaded(c, pipeline, view);
  return view;
}

query_result stored_run(postgres_connection& c, const std::string& pipeline) {
  return c.execute("SELECT run_id, plan, epoch, complete, target FROM ingest.pipelines WHERE name = $1", {pipeline});
}

void check_fence(const query_result& now, const run_identity& who, std::int64_t fence) {
  if (now.empty() || (now.number(0, 0) < fence && now.text(0, 1) == who.run_id)) {
    throw error(errc::locked, "the database was set back to before this run of pipeline \"" + who.pipeline +
                                  "\" began, as by a standby that has taken over: start again, to go on from what it "
                                  "has");
  }
  if (now.number(0, 0) != fence || now.text(0, 1) != who.run_id) {
    throw error(errc::locked, "a newer run has taken over pipeline \"" + who.pipeline + "\": this one must end");
  }
}

/// Locks the pipeline's row and checks that it is still ours.
server_transaction lock_row(postgres_connection& c, const run_identity& who, std::int64_t fence,
                            const std::string& strength) {
  const query_result r = c.execute("SELECT epoch, run_id, pg_backend_pid(), " + in_microseconds("now()") +
                                       " FROM ingest.pipelines WHERE name = $1 FOR " + strength,
                                   {who.pipeline});
  check_fence(r, who, fence);
  return {r.text(0, 2), r.text(0, 3)};
}

void compare(const page& ours, const query_result& r, std::size_t row, const std::string& pipeline) {
  const bool same = ours.slice == unsigned_at(r, row, 1) && ours.last == r.truth(row, 2) &&
                    ours.length == unsigned_at(r, row, 3) && ours.rows == unsigned_at(r, row, 4) &&
                    ours.crc == unsigned_at(r, row, 5) && ours.position == r.text(row, 6);
  if (!same) {
    throw error(errc::bad_data,
                "page " + std::to_string(ours.id) + " of pipeline \"" + pipeline +
                    "\" is in the database's ledger with other content than in the buffer: another host "
                    "has gone on with this pipeline, or the buffer or the database was restored from "
                    "an older copy. Go on there or with an empty `directory`, or use `start_over()`");
  }
}

void verify_loaded(postgres_connection& c, const std::string& pipeline, const std::map<page_id, page>& pages) {
  text_array ids;
  for (const auto& [id, p] : pages) {
    ids.add(id);
  }
  const query_result r = c.execute(
      "SELECT page, slice, last, bytes, rows, crc, position FROM ingest.pages "
      "WHERE pipeline = $1 AND page = ANY ($2::bigint[])",
      {pipeline, ids.text()});
  for (std::size_t i = 0; i < r.rows(); ++i) {
    compare(pages.at(unsigned_at(r, i, 0)), r, i, pipeline);
  }
  if (r.rows() != pages.size()) {
    throw error(errc::bad_data, "pages of pipeline \"" + pipeline + "\" vanished from the database's ledger");
  }
}

/// Inserts those pages that the ledger does not have; returns them.
page_set enter(postgres_connection& c, const std::string& pipeline, std::int64_t fence,
               const std::vector<page>& pages) {
  text_array ids, slices, lasts, segments, lengths, rows, crcs, positions;
  for (const page& p : pages) {
    ids.add(p.id);
    slices.add(p.slice);
    lasts.add(p.last ? 1 : 0);
    segments.add(p.segment);
    lengths.add(p.length);
    rows.add(p.rows);
    crcs.add(p.crc);
    positions.add(p.position);
  }
  const query_result inserted = c.execute(
      "INSERT INTO ingest.pages (pipeline, epoch, page, slice, last, segment, bytes, rows, crc, position) "
      "SELECT $1, $2::bigint, page, slice, last <> 0, segment, bytes, rows, crc, position "
      "FROM unnest($3::bigint[], $4::bigint[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], "
      "$10::text[]) AS p (page, slice, last, segment, bytes, rows, crc, position) ORDER BY page "
      "ON CONFLICT (pipeline, page) DO NOTHING RETURNING page",
      {pipeline, std::to_string(fence), ids.text(), slices.text(), lasts.text(), segments.text(), lengths.text(),
       rows.text(), crcs.text(), positions.text()});
  page_set entered;
  for (std::size_t i = 0; i < inserted.rows(); ++i) {
    entered.insert(unsigned_at(inserted, i, 0));
  }
  return entered;
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

std::optional<ledger_view> read_ledger(postgres_connection& c, const std::string& pipeline, const table_name& target) {
  if (c.execute("SELECT to_regclass('ingest.pipelines') IS NULL OR to_regclass('ingest.pages') IS NULL").truth(0, 0)) {
    return std::nullopt;
  }
  const query_result stored = stored_run(c, pipeline);
  if (stored.empty()) {
    return std::nullopt;
  }
  ledger_view view = view_of(c, pipeline, stored);
  const query_result found = c.execute(
      "SELECT n.nspname || '.' || t.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace "
      "WHERE t.oid = to_regclass($1)",
      {sql_name(c, target)});
  view.refusal = elsewhere(c, view, stored.text(0, 4),
                           {identity_of(target, found, stored.text(0, 4)), sql_name(c, target), !found.empty()});
  return view;
}

ledger_view take_over(postgres_connection& c, const run_identity& who, const target_table& target, bool replace,
                      bool yields) {
  c.run(advisory_lock(c, "pg_advisory_xact_lock", who.pipeline));
  const query_result stored =
      c.execute("SELECT run_id, plan FROM ingest.pipelines WHERE name = $1 FOR UPDATE", {who.pipeline});
  if (stored.empty()) {
    c.execute("DELETE FROM ingest.pages WHERE pipeline = $1", {who.pipeline});
    c.execute("INSERT INTO ingest.pipelines (name, run_id, plan, target, epoch) VALUES ($1, $2, $3, $4, 0)",
              {who.pipeline, who.run_id, who.plan, target.identity()});
  } else if (replace && stored.text(0, 0) != who.run_id) {
    c.execute("DELETE FROM ingest.pages WHERE pipeline = $1", {who.pipeline});
    c.execute(
        "UPDATE ingest.pipelines SET run_id = $2, plan = $3, target = $4, complete = false, completed_at = NULL, "
        "initial_load = false WHERE name = $1",
        {who.pipeline, who.run_id, who.plan, target.identity()});
  } else {
    check_owner(stored, who, yields);
  }
  // Once an initial load, always one: whether the key is still to be built, the table itself tells.
  c.execute(
      "UPDATE ingest.pipelines SET epoch = epoch + 1, taken_over_at = now(), initial_load = initial_load OR "
      "$2::boolean "
      "WHERE name = $1",
      {who.pipeline, target.keyless() ? "true" : "false"});
  const query_result ours = stored_run(c, who.pipeline);
  const ledger_view view = view_of(c, who.pipeline, ours);
  if (const auto refusal = elsewhere(c, view, ours.text(0, 4), {target.identity(), target.quoted, !target.created})) {
    throw *refusal;
  }
  return view;
}

std::string first_transaction(postgres_connection& c, const std::string& pipeline) {
  // Pages of one transaction bear one time. Where they bear several, they were copied there all at once, as from a
  // dump, and so were the rows: in whatever order.
  const query_result copied = c.execute(
      "SELECT 1 FROM ingest.pages WHERE pipeline = $1 GROUP BY xmin HAVING min(loaded_at) <> max(loaded_at) LIMIT 1",
      {pipeline});
  if (!copied.empty()) {
    return "";
  }
  return c
      .execute(
          "SELECT wrote FROM (SELECT xmin AS wrote FROM ingest.pages WHERE pipeline = $1 "
          "UNION ALL SELECT xmin FROM ingest.pipelines WHERE name = $1) transactions ORDER BY age(wrote) DESC LIMIT 1",
          {pipeline})
      .text(0, 0);
}

void check_same_pages(postgres_connection& c, const std::string& pipeline, const ledger_view& ledger,
                      const known_pages& known) {
  std::map<page_id, page> loaded;
  for (const page& p : known.buffered) {
    if (ledger.loaded.contains(p.id)) {
      loaded.emplace(p.id, p);
    }
  }
  if (!loaded.empty()) {
    verify_loaded(c, pipeline, loaded);
  }
  if (!known.ledger_seen && ledger.last_page > known.last) {
    throw error(errc::locked, "another process has loaded pages of pipeline \"" + pipeline + "\" up to " +
                                  std::to_string(ledger.last_page) + " since this one looked (then up to " +
                                  std::to_string(known.last) + "): start again, when that one has ended");
  }
}

server_transaction begin_loading(postgres_connection& c, const run_identity& who, std::int64_t fence) {
  // Deferred constraints are checked at once, so that no COMMIT fails because of a row.
  c.run(c.begin() + "SET CONSTRAINTS ALL IMMEDIATE; " + advisory_lock(c, "pg_advisory_xact_lock_shared", who.pipeline));
  return lock_row(c, who, fence, "SHARE");
}

std::vector<page> claim(postgres_connection& c, const std::string& pipeline, std::int64_t fence,
                        const std::vector<page>& pages) {
  const page_set ours = enter(c, pipeline, fence, pages);
  std::vector<page> claimed;
  std::map<page_id, page> others;
  for (const page& p : pages) {
    if (ours.contains(p.id)) {
      claimed.push_back(p);
    } else {
      others.emplace(p.id, p);
    }
  }
  if (!others.empty()) {
    verify_loaded(c, pipeline, others);
  }
  return claimed;
}

void record_losses(postgres_connection& c, const std::string& pipeline, const std::map<page_id, page_losses>& losses) {
  text_array ids, duplicates, rejected;
  for (const auto& [id, lost] : losses) {
    ids.add(id);
    duplicates.add(lost.duplicates);
    rejected.add(lost.rejected);
  }
  c.execute(
      "UPDATE ingest.pages SET duplicates = l.duplicates, rejected = l.rejected "
      "FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS l (page, duplicates, rejected) "
      "WHERE pages.pipeline = $1 AND pages.page = l.page",
      {pipeline, ids.text(), duplicates.text(), rejected.text()});
}

std::uint64_t count_rejects(postgres_connection& c, const std::string& pipeline) {
  c.run("SELECT pg_advisory_xact_lock(hashtextextended(" + c.literal("ingest: rejects of pipeline " + pipeline) +
        ", 0))");
  return unsigned_at(c.execute("SELECT coalesce(sum(rejected), 0) FROM ingest.pages WHERE pipeline = $1", {pipeline}),
                     0, 0);
}

server_transaction begin_completing(postgres_connection& c, const run_identity& who, std::int64_t fence,
                                    const target_table& target, page_id last) {
  c.run(c.begin() + advisory_lock(c, "pg_advisory_xact_lock", who.pipeline));
  server_transaction begun = lock_row(c, who, fence, "UPDATE");
  // Pages are numbered without holes, so a hole is a loss: of segments that were deleted by hand, or of ledger rows. A
  // database that was set back (a standby that took over, a backup) has no hole where it lacks the last ones.
  const query_result pages =
      c.execute("SELECT count(*), greatest(max(page), $2::bigint) FROM ingest.pages WHERE pipeline = $1",
                {who.pipeline, std::to_string(last)});
  if (pages.number(0, 0) != pages.number(0, 1)) {
    throw error(errc::bad_data, "the database's ledger of pipeline \"" + who.pipeline + "\" has " + pages.text(0, 0) +
                                    " of " + pages.text(0, 1) +
                                    " pages, and the buffer has no more: the database was set back (a standby without "
                                    "the last commits took over, a backup was restored), or files of the buffer were "
                                    "removed. Restore either, or load all of it anew with `start_over()`");
  }
  ledger_view sums;
  read_totals(c, who.pipeline, sums);
  const bool exists = c.execute("SELECT to_regclass($1) IS NOT NULL", {target.quoted}).truth(0, 0);
  if (const auto gone = why_gone(c, sums, {target.identity(), target.quoted, exists})) {
    throw *gone;
  }
  return begun;
}

void check_some_row_was_taken(postgres_connection& c, const std::string& pipeline, const std::string& kept_in,
                              const std::string& first) {
  ledger_view sums;
  read_totals(c, pipeline, sums);
  if (sums.rejected > 0 && sums.rows == 0 && sums.duplicates == 0) {
    throw error(
        errc::bad_data,
        "each of the " + std::to_string(sums.rejected) + " rows was refused, so that nothing was loaded" +
            (first.empty() ? "" : ", the first because: " + first) + ". " + kept_in +
            " has them and the reasons. Mend what they tell of (where records hold their id, and in which form "
            "they come, is said by `id_pointer` and by the source), and start over with `start_over()`, or say with "
            "`reject_limit` how many may be refused");
  }
}

void mark_complete(postgres_connection& c, const std::string& pipeline, std::uint64_t removed) {
  if (removed > 0) {
    // Of which pages they were is not known. Sums count, as for duplicates within a transaction.
    c.execute(
        "UPDATE ingest.pages SET duplicates = duplicates + $2::bigint "
        "WHERE pipeline = $1 AND page = (SELECT min(page) FROM ingest.pages WHERE pipeline = $1)",
        {pipeline, std::to_string(removed)});
  }
  c.execute("UPDATE ingest.pipelines SET complete = true, completed_at = coalesce(completed_at, now()) WHERE name = $1",
            {pipeline});
}

}  // namespace ingest::detail

#include <algorithm>
#include <map>

#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "postgres/ledger_rows.hpp"
#include "postgres/ledger_tables.hpp"
#include "postgres/lost_transaction.hpp"
#include "postgres/postgres_ledger.hpp"
#include "postgres/replacement.hpp"

namespace ingest::detail {

namespace {

constexpr std::uint64_t syncs_remembered = 1'000;

void check_owner(const query_result& stored, const run_identity& who, const succession& other) {
  const std::string pipeline = "pipeline \"" + who.pipeline + "\"";
  if (stored.text(0, 0) != who.run_id && !other.follows.empty()) {
    throw error(errc::locked, "another process has begun the next sync of " + pipeline + " (" + stored.text(0, 0) +
                                  ") since this one looked: start again, when that one has ended");
  }
  if (stored.text(0, 0) != who.run_id && other.yields) {
    throw error(errc::locked, "the database's ledger of " + pipeline + " has an earlier run (" + stored.text(0, 0) +
                                  "), of which nobody knew when this one began without the database: start again to "
                                  "go on with that one");
  }
  if (stored.text(0, 0) != who.run_id) {
    throw error(errc::bad_data, "the database's ledger of " + pipeline + " belongs to another run (" +
                                    stored.text(0, 0) + ") than this data directory (" + who.run_id + ")" +
                                    owners_advice);
  }
  if (stored.text(0, 1) != who.plan) {
    throw error(errc::config, pipeline + " was started with other settings of the source (then: " + stored.text(0, 1) +
                                  "; now: " + who.plan + ")" + owners_advice);
  }
}

/// A run is finished as it was begun: where records come in order from here on, those before have not.
void check_shape(const query_result& stored, const std::string& pipeline, const table_shape& ours) {
  if (!is_of_shape(stored.text(0, 4), ours.description())) {
    throw other_shape(pipeline, stored.text(0, 4), ours.description());
  }
  const std::string write = stored.text(0, 5).empty() ? name_of(disposition::skip) : stored.text(0, 5);
  if (!stored.truth(0, 2) && write != name_of(ours.write)) {
    throw error(errc::config, "this run of pipeline \"" + pipeline + "\" began with `write` " + write + ", not " +
                                  name_of(ours.write) + ": finish it so, and change that for the next" + owners_advice);
  }
}

void forget_run(postgres_connection& c, const std::string& pipeline) {
  c.execute("DELETE FROM ingest.pages WHERE pipeline = $1", {pipeline});
  c.execute("DELETE FROM ingest.slices WHERE pipeline = $1", {pipeline});
}

void forget_watermarks(postgres_connection& c, const std::string& pipeline) {
  c.execute("DELETE FROM ingest.watermarks WHERE pipeline = $1", {pipeline});
}

/// What has become of a run that gives way to another one. Who has a directory of one that was complete finds out by
/// this that it was followed.
void remember_sync(postgres_connection& c, const std::string& pipeline, const ledger_sums& sums, bool given_up) {
  c.execute(
      "INSERT INTO ingest.syncs (pipeline, generation, run_id, plan, completed_at, rows, duplicates, rejected, "
      "given_up) "
      "SELECT name, generation, run_id, plan, completed_at, $2::bigint, $3::bigint, $4::bigint, $5::boolean "
      "FROM ingest.pipelines WHERE name = $1 ON CONFLICT (pipeline, generation) DO UPDATE SET "
      "completed_at = excluded.completed_at, rows = excluded.rows, duplicates = excluded.duplicates, "
      "rejected = excluded.rejected, given_up = excluded.given_up",
      {pipeline, std::to_string(sums.rows), std::to_string(sums.duplicates), std::to_string(sums.rejected),
       given_up ? "true" : "false"});
  c.execute(
      "DELETE FROM ingest.syncs WHERE pipeline = $1 AND generation <= "
      "(SELECT generation - $2::bigint FROM ingest.pipelines WHERE name = $1)",
      {pipeline, std::to_string(syncs_remembered)});
}

/// That a process has begun the run that is open, or goes on with it. Later ones than that were of a ledger that was
/// set back, or of a pipeline that was forgotten by hand.
void remember_try(postgres_connection& c, const std::string& pipeline) {
  c.execute(
      "DELETE FROM ingest.syncs s USING ingest.pipelines p WHERE s.pipeline = $1 AND p.name = $1 AND "
      "(s.generation > p.generation OR s.generation = p.generation AND s.run_id <> p.run_id)",
      {pipeline});
  c.execute(
      "INSERT INTO ingest.syncs AS s (pipeline, generation, run_id, plan, begun_at, tries) "
      "SELECT name, generation, run_id, plan, now(), 1 FROM ingest.pipelines WHERE name = $1 "
      "ON CONFLICT (pipeline, generation) DO UPDATE SET tries = s.tries + 1",
      {pipeline});
}

/// Whether somebody may be loading one of these slices.
bool is_held(postgres_connection& c, const std::string& pipeline, const slice_arrays& names) {
  return !c.execute("SELECT 1 FROM " + lookup_of_slices(named_slices) + " WHERE NOT s.done LIMIT 1",
                    {pipeline, names.streams.text(), names.slices.text()})
              .empty();
}

/// The row of a page that is loaded and not folded must tell of the page that waits in our buffer.
void check_same_pages(postgres_connection& c, const std::string& pipeline, const std::vector<ledger_slice>& slices,
                      const known_pages& known) {
  slice_arrays names;
  text_array ids;
  std::map<std::pair<slice_id, page_id>, page> ours;
  for (const ledger_slice& s : slices) {
    const slice_id& slice = s.gapless.slice;
    auto p = std::lower_bound(known.buffered.begin(), known.buffered.end(), slice,
                              [](const page& a, const slice_id& b) { return a.slice < b; });
    for (; p != known.buffered.end() && p->slice == slice; ++p) {
      if (s.loaded.contains(p->id)) {
        names.add(slice);
        ids.add(p->id);
        ours.emplace(std::pair(slice, p->id), *p);
      }
    }
  }
  if (ours.empty()) {
    return;
  }
  const query_result r =
      c.execute("SELECT p.stream, p.slice, p.page, p.last, p.bytes, p.rows, p.crc, p.position FROM " + lookup_of_pages,
                {pipeline, names.streams.text(), names.slices.text(), ids.text()});
  for (std::size_t i = 0; i < r.rows(); ++i) {
    compare_page(ours.at({slice_at(r, i, 0), unsigned_at(r, i, 2)}), r, i, 3, pipeline);
  }
  for (const ledger_slice& s : slices) {
    if (const auto last = ours.find({s.gapless.slice, s.gapless.pages}); last != ours.end()) {
      compare_folded(last->second, s.gapless, pipeline);
    }
  }
}

page_id last_known(const slice_id& slice, const known_pages& known) {
  const auto last = known.last.find(slice);
  return last == known.last.end() ? 0 : last->second;
}

void check_nobody_went_on(const std::string& pipeline, const ledger_slice& s, const known_pages& known) {
  const page_id known_last = last_known(s.gapless.slice, known);
  if (s.loaded.max() > known_last) {
    throw error(errc::locked, "another process has loaded pages of " + to_string(s.gapless.slice) + " of pipeline \"" +
                                  pipeline + "\" up to " + std::to_string(s.loaded.max()) +
                                  " since this one looked (then up to " + std::to_string(known_last) +
                                  "): start again, when that one has ended");
  }
}

/// Whether the pages that are missing in front of others are in nobody's buffer. Where a host has gone with its disk,
/// those others cannot be joined on to: they come again, under other numbers perhaps, and meet their key.
bool was_lost(const ledger_slice& s, const known_pages& known) {
  return s.loaded.max() > s.gapless.pages && last_known(s.gapless.slice, known) <= s.gapless.pages;
}

void forget_pages_behind_a_hole(postgres_connection& c, const std::string& pipeline, const ledger_slice& s) {
  const std::vector<std::string> which{pipeline, s.gapless.slice.stream(), s.gapless.slice.name()};
  c.execute(
      "UPDATE ingest.slices s SET rows = s.rows + p.rows, duplicates = s.duplicates + p.duplicates, "
      "rejected = s.rejected + p.rejected FROM (SELECT sum(rows) AS rows, sum(duplicates) AS duplicates, "
      "sum(rejected) AS rejected FROM ingest.pages WHERE pipeline = $1 AND stream = $2 AND slice = $3) AS p "
      "WHERE s.pipeline = $1 AND s.stream = $2 AND s.slice = $3",
      which);
  c.execute("DELETE FROM ingest.pages WHERE pipeline = $1 AND stream = $2 AND slice = $3", which);
}

/// Whoever replaces a table takes away what others have loaded into it.
void check_others_of_table(postgres_connection& c, const std::string& pipeline, const target_table& target) {
  const query_result others = c.execute(
      "SELECT name FROM ingest.pipelines WHERE target = $1 AND name <> $2 AND ($3::boolean OR disposition = 'replace') "
      "ORDER BY name LIMIT 1",
      {target.identity(), pipeline, target.shape.write == disposition::replace ? "true" : "false"});
  if (!others.empty()) {
    throw error(errc::config,
                "table " + target.identity() + " is loaded by pipeline \"" + others.text(0, 0) +
                    "\" as well, and one of the two replaces all rows of it: choose another table. If that "
                    "pipeline is of no more use: DELETE FROM ingest.pipelines WHERE name = '" +
                    others.text(0, 0) + "'");
  }
}

/// Pipelines whose keys never meet may share a table, so this is said once: when the second one comes.
void tell_of_others_of_table(postgres_connection& c, const std::string& pipeline, const target_table& target) {
  const query_result others = c.execute(
      "SELECT name FROM ingest.pipelines WHERE target = $1 AND name <> $2 AND disposition <> 'append' ORDER BY name "
      "LIMIT 1",
      {target.identity(), pipeline});
  if (others.empty() || target.shape.write == disposition::append) {
    return;
  }
  log::warning(
      events::table_shared,
      target.identity() + " is loaded by pipeline \"" + others.text(0, 0) +
          "\" as well: where both have a record with the same key, the table has one row of it, " +
          (target.shape.write == disposition::merge ? "that which was loaded last" : "that which was there first") +
          ". If keys of the two can meet, give each a table or schema of its own (`target_schema`)",
      {{"table", target.identity()}, {"other", others.text(0, 0)}});
}

}  // namespace

std::string name_of(disposition d) {
  switch (d) {
    case disposition::merge:
      return "merge";
    case disposition::append:
      return "append";
    case disposition::replace:
      return "replace";
    case disposition::skip:
      break;
  }
  return "skip";
}

void queue_up(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices, bool replace) {
  if (replace || is_held(c, pipeline, slice_arrays(slices))) {
    c.run(advisory_lock(c, "pg_advisory_xact_lock", pipeline));
  }
}

void open_pipeline(postgres_connection& c, const run_identity& who, const target_table& target,
                   const succession& other) {
  c.run("SELECT pg_advisory_xact_lock(hashtextextended(" + c.literal("ingest: opening of pipeline " + who.pipeline) +
        ", 0))");
  const query_result stored =
      c.execute("SELECT run_id, plan, complete, target, shape, disposition FROM ingest.pipelines WHERE name = $1 FOR " +
                    std::string(other.replace ? "UPDATE" : "NO KEY UPDATE"),
                {who.pipeline});
  check_others_of_table(c, who.pipeline, target);
  if (stored.empty() || stored.text(0, 3) != target.identity()) {
    tell_of_others_of_table(c, who.pipeline, target);
  }
  const bool follows =
      !other.follows.empty() && !stored.empty() && stored.text(0, 0) == other.follows && stored.truth(0, 2);
  if (stored.empty() && !other.follows.empty()) {
    throw error(errc::bad_data, "the database knows nothing of the run that this sync of pipeline \"" + who.pipeline +
                                    "\" follows (" + other.follows +
                                    "): it is another one, or was made anew. Name the former one, or restore it, or "
                                    "load all of it anew with `start_over()`");
  }
  if (!stored.empty() && stored.text(0, 0) == other.follows && !follows) {
    throw error(errc::bad_data, "the database says that the run which this sync of pipeline \"" + who.pipeline +
                                    "\" follows (" + other.follows +
                                    ") is not complete, and it was: the database was set back (a standby without "
                                    "the last commits took over, a backup was restored). Restore it, or load all of it "
                                    "anew with `start_over()`");
  }
  if (follows && stored.text(0, 3) != target.identity()) {
    throw error(errc::config, "pipeline \"" + who.pipeline + "\" was started with another table, " + stored.text(0, 3) +
                                  ", not " + target.identity() + owners_advice);
  }
  if (stored.empty()) {
    forget_run(c, who.pipeline);
    forget_watermarks(c, who.pipeline);
    c.execute(
        "INSERT INTO ingest.pipelines (name, run_id, plan, target, first_transaction, ledger_oids) "
        "VALUES ($1, $2, $3, $4, pg_current_xact_id()::xid::text, " +
            ledger_oids + ")",
        {who.pipeline, who.run_id, who.plan, target.identity()});
  } else if (other.replace && stored.text(0, 0) != who.run_id && (follows || other.follows.empty())) {
    const ledger_sums sums = read_sums(c, who.pipeline);
    forget_run(c, who.pipeline);
    if (stored.text(0, 5) == name_of(disposition::replace)) {
      drop_replacement(c, replacement_of(stored.text(0, 3), stored.text(0, 0)));
    }
    remember_sync(c, who.pipeline, sums, !follows);
    if (!follows) {
      forget_watermarks(c, who.pipeline);
    }
    c.execute(
        "UPDATE ingest.pipelines SET run_id = $2, plan = $3, target = $4, complete = false, completed_at = NULL, "
        "initial_load = $5::boolean AND initial_load, generation = generation + 1, "
        "rows_before = CASE WHEN $7::boolean THEN rows_before + $6::bigint ELSE 0 END, "
        "first_transaction = pg_current_xact_id()::xid::text, ledger_oids = " +
            ledger_oids + " WHERE name = $1",
        {who.pipeline, who.run_id, who.plan, target.identity(), follows ? "true" : "false",
         std::to_string(sums.rows + sums.duplicates),
         follows && target.shape.write != disposition::replace ? "true" : "false"});
  } else {
    check_owner(stored, who, other);
    check_shape(stored, who.pipeline, target.shape);
  }
  // Once an initial load, always one: whether the key is still to be built, the table itself tells.
  c.execute(
      "UPDATE ingest.pipelines SET opened_at = now(), initial_load = initial_load OR $2::boolean, shape = $3, "
      "disposition = $4 WHERE name = $1",
      {who.pipeline, target.keyless() ? "true" : "false", target.shape.description(), name_of(target.shape.write)});
  remember_try(c, who.pipeline);
}

ledger_view view_of_opened(postgres_connection& c, const run_identity& who, const target_table& target,
                           std::span<const slice_id> named) {
  const query_result ours = stored_run(c, who.pipeline);
  ledger_view view = read_view(c, who.pipeline, ours, named);
  if (const auto refusal =
          elsewhere(c, view, ours, {target.identity(), target.quoted, !target.created, target.shape.description()})) {
    throw *refusal;
  }
  return view;
}

std::string first_transaction(postgres_connection& c, const std::string& pipeline) {
  return c
      .execute("SELECT CASE WHEN ledger_oids = " + ledger_oids +
                   " THEN first_transaction ELSE '' END FROM ingest.pipelines WHERE name = $1",
               {pipeline})
      .text(0, 0);
}

void enter_slices(postgres_connection& c, const std::string& pipeline, const slice_arrays& names) {
  c.execute(
      "INSERT INTO ingest.slices (pipeline, stream, slice) SELECT $1, n.stream, n.slice "
      "FROM unnest($2::text[], $3::text[]) AS n (stream, slice) ORDER BY n.stream, n.slice "
      "ON CONFLICT (pipeline, stream, slice) DO NOTHING",
      {pipeline, names.streams.text(), names.slices.text()});
}

void claim_slices(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices,
                  const known_pages& known, bool ledger_seen) {
  if (slices.empty()) {
    return;
  }
  const slice_arrays names(slices);
  const std::vector<std::string> which{pipeline, names.streams.text(), names.slices.text()};
  // In this order: a row that another process enters meanwhile is locked as well, so that what it loads is waited for.
  enter_slices(c, pipeline, names);
  c.execute("SELECT FROM " + lookup_of_slices(named_slices, " FOR UPDATE"), which);
  // Whoever had a lease has none any more.
  c.execute(
      "UPDATE ingest.slices SET fence = fence + 1, owner = '', lease_until = NULL WHERE ctid = ANY (ARRAY(SELECT "
      "s.place FROM " +
          lookup_of_slices(named_slices) + " WHERE NOT s.done))",
      which);
  check_claimed(c, pipeline, slices, known, ledger_seen);
}

void check_claimed(postgres_connection& c, const std::string& pipeline, std::span<const slice_id> slices,
                   const known_pages& known, bool ledger_seen) {
  const std::vector<ledger_slice> now = read_slices(c, pipeline, slices);
  check_same_pages(c, pipeline, now, known);
  for (const ledger_slice& s : now) {
    if (!ledger_seen) {
      check_nobody_went_on(pipeline, s, known);
    }
    if (was_lost(s, known)) {
      forget_pages_behind_a_hole(c, pipeline, s);
    }
  }
}

}  // namespace ingest::detail

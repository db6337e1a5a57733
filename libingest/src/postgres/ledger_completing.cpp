#include "postgres/ledger_rows.hpp"
#include "postgres/postgres_ledger.hpp"

namespace ingest::detail {

namespace {

[[noreturn]] void incomplete(const std::string& pipeline, const std::string& what) {
  throw error(errc::bad_data, "the database's ledger of pipeline \"" + pipeline + "\" " + what +
                                  ", and the buffer has no more: the database was set back (a standby without "
                                  "the last commits took over, a backup was restored), or files of the buffer were "
                                  "removed. Restore either, or load all of it anew with `start_over()`");
}

/// A database that was set back has no hole where it lacks the last pages.
void check_known_pages(postgres_connection& c, const std::string& pipeline, const std::map<slice_id, page_id>& last) {
  slice_arrays names;
  text_array ids;
  for (const auto& [slice, id] : last) {
    names.add(slice);
    ids.add(id);
  }
  const query_result lacking = c.execute(
      "SELECT n.stream, n.slice, coalesce(s.pages, 0), n.page FROM unnest($2::text[], $3::text[], $4::bigint[]) "
      "AS n (stream, slice, page) LEFT JOIN LATERAL (SELECT pages FROM ingest.slices "
      "WHERE pipeline = $1 AND stream = n.stream AND slice = n.slice OFFSET 0) AS s ON true "
      "WHERE coalesce(s.pages, 0) < n.page ORDER BY n.stream, n.slice LIMIT 1",
      {pipeline, names.streams.text(), names.slices.text(), ids.text()});
  if (!lacking.empty()) {
    incomplete(pipeline, "has " + lacking.text(0, 2) + " of " + lacking.text(0, 3) + " pages of " +
                             to_string(slice_at(lacking, 0, 0)));
  }
}

/// Pages behind a hole, and slices whose last page is missing; or which another process loads now.
void check_ends(postgres_connection& c, const std::string& pipeline, std::uint64_t slices, const slice_fences& ours) {
  const query_result open = c.execute(
      "SELECT stream, slice, pages, fence FROM ingest.slices WHERE pipeline = $1 AND NOT done ORDER BY stream, slice",
      {pipeline});
  for (std::size_t i = 0; i < open.rows(); ++i) {
    if (const auto mine = ours.find(slice_at(open, i, 0)); mine != ours.end()) {
      check_fence(mine->first, mine->second, open.number(i, 3), pipeline);
    }
  }
  if (!open.empty()) {
    incomplete(pipeline, "has " + open.text(0, 2) + " pages of " + to_string(slice_at(open, 0, 0)) +
                             " without a hole, and the last one is not among them");
  }
  const std::uint64_t done = read_sums(c, pipeline).slices_done;
  if (done < slices) {
    incomplete(pipeline, "has " + std::to_string(done) + " of " + std::to_string(slices) + " slices");
  }
}

std::uint64_t rows_before(postgres_connection& c, const std::string& pipeline) {
  return unsigned_at(c.execute("SELECT rows_before FROM ingest.pipelines WHERE name = $1", {pipeline}), 0, 0);
}

/// A watermark is never less than the one before it, for it was made of that.
void keep_watermarks_of_slices(postgres_connection& c, const std::string& pipeline) {
  c.execute(
      "INSERT INTO ingest.watermarks (pipeline, stream, partition, value) "
      "WITH ended AS MATERIALIZED (SELECT stream, position::json AS position FROM ingest.slices WHERE pipeline = $1 "
      "AND done AND position LIKE '{%'), "
      "unread AS MATERIALIZED (SELECT stream, position ->> 'partition' AS partition FROM ended "
      "WHERE position ->> 'unread' IS NOT NULL) "
      "SELECT $1, stream, coalesce(position ->> 'partition', ''), max((position ->> 'watermark') COLLATE \"C\") "
      "FROM ended WHERE position ->> 'watermark' IS NOT NULL AND NOT EXISTS (SELECT FROM unread u "
      "WHERE u.stream = ended.stream AND (u.partition IS NULL OR ended.position ->> 'after_all' IS NOT NULL "
      "OR u.partition = ended.position ->> 'partition')) GROUP BY 2, 3 "
      "ON CONFLICT (pipeline, stream, partition) DO UPDATE SET value = excluded.value",
      {pipeline});
}

}  // namespace

server_transaction begin_alone(postgres_connection& c, const run_identity& who) {
  c.run(c.begin() + advisory_lock(c, "pg_advisory_xact_lock", who.pipeline));
  return lock_pipeline(c, who, "UPDATE");
}

server_transaction begin_completing(postgres_connection& c, const run_identity& who, const target_table& target,
                                    std::uint64_t slices, const std::map<slice_id, page_id>& last,
                                    const slice_fences& ours) {
  server_transaction begun = begin_alone(c, who);
  fold_all(c, who.pipeline);
  check_ends(c, who.pipeline, slices, ours);
  check_known_pages(c, who.pipeline, last);
  const ledger_sums sums = read_sums(c, who.pipeline);
  // A replacement that is not there any more may have taken its place already, by a COMMIT that got no answer.
  const bool in_place = target.replacement && is_complete(c, who.pipeline, who.run_id);
  const std::string table = in_place ? sql_name(c, target.schema, target.table) : target.quoted;
  const std::uint64_t rows = rows_before(c, who.pipeline) + sums.rows + sums.duplicates;
  if (const auto gone = why_gone(c, rows, {target.identity(), table, table_exists(c, table)})) {
    throw *gone;
  }
  return begun;
}

bool is_left_to_others(postgres_connection& c, const run_identity& who) {
  if (!c.execute(advisory_lock(c, "pg_try_advisory_xact_lock_shared", who.pipeline)).truth(0, 0)) {
    return true;  // whoever has it alone completes it
  }
  lock_pipeline(c, who, "KEY SHARE");
  fold_all(c, who.pipeline, locked_slices::are_left);
  return is_complete(c, who.pipeline, who.run_id) ||
         !c.execute("SELECT 1 FROM ingest.slices WHERE pipeline = $1 AND NOT done LIMIT 1", {who.pipeline}).empty();
}

std::optional<std::string> slices_without_word(postgres_connection& c, const std::string& pipeline,
                                               const target_table& target) {
  const query_result said = c.execute(
      "SELECT count(*), count(*) FILTER (WHERE coalesce(position, '') LIKE '%\"unseen\":true%') FROM ingest.slices "
      "WHERE pipeline = $1",
      {pipeline});
  const bool has_no_word = said.number(0, 0) > 0 && said.number(0, 0) == said.number(0, 1);
  return has_no_word && !is_empty(c, sql_name(c, target.schema, target.table)) ? std::optional(said.text(0, 0))
                                                                               : std::nullopt;
}

void check_some_row_was_taken(postgres_connection& c, const std::string& pipeline, const std::string& kept_in,
                              const std::string& first) {
  const ledger_sums sums = read_sums(c, pipeline);
  // Where syncs before have brought rows, the settings were right, and one bad event must not hold all that follow.
  if (sums.rejected > 0 && sums.rows == 0 && sums.duplicates == 0 && rows_before(c, pipeline) == 0) {
    throw error(errc::bad_data,
                "each of the " + std::to_string(sums.rejected) + " rows was refused, so that nothing was loaded" +
                    (first.empty() ? "" : ", the first because: " + first) + ". " + kept_in +
                    " has them and the reasons. Mend what they tell of (where records hold their id, and in which form "
                    "they come, is said by `id_pointer` and by the source), and start over with `start_over()`, or say "
                    "with `reject_limit` how many may be refused");
  }
}

counted_rows mark_complete(postgres_connection& c, const std::string& pipeline, std::uint64_t removed,
                           const run_watermarks& reached) {
  if (removed > 0) {
    // Of which pages they were is not known. Sums count, as for duplicates within a transaction.
    c.execute(
        "UPDATE ingest.slices SET duplicates = duplicates + $2::bigint WHERE pipeline = $1 AND (stream, slice) = "
        "(SELECT stream, slice FROM ingest.slices WHERE pipeline = $1 ORDER BY stream, slice LIMIT 1)",
        {pipeline, std::to_string(removed)});
  }
  if (!reached.of_run.empty()) {
    c.execute(
        "INSERT INTO ingest.watermarks (pipeline, stream, partition, value) VALUES ($1, '', '', $2) "
        "ON CONFLICT (pipeline, stream, partition) DO UPDATE SET value = excluded.value",
        {pipeline, reached.of_run});
  }
  if (reached.of_slices) {
    keep_watermarks_of_slices(c, pipeline);
  }
  c.execute("UPDATE ingest.pipelines SET complete = true, completed_at = coalesce(completed_at, now()) WHERE name = $1",
            {pipeline});
  const ledger_sums sums = read_sums(c, pipeline);
  c.execute(
      "UPDATE ingest.syncs s SET completed_at = p.completed_at, rows = $2::bigint, duplicates = $3::bigint, "
      "rejected = $4::bigint FROM ingest.pipelines p WHERE p.name = $1 AND s.pipeline = $1 "
      "AND s.generation = p.generation",
      {pipeline, std::to_string(sums.rows), std::to_string(sums.duplicates), std::to_string(sums.rejected)});
  return {sums.rows, sums.duplicates, sums.rejected};
}

}  // namespace ingest::detail

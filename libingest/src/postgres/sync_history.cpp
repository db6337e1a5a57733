#include "postgres/sync_history.hpp"

#include "postgres/ledger_rows.hpp"
#include "postgres/ledger_tables.hpp"

namespace ingest::detail {

namespace {

std::string as_text(const std::string& moment) {
  return "to_char((" + moment + R"()::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))";
}

/// By names that versions before this one may lack: whoever only looks does not alter an older ledger.
const std::string syncs_of =
    "SELECT s.generation, s.run_id, " + as_text("to_jsonb(s) ->> 'begun_at'") + ", " + as_text("s.completed_at") +
    ", coalesce(to_jsonb(s) ->> 'tries', '0'), s.rows, s.duplicates, s.rejected, "
    "coalesce((to_jsonb(s) ->> 'given_up')::boolean, false), " +
    as_text("to_jsonb(s) ->> 'failed_at'") +
    ", to_jsonb(s) ->> 'exit_code', coalesce(to_jsonb(s) ->> 'failure', '') FROM ingest.syncs s WHERE s.pipeline = $1 "
    "ORDER BY s.generation DESC LIMIT $2::bigint";

remembered_sync sync_at(const query_result& r, std::size_t row) {
  remembered_sync s;
  s.generation = unsigned_at(r, row, 0);
  s.run_id = r.text(row, 1);
  s.begun_at = r.text(row, 2);
  s.completed_at = r.text(row, 3);
  s.tries = unsigned_at(r, row, 4);
  s.rows = unsigned_at(r, row, 5);
  s.duplicates = unsigned_at(r, row, 6);
  s.rejected = unsigned_at(r, row, 7);
  s.given_up = r.truth(row, 8);
  s.failed_at = r.text(row, 9);
  if (!r.null(row, 10)) {
    s.exit_code = static_cast<int>(r.number(row, 10));
  }
  s.failure = r.text(row, 11);
  return s;
}

/// The run that the pipeline is at: its counts are those of its slices, and of one that an earlier version has begun
/// the history has no row.
void add_current(postgres_connection& c, const std::string& pipeline, const query_result& r, std::size_t row,
                 std::vector<remembered_sync>& syncs) {
  const std::uint64_t generation = unsigned_at(r, row, 3);
  if (syncs.empty() || syncs.front().generation != generation) {
    syncs.insert(syncs.begin(), remembered_sync{.generation = generation, .run_id = r.text(row, 4)});
  }
  remembered_sync& current = syncs.front();
  current.completed_at = r.text(row, 5);
  const ledger_sums sums = read_sums(c, pipeline);
  current.rows = sums.rows;
  current.duplicates = sums.duplicates;
  current.rejected = sums.rejected;
}

std::vector<sharing_worker> read_workers(postgres_connection& c, const std::string& pipeline) {
  const query_result r = c.execute(
      "SELECT owner, count(*), " + as_text("min(lease_until)") +
          ", count(*) FILTER (WHERE lease_until < clock_timestamp()) FROM ingest.slices "
          "WHERE pipeline = $1 AND NOT done AND owner <> '' AND lease_until IS NOT NULL GROUP BY owner ORDER BY owner",
      {pipeline});
  std::vector<sharing_worker> workers;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    workers.push_back({r.text(i, 0), unsigned_at(r, i, 1), r.text(i, 2), unsigned_at(r, i, 3)});
  }
  return workers;
}

}  // namespace

std::vector<remembered_pipeline> read_history(postgres_connection& c, std::span<const std::string> names,
                                              std::uint64_t most) {
  std::vector<remembered_pipeline> pipelines;
  const bool has_leases = ledger_is_current(c);
  const query_result r =
      c.execute("SELECT name, target, coalesce(to_jsonb(p) ->> 'disposition', ''), generation, run_id, " +
                    as_text("completed_at") + " FROM ingest.pipelines p WHERE name = ANY ($1::text[]) ORDER BY name",
                {text_array(names).text()});
  for (std::size_t i = 0; i < r.rows(); ++i) {
    remembered_pipeline p{r.text(i, 0), r.text(i, 1), r.text(i, 2), {}, {}};
    const query_result syncs = c.execute(syncs_of, {p.name, std::to_string(most)});
    for (std::size_t k = 0; k < syncs.rows(); ++k) {
      p.syncs.push_back(sync_at(syncs, k));
    }
    add_current(c, p.name, r, i, p.syncs);
    if (p.syncs.size() > most) {
      p.syncs.pop_back();
    }
    if (has_leases) {
      p.workers = read_workers(c, p.name);
    }
    pipelines.push_back(std::move(p));
  }
  return pipelines;
}

void remember_failure(postgres_connection& c, const std::string& pipeline, const std::string& run_id, int exit_code,
                      const std::string& why) {
  if (!ledger_is_current(c)) {
    return;
  }
  c.execute(
      "UPDATE ingest.syncs s SET failed_at = now(), exit_code = $3::integer, failure = $4 FROM ingest.pipelines p "
      "WHERE p.name = $1 AND p.run_id = $2 AND s.pipeline = $1 AND s.generation = p.generation",
      {pipeline, run_id, std::to_string(exit_code), why});
}

}  // namespace ingest::detail

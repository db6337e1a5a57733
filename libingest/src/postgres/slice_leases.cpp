#include "postgres/slice_leases.hpp"

#include "postgres/ledger_rows.hpp"
#include "postgres/ledger_tables.hpp"
#include "postgres/lost_transaction.hpp"

namespace ingest::detail {

namespace {

const std::string has_run_out = "(owner = '' OR lease_until IS NULL OR lease_until < clock_timestamp())";

/// Of those that the worker has, whatever became of what it had begun with them.
std::string is_free(const std::string& worker) {
  return "(" + has_run_out + " OR owner = " + worker + ")";
}

std::string interval_of(std::chrono::milliseconds term) {
  return std::to_string(term.count()) + " milliseconds";
}

/// Two statements, so that what is changed is the newest version of what is locked. Rows that another transaction is at
/// are left alone: a loader folds them, and the next time is soon.
void change_own(postgres_connection& c, const std::string& pipeline, const std::string& worker,
                std::span<const slice_id> slices, const std::string& change, const std::string& parameter) {
  const slice_arrays names(slices);
  const query_result locked =
      c.execute("SELECT s.stream, s.slice FROM " +
                    lookup_of_slices(named_slices, " FOR NO KEY UPDATE SKIP LOCKED", " AND owner = $4 AND NOT done"),
                {pipeline, names.streams.text(), names.slices.text(), worker});
  slice_arrays ours;
  for (std::size_t i = 0; i < locked.rows(); ++i) {
    ours.add(slice_at(locked, i, 0));
  }
  c.execute("UPDATE ingest.slices SET " + change + " WHERE ctid = ANY (ARRAY(SELECT s.place FROM " +
                lookup_of_slices(named_slices) + "))",
            {pipeline, ours.streams.text(), ours.slices.text(), parameter});
}

}  // namespace

std::vector<slice_id> lease_slices(postgres_connection& c, const std::string& pipeline, const slice_lease& lease,
                                   std::span<const slice_id> slices) {
  const slice_arrays names(slices);
  enter_slices(c, pipeline, names);
  // Loading transactions share the row's lock; where we have it alone, none is under way, and later ones see the fence.
  const query_result free =
      c.execute("SELECT s.stream, s.slice FROM " +
                    lookup_of_slices(named_slices, " FOR UPDATE SKIP LOCKED", " AND NOT done AND " + is_free("$4")),
                {pipeline, names.streams.text(), names.slices.text(), lease.worker});
  std::vector<slice_id> ours;
  for (std::size_t i = 0; i < free.rows(); ++i) {
    ours.push_back(slice_at(free, i, 0));
  }
  const slice_arrays leased(ours);
  c.execute(
      "UPDATE ingest.slices SET fence = fence + 1, owner = $4, lease_until = clock_timestamp() + $5::interval "
      "WHERE ctid = ANY (ARRAY(SELECT s.place FROM " +
          lookup_of_slices(named_slices) + "))",
      {pipeline, leased.streams.text(), leased.slices.text(), lease.worker, interval_of(lease.term)});
  return ours;
}

void renew_leases(postgres_connection& c, const std::string& pipeline, const slice_lease& lease,
                  std::span<const slice_id> slices) {
  change_own(c, pipeline, lease.worker, slices, "lease_until = clock_timestamp() + $4::interval",
             interval_of(lease.term));
}

void end_leases(postgres_connection& c, const std::string& pipeline, const std::string& worker,
                std::span<const slice_id> slices) {
  change_own(c, pipeline, worker, slices, "owner = $4, lease_until = NULL", "");
}

std::string application_of(const std::string& worker) {
  constexpr std::size_t longest = 63;  // the server cuts off what is longer
  return ("ingest/" + worker).substr(0, longest);
}

void end_transactions_of_lost(postgres_connection& c, const std::string& pipeline, std::chrono::milliseconds term) {
  const query_result lost = c.execute(
      "SELECT DISTINCT owner FROM ingest.slices WHERE pipeline = $1 AND NOT done AND owner <> '' AND " + has_run_out,
      {pipeline});
  if (lost.empty() || !may_end_sessions(c)) {
    return;
  }
  text_array names;
  for (std::size_t i = 0; i < lost.rows(); ++i) {
    names.add(application_of(lost.text(i, 0)));
  }
  c.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1::text[]) "
      "AND datname = current_database() AND usename = current_user AND xact_start < clock_timestamp() - $2::interval "
      // What is committed and waits for a standby is not ended: it would be seen without one.
      "AND wait_event IS DISTINCT FROM 'SyncRep' AND application_name <> current_setting('application_name')",
      {names.text(), interval_of(term)});
}

work_left look_for_work(postgres_connection& c, const std::string& pipeline, const std::string& run_id,
                        const std::string& worker) {
  // Before a process has opened the run, an older ledger has no leases. One that a transaction is loading is not free,
  // whosoever it is.
  const std::string free = ledger_is_current(c) ? is_free("$3") : "$3 <> ''";
  const query_result r = c.execute(
      "SELECT EXISTS (SELECT FROM ingest.pipelines WHERE name = $1 AND run_id = $2 AND complete) OR EXISTS (SELECT "
      "FROM "
      "ingest.syncs WHERE pipeline = $1 AND run_id = $2 AND completed_at IS NOT NULL AND NOT "
      "coalesce((to_jsonb(syncs) ->> 'given_up')::boolean, false)), "
      "NOT EXISTS (SELECT FROM ingest.pipelines WHERE name = $1 AND run_id = $2), count(*), (SELECT count(*) FROM "
      "(SELECT FROM ingest.slices WHERE pipeline = $1 AND NOT done AND " +
          free +
          " LIMIT 1 FOR UPDATE SKIP LOCKED) AS free), (SELECT ceil(extract(epoch FROM clock_timestamp() - "
          "(to_jsonb(syncs) ->> 'begun_at')::timestamptz) * "
          "1000) FROM "
          "ingest.syncs WHERE pipeline = $1 AND run_id = $2 ORDER BY generation DESC LIMIT 1) FROM ingest.slices WHERE "
          "pipeline = $1 AND NOT done",
      {pipeline, run_id, worker});
  const bool is_locked = !c.execute(advisory_lock(c, "pg_try_advisory_xact_lock_shared", pipeline)).truth(0, 0);
  work_left left{r.truth(0, 0), r.truth(0, 1), is_locked, unsigned_at(r, 0, 2), unsigned_at(r, 0, 3)};
  if (!r.null(0, 4)) {
    left.age = std::chrono::milliseconds(r.number(0, 4));
  }
  return left;
}

}  // namespace ingest::detail

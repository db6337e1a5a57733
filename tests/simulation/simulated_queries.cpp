#include "simulation/simulated_statements.hpp"

#include <algorithm>

namespace ingest::testing {

namespace {

std::optional<std::string> truth(bool value) {
  return value ? "t" : "f";
}

}  // namespace

simulated_statements::rows simulated_statements::query(const std::string& sql, const parameters& p) {
  if (auto answer = query_catalog(sql, p)) {
    return *std::move(answer);
  }
  if (auto answer = query_statements(sql, p)) {
    return *std::move(answer);
  }
  if (auto answer = query_leases(sql, p)) {
    return *std::move(answer);
  }
  if (sql.starts_with("SELECT pg_try_advisory_xact_lock_shared(")) {
    return {{truth(tries_advisory_lock(sql))}};
  }
  const tables now = seen();
  if (sql.starts_with("SELECT to_regclass('ingest.pipelines') IS NOT NULL AND to_regclass('ingest.slices') IS NOT")) {
    return {{truth(now.has_ledger)}};
  }
  if (sql.starts_with("SELECT count(*) = 2 AND NOT EXISTS (SELECT FROM pg_class s JOIN")) {
    return {{truth(false)}};  // of version 1
  }
  if (sql.starts_with("SELECT oid::regclass FROM pg_class WHERE relpersistence = 'u'")) {
    return {};
  }
  if (sql.starts_with("SELECT row_security_active(")) {
    return {{"f", std::nullopt, std::nullopt, std::nullopt, std::nullopt}};
  }
  if (sql.starts_with("SELECT min(t.oid::regclass::text) FROM pg_class t ")) {
    return {{std::nullopt}};  // all of it can be changed
  }
  if (sql.starts_with("WITH RECURSIVE base (attnum, type, typmod)")) {
    return columns_of_table(p.at(0));
  }
  if (sql.starts_with("SELECT EXISTS (SELECT FROM pg_trigger ")) {
    return {{truth(false)}};
  }
  if (sql.starts_with("SELECT has_table_privilege($1::regclass, 'SELECT') AND NOT EXISTS")) {
    return {{truth(true)}};
  }
  if (sql.starts_with("SELECT EXISTS (SELECT FROM ingest.syncs ")) {
    return {{truth(now.followed.contains(p.at(1)))}};
  }
  if (sql.starts_with("SELECT name FROM ingest.pipelines WHERE target = $1 AND name <> $2")) {
    return {};  // there is one
  }
  if (sql.starts_with("SELECT 1 FROM ingest.pipelines WHERE name = $1 AND target = $2 AND initial_load")) {
    return {};
  }
  if (sql.starts_with("SELECT pg_terminate_backend(pid)")) {
    for (const auto& b : std::vector(db_.backends_)) {
      if (std::to_string(b->number) == p.at(0) && !b->has_client && db_.schedule_.draw(3) > 0) {
        db_.resolve(*b);
      }
    }
    return {};
  }
  if (sql.starts_with("SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = ")) {
    return {{truth(true)}};
  }
  if (sql.starts_with("SELECT wait_event FROM pg_stat_activity")) {
    return {};
  }
  if (sql.starts_with("\nSELECT w.name, string_agg(") || sql.starts_with("\nSELECT format('GRANT %s ON") ||
      sql.starts_with("SELECT current_setting('search_path'), ")) {
    return {};
  }
  if (sql == "SELECT pg_is_in_recovery()") {
    return {{truth(false)}};
  }
  if (sql.find(" FROM unnest($2::text[], ") != std::string::npos) {
    return query_slices(sql, p);
  }
  if (sql.starts_with("SELECT coalesce(sum(done), 0), ")) {
    return query_sums(p.at(0));
  }
  if (sql.starts_with("SELECT count(*), count(*) FILTER (WHERE coalesce(position, '') LIKE '%\"unseen\":true%')")) {
    return query_words(p.at(0));
  }
  if (sql.find(" FROM ingest.slices WHERE pipeline = $1 ") != std::string::npos ||
      sql.find(" FROM ingest.pages WHERE pipeline = $1 ") != std::string::npos) {
    return query_all_slices(sql, p.at(0));
  }
  return query_pipeline(sql, p);
}

simulated_statements::rows simulated_statements::query_pipeline(const std::string& sql, const parameters& p) {
  const std::string row_lock = "row of " + p.at(0);
  if (sql.ends_with(" FOR UPDATE")) {
    db_.lock(b_, row_lock, lock_strength::update);
  } else if (sql.ends_with(" FOR NO KEY UPDATE")) {
    db_.lock(b_, row_lock, lock_strength::no_key_update);
  } else if (sql.ends_with(" FOR KEY SHARE")) {
    db_.lock(b_, row_lock, lock_strength::key_share);
  }
  const tables now = seen();  // after the lock, for whoever held it may have committed
  const auto found = now.pipelines.find(p.at(0));
  if (found == now.pipelines.end()) {
    return {};
  }
  const pipeline_row& r = found->second;
  if (sql.starts_with("SELECT run_id, plan, complete, target, generation, rows_before, coalesce(")) {
    const auto watermark = now.watermarks.find(p.at(0));
    return {{r.run_id, r.plan, truth(r.complete), r.target, std::to_string(r.generation), std::to_string(r.rows_before),
             watermark == now.watermarks.end() ? "" : watermark->second, "", r.disposition}};
  }
  if (sql.starts_with("SELECT run_id, plan, complete, target, shape, disposition FROM ingest.pipelines")) {
    return {{r.run_id, r.plan, truth(r.complete), r.target, "", r.disposition}};
  }
  if (sql.starts_with("SELECT 1 FROM ingest.pipelines WHERE name = $1 AND run_id = $2 AND complete")) {
    return r.complete && r.run_id == p.at(1) ? rows{{"1"}} : rows{};
  }
  if (sql.starts_with("SELECT run_id || ' ' || complete FROM")) {
    return {{r.run_id + (r.complete ? " true" : " false")}};
  }
  if (sql.starts_with("SELECT rows_before FROM ingest.pipelines")) {
    return {{std::to_string(r.rows_before)}};
  }
  if (sql.starts_with("SELECT run_id, pg_backend_pid(), ")) {
    return {{r.run_id, std::to_string(b_.number), "then"}};
  }
  if (sql.starts_with("SELECT CASE WHEN ledger_oids = ")) {
    return {{"1"}};
  }
  unknown(sql);
}

}  // namespace ingest::testing

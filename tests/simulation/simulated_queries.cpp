#include "simulation/simulated_statements.hpp"

#include <algorithm>

namespace ingest::testing {

namespace {

std::optional<std::string> truth(bool value) {
  return value ? "t" : "f";
}

std::optional<std::string> text(std::uint64_t value) {
  return std::to_string(value);
}

std::uint64_t number(const std::string& value) {
  return std::stoull(value);
}

}  // namespace

simulated_statements::rows simulated_statements::query(const std::string& sql, const parameters& p) {
  const tables now = seen();
  if (sql == "SELECT to_regclass('ingest.pipelines') IS NULL OR to_regclass('ingest.pages') IS NULL") {
    return {{truth(!now.has_ledger)}};
  }
  if (sql.starts_with("SELECT to_regclass('ingest.pipelines') IS NOT NULL AND to_regclass('ingest.pages') IS NOT")) {
    return {{truth(now.has_ledger && (p.empty() || now.has_target))}};
  }
  if (sql == "SELECT to_regclass($1) IS NULL" || sql == "SELECT to_regclass($1) IS NOT NULL") {
    return {{truth(now.has_target == sql.ends_with("NOT NULL"))}};
  }
  if (sql.starts_with("SELECT n.nspname || '.' || t.relname FROM pg_class")) {
    return now.has_target ? rows{{"public.ingested_events"}} : rows{};
  }
  if (sql.starts_with("SELECT oid::regclass FROM pg_class WHERE relpersistence = 'u'")) {
    return {};
  }
  if (sql.starts_with("SELECT n.nspname, t.relkind, t.relpersistence")) {
    return {{"public", "r", "p", "1"}};
  }
  if (sql.starts_with("SELECT row_security_active(")) {
    return {{"f", std::nullopt, std::nullopt, std::nullopt, std::nullopt}};
  }
  if (sql.starts_with("WITH RECURSIVE base (attnum, type, typmod)")) {
    return columns_of_table();
  }
  if (sql.starts_with("SELECT EXISTS (SELECT FROM pg_trigger ")) {
    return {{truth(false)}};
  }
  if (sql.starts_with("SELECT has_table_privilege($1::regclass, 'SELECT') AND NOT EXISTS")) {
    return {{truth(true)}};
  }
  if (sql.starts_with("SELECT 1 FROM ingest.pages WHERE pipeline = $1 GROUP BY xmin")) {
    return {};  // nothing was restored from a dump
  }
  if (sql.starts_with("SELECT wrote FROM (SELECT xmin AS wrote FROM ingest.pages")) {
    return {{"1"}};
  }
  if (sql.starts_with("SELECT NOT EXISTS (SELECT FROM ")) {
    return {{truth(now.events.empty())}};
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
  return query_ledger(sql, p);
}

simulated_statements::rows simulated_statements::query_ledger(const std::string& sql, const parameters& p) {
  const bool locks_alone = sql.ends_with(" FOR UPDATE");
  if (locks_alone || sql.ends_with(" FOR SHARE")) {
    db_.lock(b_, "row of " + p.at(0), locks_alone);
  }
  const tables now = seen();  // after the lock, for whoever held it may have committed
  const auto found = now.pipelines.find(p.at(0));
  const bool known = found != now.pipelines.end();
  rows answer;
  if (sql.starts_with("SELECT run_id, plan, epoch, complete, target FROM ingest.pipelines")) {
    if (known) {
      const pipeline_row& r = found->second;
      answer.push_back({r.run_id, r.plan, std::to_string(r.fence), truth(r.complete), r.target});
    }
    return answer;
  }
  if (sql.starts_with("SELECT run_id, plan FROM ingest.pipelines")) {
    if (known) {
      answer.push_back({found->second.run_id, found->second.plan});
    }
    return answer;
  }
  if (sql.starts_with("SELECT epoch, run_id, pg_backend_pid(), ")) {
    if (known) {
      answer.push_back({std::to_string(found->second.fence), found->second.run_id, std::to_string(b_.number), "then"});
    }
    return answer;
  }
  page_set pages;
  std::map<std::uint64_t, std::pair<page_id, std::pair<std::uint64_t, std::uint64_t>>> slices;  // last, pages, rows
  std::uint64_t segment = 0, loaded = 0, duplicates = 0, rejected = 0;
  for (const auto& [key, row] : now.pages) {
    if (key.first != p.at(0)) {
      continue;
    }
    pages.insert(key.second);
    auto& slice = slices[row.slice];
    slice = {key.second, {slice.second.first + 1, slice.second.second + row.rows}};
    segment = std::max(segment, row.segment);
    loaded += row.rows - row.duplicates - row.rejected;
    duplicates += row.duplicates;
    rejected += row.rejected;
  }
  if (sql.starts_with("SELECT min(page), max(page) FROM (SELECT page, page - row_number()")) {
    for (const auto& [first, last] : pages.intervals()) {
      answer.push_back({text(first), text(last)});
    }
  } else if (sql.starts_with("SELECT s.slice, p.page, p.position, p.last, s.pages, s.rows FROM")) {
    for (const auto& [slice, s] : slices) {
      const page_row& last = now.pages.at({p.at(0), s.first});
      answer.push_back(
          {text(slice), text(s.first), last.position, truth(last.last), text(s.second.first), text(s.second.second)});
    }
  } else if (sql.starts_with("SELECT coalesce(max(segment), 0), coalesce(sum(rows - duplicates - rejected), 0)")) {
    answer.push_back({text(segment), text(loaded), text(duplicates), text(rejected)});
  } else if (sql.starts_with("SELECT coalesce(sum(rejected), 0)")) {
    answer.push_back({text(rejected)});
  } else if (sql.starts_with("SELECT count(*), greatest(max(page), $2::bigint) FROM ingest.pages")) {
    answer.push_back({text(pages.size()), text(std::max<page_id>(pages.max(), number(p.at(1))))});
  } else if (sql.starts_with("SELECT page, slice, last, bytes, rows, crc, position FROM ingest.pages")) {
    for (const std::string& id : array_elements(p.at(1))) {
      if (const auto row = now.pages.find({p.at(0), number(id)}); row != now.pages.end()) {
        const page_row& r = row->second;
        answer.push_back({id, text(r.slice), truth(r.last), text(r.bytes), text(r.rows), text(r.crc), r.position});
      }
    }
  } else {
    unknown(sql);
  }
  return answer;
}

}  // namespace ingest::testing

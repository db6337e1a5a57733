#include <algorithm>

#include "postgres/slice_leases.hpp"
#include "simulation/simulated_statements.hpp"

namespace ingest::testing {

using detail::query_result;

namespace {

std::optional<std::string> truth(bool value) {
  return value ? "t" : "f";
}

/// Of "250 milliseconds".
std::uint64_t milliseconds_in(const std::string& interval) {
  return std::stoull(interval);
}

}  // namespace

/// Whether a statement that locks slices is about this one.
bool simulated_statements::is_meant(const std::string& sql, const slice_row& s, const parameters& p) const {
  if (sql.find(" AND owner = $4 AND NOT done") != std::string::npos) {
    return !s.done && s.worker == p.at(3);
  }
  if (sql.find(" AND NOT done AND ((owner = ''") != std::string::npos) {
    return !s.done && (is_free(s) || s.worker == p.at(3));
  }
  return true;
}

query_result simulated_statements::change_leases(const std::string& sql, const parameters& p) {
  for (const slice_key& key : named_slices_of(p)) {
    slice_row s = seen().slices.at(key);
    if (sql.starts_with("UPDATE ingest.slices SET fence = fence")) {
      s.fence += sql.starts_with("UPDATE ingest.slices SET fence = fence + 1, owner = $4, ") ? 1 : 0;
      s.owner = b_.owner;
      s.worker = p.at(3);
      s.leased_until = db_.now_ + milliseconds_in(p.at(4));
    } else if (sql.starts_with("UPDATE ingest.slices SET lease_until = clock_timestamp() + $4::interval ")) {
      s.leased_until = db_.now_ + milliseconds_in(p.at(3));
    } else if (sql.starts_with("UPDATE ingest.slices SET owner = $4, lease_until = NULL ")) {
      s.worker = p.at(3);
      s.leased_until = 0;
    } else {
      unknown(sql);
    }
    b_.made.slices[key] = s;
  }
  return done("UPDATE");
}

/// Nothing where it is not about leases.
std::optional<simulated_statements::rows> simulated_statements::query_leases(const std::string& sql,
                                                                             const parameters& p) {
  if (sql.starts_with("SELECT DISTINCT owner FROM ingest.slices WHERE pipeline = $1 AND NOT done AND owner <> ''")) {
    const tables now = seen();
    std::set<std::string> lost;
    for (const auto& [key, s] : now.slices) {
      if (key.first == p.at(0) && !s.done && !s.worker.empty() && is_free(s)) {
        lost.insert(s.worker);
      }
    }
    rows answer;
    for (const std::string& worker : lost) {
      answer.push_back({worker});
    }
    return answer;
  }
  if (sql.starts_with("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ")) {
    return end_transactions_of(array_elements(p.at(0)), milliseconds_in(p.at(1)));
  }
  if (sql.starts_with(
          "SELECT EXISTS (SELECT FROM ingest.pipelines WHERE name = $1 AND run_id = $2 AND complete) OR ")) {
    return look_for_work(p);
  }
  return std::nullopt;
}

/// A session is known by its process, and is called after it.
simulated_statements::rows simulated_statements::end_transactions_of(const std::vector<std::string>& applications,
                                                                     std::uint64_t term) {
  for (const auto& b : std::vector(db_.backends_)) {
    const bool is_lost =
        std::find(applications.begin(), applications.end(), detail::application_of(b->owner)) != applications.end();
    if (is_lost && b->in_transaction && b->began + term < db_.now_ && b->owner != b_.owner) {
      db_.end(*b, false);
    }
  }
  return {};
}

simulated_statements::rows simulated_statements::look_for_work(const parameters& p) {
  const tables now = seen();
  const auto pipeline = now.pipelines.find(p.at(0));
  const bool is_there = pipeline != now.pipelines.end() && pipeline->second.run_id == p.at(1);
  std::uint64_t open = 0;
  bool free = false;
  for (const auto& [key, s] : now.slices) {
    open += key.first == p.at(0) && !s.done ? 1 : 0;
    const bool is_ours = is_free(s) || s.worker == p.at(2);
    free =
        free || (key.first == p.at(0) && !s.done && is_ours && !db_.is_locked(b_, row_of(key), lock_strength::update));
  }
  const bool is_complete = (is_there && pipeline->second.complete) || now.followed.contains(p.at(1));
  return {{truth(is_complete), truth(!is_there), std::to_string(open), free ? "1" : "0", std::nullopt}};
}

}  // namespace ingest::testing

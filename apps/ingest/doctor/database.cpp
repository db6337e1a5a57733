#include <array>
#include <chrono>
#include <cstdlib>

#include "doctor/examination.hpp"
#include "ledger_connection.hpp"
#include "postgres/ledger_tables.hpp"

namespace ingest::app {

namespace {

using enum finding::grade;

/// A setting of the server with which a promise of ours does not hold, or a run does not come to its end.
struct endangering {
  std::string_view name;
  std::string_view condition;  ///< in SQL, of `setting`, as pg_settings has it
  finding::grade grade;
  std::string_view why;
};

constexpr std::array dangers = {
    endangering{"fsync", "setting = 'off'", bad,
                "after a power failure the database may be damaged, and nothing that was loaded can be relied on"},
    endangering{"full_page_writes", "setting = 'off'", bad,
                "after a power failure pages may be torn, unless the disk writes 8 KiB at once"},
    endangering{"zero_damaged_pages", "setting = 'on'", bad,
                "damaged pages are emptied, and their rows are gone without a word"},
    endangering{"ignore_checksum_failure", "setting = 'on'", bad, "damaged pages are read as if they were whole"},
    endangering{"synchronous_commit", "setting IN ('off', 'local')", doubtful,
                "the server tells of a COMMIT before it is durable; our own transactions ask for it, others do not"},
    endangering{"autovacuum", "setting = 'off'", doubtful,
                "the ledger's tables and the target grow with each run, and nobody takes away what is dead"},
    endangering{"idle_session_timeout", "setting::bigint BETWEEN 1 AND 60000", doubtful,
                "connections that wait for the API are closed, and made anew"},
    endangering{"max_connections",
                "setting::bigint - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
                "'client backend') < 10",
                doubtful, "fewer than ten connections are free: a run takes one for each loader, and one more"},
    endangering{"data_checksums", "setting = 'off'", good, "damage by the disk is not noticed (pg_checksums --enable)"},
};

std::vector<finding> of_settings(detail::postgres_connection& c) {
  std::vector<finding> found;
  for (const endangering& d : dangers) {
    const auto r = c.execute("SELECT setting, unit FROM pg_settings WHERE name = $1 AND " + std::string(d.condition),
                             {std::string(d.name)});
    if (!r.empty()) {
      found.push_back({d.grade, std::string(d.name) + " is " + r.text(0, 0) + (r.null(0, 1) ? "" : " " + r.text(0, 1)) +
                                    ": " + std::string(d.why)});
    }
  }
  return found;
}

finding of_clock(detail::postgres_connection& c) {
  using namespace std::chrono;
  const auto now = [] { return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count(); };
  const auto before = now();
  const auto theirs = c.execute("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint").number(0, 0);
  const auto after = now();
  const auto ahead = theirs < before ? theirs - before : theirs > after ? theirs - after : 0;
  const std::string text = "the server's clock and ours differ by " + std::to_string(std::abs(ahead)) + " ms";
  constexpr auto much = 2'000;
  return std::abs(ahead) > much
             ? finding{doubtful, text +
                                     ": nothing that is loaded depends on it, but times in the ledger and in the log "
                                     "do not fit together"}
             : finding{good, text};
}

finding of_age(detail::postgres_connection& c) {
  constexpr std::int64_t much = 1'500'000'000;
  const auto age =
      c.execute("SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()").number(0, 0);
  return age > much ? finding{doubtful, "its oldest transaction is " + std::to_string(age) +
                                            " transactions old: at two thousand million the server takes no writes any "
                                            "more (VACUUM FREEZE; long transactions, replication slots)"}
                    : finding{good, "its oldest transaction is " + std::to_string(age) + " transactions old"};
}

std::vector<finding> of_ledger(detail::postgres_connection& c) {
  if (!detail::ledger_exists(c)) {
    return {{good, "there is no ledger yet"}};
  }
  const auto r = c.execute(
      "SELECT count(*), count(*) FILTER (WHERE NOT complete), coalesce(string_agg(name, ', ' ORDER BY name) FILTER "
      "(WHERE NOT complete AND opened_at < now() - interval '1 day'), ''), pg_size_pretty((SELECT "
      "sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relnamespace = 'ingest'::regnamespace AND c.relkind "
      "= 'r')) FROM ingest.pipelines");
  std::vector<finding> found{{good, "the ledger has " + r.text(0, 0) + " pipelines, " + r.text(0, 1) +
                                        " of them not complete now, and takes " + r.text(0, 3)}};
  if (!r.text(0, 2).empty()) {
    found.push_back(
        {doubtful, "not complete, and not begun again for a day: " + r.text(0, 2) + " (ingest status NAME says why)"});
  }
  return found;
}

}  // namespace

std::vector<finding> examine_database(const settings& s) {
  if (s.database_url.empty()) {
    return {};
  }
  ledger_connection server(s);
  std::vector<finding> found{{good, server->execute("SELECT version()").text(0, 0)}};
  const auto add = [&found](std::vector<finding> more) { found.insert(found.end(), more.begin(), more.end()); };
  if (server->execute("SELECT pg_is_in_recovery()").truth(0, 0)) {
    found.push_back({bad, "it is a standby: nothing can be loaded into it"});
  }
  add(of_settings(*server));
  add({of_clock(*server), of_age(*server)});
  add(of_ledger(*server));
  return found;
}

}  // namespace ingest::app

#include "soak/soak_run.hpp"

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "faults/small_disk.hpp"

namespace ingest::testing {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 180s;
constexpr int attempts_to_finish = 10;

const std::string sessions =
    " FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ingest/%'";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& w : words) {
    text += ' ' + w;
  }
  return text;
}

/// Waits that long, or until the program has ended; false then.
bool goes_on_for(child_process& p, std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (p.running()) {
    if (std::chrono::steady_clock::now() >= end) {
      return true;
    }
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

}  // namespace

std::string soak_counts::text() const {
  return std::to_string(runs) + " runs, " + std::to_string(all_kills()) + " kills (" + std::to_string(kills) +
         " of ingest, " + std::to_string(kills_at_start) + " of them as it started; " + std::to_string(database_stops) +
         " immediate stops of PostgreSQL; " + std::to_string(backend_kills) + " backends killed, " +
         std::to_string(backend_terminations) + " terminated), " + std::to_string(given_up) + " lives given up; " +
         std::to_string(events) + " events, " + std::to_string(duplicates) + " duplicates skipped, " +
         std::to_string(rejected) + " rejected; " + std::to_string(lost) + " lost, " + std::to_string(twice) + " twice";
}

soak_run::scenery soak_run::draw(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  scenery s;
  s.events = 5'000 + static_cast<int>(below(25'000));
  s.slices = std::vector<std::size_t>{1, 2, 4, 8}[below(4)];
  s.overlaps = below(2) == 0;
  s.api_flags = {"--seed",        std::to_string(below(1'000'000)),
                 "--delay",       std::to_string(2 + below(8)),
                 "--latency",     "50",
                 "--nasty",       "5",
                 "--nul",         "0.2",
                 "--retry-after", below(4) == 0 ? "date:1" : "0"};
  if (s.overlaps) {
    s.api_flags.insert(s.api_flags.end(), {"--fault-all", std::to_string(1 + below(3)), "--fault-429", "2",
                                           "--duplicates", "5", "--cursor-ttl", below(2) == 0 ? "2" : "116"});
  } else {
    s.api_flags.insert(s.api_flags.end(), {"--fault-429", "2", "--fault-reset", "2", "--fault-truncate", "2",
                                           "--fault-garbage", "1", "--fault-revoke", "2", "--fault-latency", "2"});
  }
  // There an expired cursor means to begin the slice anew, and with so many of them a run never ends.
  if (s.slices == 1 && !s.overlaps && below(2) == 0) {
    s.api_flags.insert(s.api_flags.end(), {"--stream", "403", "--rate-limit", "0"});
  }
  if (s.slices > 1) {
    s.flags = ingest_run::slices(static_cast<int>(s.slices));
  }
  s.flags.insert(s.flags.end(), {"--loaders", std::to_string(1 + below(4)), "--database-io-timeout-ms", "2s",
                                 "--max-retry-after-ms", "1s", "--log-level", "info"});
  return s;
}

soak_run::soak_run(std::uint64_t seed, postgres_cluster& cluster, bool small_disk)
    : random_(seed), cluster_(cluster), scenery_(draw(random_)), run_(scenery_.events, scenery_.api_flags, cluster) {
  plan_ = "seed " + std::to_string(seed) + ": " + std::to_string(scenery_.events) + " events," +
          joined(scenery_.api_flags) + " |" + joined(scenery_.flags);
  const std::uint64_t megabytes = 4 + below(5);
  if (small_disk) {
    disk_ = std::make_shared<testing::small_disk>(run_.data_dir(), "size=" + std::to_string(megabytes) + "m");
    plan_ += " | disk of " + std::to_string(megabytes) + " MB";
  }
}

std::optional<std::string> soak_run::execute(soak_counts& counts) {
  const auto deaths = 4 + below(16);
  for (std::uint64_t i = 0; i < deaths && !wrong_; ++i) {
    live_and_die(counts);
  }
  ++counts.runs;
  return wrong_ ? wrong_ : finish(counts);
}

/// A life of ingest. The database may fail in it; it ends by SIGKILL, unless it came to its end before.
void soak_run::live_and_die(soak_counts& counts) {
  child_process p = run_.start("run", scenery_.flags);
  const bool soon = below(5) < 2;
  if (!soon) {
    trouble(p, counts);
  }
  if (goes_on_for(p, std::chrono::milliseconds(soon ? below(120) : below(1'000)))) {
    p.signal(SIGKILL);
    ++counts.kills;
    counts.kills_at_start += soon ? 1 : 0;
  }
  note_end(p, counts);
}

void soak_run::trouble(child_process& p, soak_counts& counts) {
  if (!goes_on_for(p, std::chrono::milliseconds(below(600)))) {
    return;
  }
  switch (below(4)) {
    case 0:
      cluster_.stop_immediate();
      ++counts.database_stops;
      goes_on_for(p, std::chrono::milliseconds(below(800)));
      cluster_.start();
      break;
    case 1:
      kill_backend(counts);
      break;
    case 2:
      if (run_.database.value("SELECT count(pg_terminate_backend(pid))" + sessions) != "0") {
        ++counts.backend_terminations;
      }
      break;
    default:
      break;
  }
}

void soak_run::kill_backend(soak_counts& counts) {
  const std::string pid = run_.database.value("SELECT pid" + sessions + " LIMIT 1");
  if (pid.empty() || ::kill(std::stoi(pid), SIGKILL) != 0) {
    return;
  }
  ++counts.backend_kills;
  // The server now ends all its sessions and recovers; our own questions have to wait for that.
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::this_thread::sleep_for(20ms);
    try {
      run_.database.value("SELECT 1");
      return;
    } catch (const std::runtime_error&) {
      if (std::chrono::steady_clock::now() > end) {
        throw;
      }
    }
  }
}

/// Codes that a life may end with in this scenery: complete, killed, or the API or the database too bad for too long.
void soak_run::note_end(child_process& p, soak_counts& counts) {
  const int code = p.wait(patience);
  said_ += p.err();
  counts.given_up += code == 69 || code == 70 ? 1 : 0;
  if (code != 0 && code != 128 + SIGKILL && code != 69 && code != 70) {
    wrong_ = "ingest ended with exit code " + std::to_string(code);
  }
}

std::optional<std::string> soak_run::finish(soak_counts& counts) {
  for (int attempt = 0; attempt < attempts_to_finish && !wrong_; ++attempt) {
    child_process p = run_.start("run", scenery_.flags);
    note_end(p, counts);
    if (p.wait() == 0) {
      return compare(counts);
    }
  }
  return wrong_ ? wrong_ : "it did not complete in " + std::to_string(attempts_to_finish) + " lives";
}

std::optional<std::string> soak_run::compare(soak_counts& counts) {
  const std::string difference = run_.table_difference();
  const auto duplicates = run_.number("SELECT coalesce(sum(duplicates), 0) FROM ingest.slices");
  const auto rejected = run_.number("SELECT coalesce(sum(rejected), 0) FROM ingest.slices");
  const auto in_ledger = run_.number("SELECT coalesce(sum(rows - duplicates - rejected), 0) FROM ingest.slices");
  const auto rows = run_.rows();
  counts.events += rows;
  counts.duplicates += duplicates;
  counts.rejected += rejected;
  counts.lost += run_.number(
      "SELECT count(*) FROM truth.events t WHERE id IS NOT NULL AND NOT EXISTS "
      "(SELECT FROM ingested_events e WHERE e.id = t.id)");
  // The table's key lets no event in twice: a page that is loaded twice shows as duplicates that nobody has sent, or in
  // a ledger that counts more rows than there are.
  const std::uint64_t twice = scenery_.overlaps ? 0 : duplicates;
  counts.twice += twice + (in_ledger > rows ? in_ledger - rows : 0);
  if (!difference.empty()) {
    return "the table differs from the source: " + difference;
  }
  if (in_ledger != rows) {
    return "the ledger tells of " + std::to_string(in_ledger) + " rows, the table has " + std::to_string(rows);
  }
  if (twice != 0) {
    return std::to_string(twice) + " rows were loaded again";
  }
  return std::nullopt;
}

std::filesystem::path soak_run::keep_evidence() {
  std::string pattern = (std::filesystem::temp_directory_path() / "ingest_soak.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a directory for the evidence");
  }
  const std::filesystem::path place = pattern;
  std::ofstream(place / "plan") << plan_ << '\n';
  std::ofstream(place / "ingest.log") << said_;
  std::ofstream(place / "truth.ndjson") << run_.api.truth();
  std::error_code incomplete;
  std::filesystem::copy(run_.data_dir(), place / "data", std::filesystem::copy_options::recursive, incomplete);
  run_process({"pg_dump", "--file", place / "database.sql", run_.database.url()}, {}, patience);
  return place;
}

}  // namespace ingest::testing

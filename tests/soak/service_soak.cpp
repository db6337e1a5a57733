#include "soak/service_soak.hpp"

#include <signal.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "support/processes_with.hpp"
#include "support/text_file.hpp"

namespace ingest::testing {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 120s;
constexpr int pipelines = 3;
constexpr int rows_of_a_state = 20;

/// Rows that are numbered on and on, from where the state has left them; what it writes comes by and by.
constexpr const char* tap = R"(n=0
while [ $# -gt 0 ]; do
  [ "$1" != --state ] || n=$(sed -n 's/.*"n": *\([0-9]*\).*/\1/p' "$2")
  shift
done
echo '{"type":"SCHEMA","stream":"counted","key_properties":[],"schema":{"properties":{"n":{"type":"integer"}}}}'
end=$((n + 200))
while [ "$n" -lt "$end" ]; do
  n=$((n + 1))
  echo '{"type":"RECORD","stream":"counted","record":{"n":'"$n"'}}'
  if [ $((n % 20)) -eq 0 ]; then echo '{"type":"STATE","value":{"n":'"$n"'}}'; sleep 0.02; fi
done
)";

constexpr const char* catalog =
    R"({"streams":[{"tap_stream_id":"counted","stream":"counted","schema":{"type":"object","properties":)"
    R"({"n":{"type":"integer"}}},"key_properties":[],"metadata":[{"breadcrumb":[],"metadata":{"selected":true}}]}]})";

std::string connector(const std::string& url) {
  const std::string paginate = "    paginate: {cursor: {param: cursor, from: next, more: more}}\n";
  return "api: " + url + "\nstreams:\n  orders:\n    records: orders\n" + paginate +
         "    key: id\n    incremental: {field: changed_at, param: since, start: 2026-01-01}\n"
         "    schema: {id: integer, version: integer, changed_at: datetime}\n"
         "  stock:\n    records: stock\n" +
         paginate + "    key: none\n    schema: {id: integer, generation: integer}\n";
}

std::string no_such(const std::string& what) {
  return "to_regclass('" + what + "') IS NULL";
}

}  // namespace

std::string service_soak_counts::text() const {
  return std::to_string(all_kills()) + " kills (" + std::to_string(kills) + " of the service, " +
         std::to_string(kills_of_all) + " of it and its syncs, " + std::to_string(kills_of_syncs) + " of a sync, " +
         std::to_string(database_stops) + " immediate stops of PostgreSQL), " + std::to_string(stops) +
         " stops in order; " + std::to_string(syncs) + " complete syncs, " + std::to_string(rows) + " rows";
}

service_soak::service_soak(std::uint64_t seed, postgres_cluster& cluster)
    : seed_(seed), random_(seed), cluster_(cluster), database_(cluster), api_(seed) {
  const std::filesystem::path folder = directory_ / "pipelines";
  std::filesystem::create_directory(folder);
  put_text(directory_ / "shop.yaml", connector(server_.url()));
  put_text(directory_ / "tap.sh", tap);
  put_text(directory_ / "catalog.json", catalog);
  const std::string common = "schedule: continuous\nretry_wait: 1s\ndatabase_url: ${DB}\n";
  const std::string shop = "from: connector:" + (directory_ / "shop.yaml").string() + "\n" + common;
  put_text(folder / "orders.yaml", shop + "stream: orders\n");
  put_text(folder / "stock.yaml", shop + "stream: stock\nwrite: replace\n");
  put_text(folder / "counted.yaml", "from: \"singer:sh " + (directory_ / "tap.sh").string() +
                                        "\"\ncatalog: " + (directory_ / "catalog.json").string() + "\n" + common);
}

void service_soak::start() {
  service_ = std::make_unique<child_process>(
      std::vector<std::string>{program("ingest"), "serve", "--pipelines", (directory_ / "pipelines").string(),
                               "--state", (directory_ / "state").string(), "--log-format", "json"},
      child_process::options{{{"DB", database_.url()}}, directory_.path()});
}

/// Kills the service by that signal and takes note of what it has said.
void service_soak::die(int number) {
  service_->signal(number);
  service_->wait(patience);
  said_ += service_->err();
}

/// What it has started, by the directory that it has given them.
std::set<pid_t> service_soak::syncs() const {
  return processes_with("DATA_DIR=" + (directory_ / "state").string());
}

std::optional<std::string> service_soak::live_and_die(service_soak_counts& counts) {
  start();
  std::this_thread::sleep_for(std::chrono::milliseconds(below(1'500)));
  const auto what = below(6);
  if (what == 0) {
    const std::set<pid_t> running = syncs();
    if (!running.empty()) {
      auto one = running.begin();
      std::advance(one, static_cast<std::ptrdiff_t>(below(running.size())));
      counts.kills_of_syncs += ::kill(*one, SIGKILL) == 0 ? 1 : 0;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(below(1'500)));
  } else if (what == 1) {
    cluster_.stop_immediate();
    ++counts.database_stops;
    std::this_thread::sleep_for(std::chrono::milliseconds(below(500)));
    cluster_.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(below(1'500)));
  }
  if (!service_->running()) {
    said_ += service_->err();
    return "the service has ended by itself, with exit code " + std::to_string(service_->wait());
  }
  if (below(8) == 0) {
    service_->wait_for_output("service_started", patience);  // before, nobody heeds the signal
    die(SIGTERM);
    ++counts.stops;
    if (service_->wait() != 0) {
      return "the service was stopped in order and ended with exit code " + std::to_string(service_->wait());
    }
    return doubtful_tables();
  }
  const bool all = below(3) == 0;
  const std::set<pid_t> running = all ? syncs() : std::set<pid_t>();
  die(SIGKILL);
  for (const pid_t sync : running) {
    ::kill(sync, SIGKILL);
  }
  ++(all ? counts.kills_of_all : counts.kills);
  return doubtful_tables();
}

std::string service_soak::syncs_behind(const std::string& moment) const {
  if (database_.value("SELECT " + no_such("ingest.syncs")) == "t") {
    return "0";
  }
  return database_.value("SELECT count(DISTINCT pipeline) FROM ingest.syncs WHERE begun_at > '" + moment +
                         "' AND completed_at IS NOT NULL");
}

std::optional<std::string> service_soak::finish(service_soak_counts& counts) {
  api_.calm_down();
  const std::string moment = database_.value("SELECT clock_timestamp()");
  start();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (syncs_behind(moment) != std::to_string(pipelines)) {
    if (std::chrono::steady_clock::now() > end || !service_->running()) {
      die(SIGKILL);
      return "not each pipeline was completed once nothing failed any more";
    }
    std::this_thread::sleep_for(20ms);
  }
  die(SIGTERM);
  if (service_->wait() != 0) {
    return "the service was stopped in order and ended with exit code " + std::to_string(service_->wait());
  }
  while (!syncs().empty()) {  // what was killed takes a moment to be gone
    if (std::chrono::steady_clock::now() > end) {
      return "the service has left a sync behind";
    }
    std::this_thread::sleep_for(20ms);
  }
  counts.syncs += std::stoull(database_.value("SELECT count(*) FROM ingest.syncs WHERE completed_at IS NOT NULL"));
  counts.rows += std::stoull(database_.value(
      "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM stock) + (SELECT count(*) FROM counted)"));
  const std::array found = {difference("orders", "version", api_.orders()),
                            difference("stock", "generation", api_.stock()), doubtful_tables(), doubtful_ledger()};
  for (const auto& wrong : found) {
    if (wrong) {
      return wrong;
    }
  }
  return std::nullopt;
}

std::optional<std::string> service_soak::difference(const std::string& table, const std::string& column,
                                                    const std::string& rows) const {
  const std::string differ = database_.value(
      "SELECT count(*) || ' rows, for instance ' || max(concat_ws(' ', 'id', coalesce(t.id, s.id), 'source', s.n, "
      "'table', t.n)) "
      "FROM (SELECT id::bigint, " +
      column + "::bigint AS n FROM " + table + ") t FULL JOIN (VALUES " + rows +
      ") AS s(id, n) ON s.id = t.id WHERE t.n IS DISTINCT FROM s.n HAVING count(*) > 0");
  const std::string twice = database_.value("SELECT count(*) - count(DISTINCT id) FROM " + table);
  if (differ.empty() && twice == "0") {
    return std::nullopt;
  }
  return table + " differs from the source: " + differ + (twice == "0" ? "" : ", " + twice + " rows twice");
}

/// What readers see between two lives: a table that is replaced has all of one state, and rows of the tap are there
/// once each, up to a state.
std::optional<std::string> service_soak::doubtful_tables() {
  if (database_.value("SELECT " + no_such("stock")) != "t") {
    const std::string stock = database_.value(
        "SELECT concat_ws(' ', count(*), count(DISTINCT id), coalesce(min(generation), 0), coalesce(max(generation), "
        "0)) FROM stock");
    std::istringstream in(stock);
    std::uint64_t rows = 0;
    std::uint64_t ids = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    in >> rows >> ids >> first >> last;
    const bool is_whole = rows == ids && first == last && rows == changing_api::stock_size(first);
    if (!is_whole && (rows > 0 || has_stock_)) {
      return "stock is no state that the source has had: rows, ids, first and last generation are " + stock;
    }
    has_stock_ = rows > 0;
  }
  if (database_.value("SELECT " + no_such("counted")) == "t") {
    return std::nullopt;
  }
  return database_.value(
             "SELECT count(*) = coalesce(max(n), 0) AND count(DISTINCT n) = count(*) AND coalesce(min(n), 1) = 1 "
             "AND coalesce(max(n), 0) % " +
             std::to_string(rows_of_a_state) + " = 0 FROM counted") == "t"
             ? std::nullopt
             : std::optional<std::string>("rows of the tap are missing, there twice, or beyond a state");
}

/// Each sync has one row, they follow one another, and all but the last are complete, or were given up for another one.
std::optional<std::string> service_soak::doubtful_ledger() const {
  const std::string doubtful = database_.value(
      "SELECT string_agg(pipeline || ': ' || syncs || ' syncs up to ' || last || ', ' || open || ' of them open', '; "
      "') "
      "FROM (SELECT pipeline, count(*) AS syncs, max(generation) AS last, min(generation) AS first, "
      "count(*) FILTER (WHERE completed_at IS NULL AND NOT given_up) AS open, "
      "bool_or(completed_at IS NULL AND NOT given_up AND generation < (SELECT max(generation) FROM ingest.syncs o "
      "WHERE o.pipeline = "
      "s.pipeline)) "
      "AS open_before FROM ingest.syncs s GROUP BY pipeline) AS of_each "
      "WHERE syncs <> last - first + 1 OR open > 1 OR open_before");
  return doubtful.empty() ? std::nullopt : std::optional("the ledger is doubtful: " + doubtful);
}

std::filesystem::path service_soak::keep_evidence() const {
  std::string pattern = (std::filesystem::temp_directory_path() / "ingest_soak.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a directory for the evidence");
  }
  const std::filesystem::path place = pattern;
  std::ofstream(place / "plan") << "--serve --seed " << seed_ << '\n';
  std::ofstream(place / "ingest.log") << said_;
  std::error_code incomplete;
  std::filesystem::copy(directory_.path(), place / "directory", std::filesystem::copy_options::recursive, incomplete);
  run_process({"pg_dump", "--file", place / "database.sql", database_.url()}, {}, patience);
  return place;
}

}  // namespace ingest::testing

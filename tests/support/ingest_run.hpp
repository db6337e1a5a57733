#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/demo_api.hpp"
#include "support/postgres_cluster.hpp"
#include "support/scratch_dir.hpp"

namespace ingest::testing {

/// A pipeline from end to end: a bin/demo_api with events, a database of its own and a DATA_DIR. bin/ingest is run
/// against them with settings so small that some thousand events are many pages, ranges and segments.
class ingest_run {
 public:
  static constexpr std::uint64_t batch_size = 100;
  static constexpr std::uint64_t credit_bytes = 256 * 1024;
  static constexpr std::uint64_t range_bytes = 128 * 1024;
  static constexpr std::uint64_t segment_bytes = 512 * 1024;

  explicit ingest_run(int events, std::vector<std::string> api_flags = {},
                      postgres_cluster& cluster = postgres_cluster::shared());

  demo_api_process api;
  test_database database;
  scratch_dir directory;

  /// The environment of bin/ingest: all its settings. Flags go before it.
  std::map<std::string, std::string> environment;

  /// What bin/ingest is started by, such as `prlimit --fsize=1000000`. Empty: by nothing.
  std::vector<std::string> started_by;

  std::filesystem::path data_dir() const { return directory / "data"; }
  std::filesystem::path report_file() const { return directory / "report.json"; }

  /// Flags that cut the time of the events into slices.
  static std::vector<std::string> slices(int n);

  /// Starts `ingest COMMAND FLAGS…`.
  child_process start(const std::string& command, const std::vector<std::string>& flags = {}) const;

  /// Runs `ingest COMMAND FLAGS…` to its end.
  finished_process run(const std::string& command, const std::vector<std::string>& flags = {}) const;

  /// `ingest status --json`. Throws std::runtime_error if that fails.
  rapidjson::Document status() const;

  /// The report of the last run, and ingestion.state. Null if there is none.
  rapidjson::Document report() const;
  rapidjson::Document state() const;

  /// A number of ingestion.state; 0 if there is no state.
  std::uint64_t in_state(const char* key) const;

  /// The pages that the ledger says are loaded; 0 if there is no ledger, or no database.
  std::uint64_t pages_in_ledger() const;

  std::uint64_t number(const std::string& sql) const { return std::stoull(database.value(sql)); }
  std::uint64_t rows() const { return number("SELECT count(*) FROM ingested_events"); }
  std::uint64_t counter(const std::string& name) const { return api.counters().at(name); }

  /// How the table differs from what the API holds, compared event by event as JSON values: empty if it does not.
  /// Events that no table can take (without an id, or with a NUL) are not expected in it.
  std::string table_difference();

  /// How many events of the API a table cannot take.
  std::uint64_t unloadable_events();

 private:
  void load_truth();

  bool truth_loaded_ = false;
};

/// Waits until `condition` holds. Throws std::runtime_error, with the program's stderr, if that takes longer than
/// `deadline` or the program ends before.
void await(child_process& program, const std::function<bool()>& condition,
           std::chrono::milliseconds deadline = std::chrono::seconds(60));

/// The numbers and words of a JSON object by its key; an object within it by "outer.inner".
std::uint64_t count_in(const rapidjson::Document& json, const std::string& key);
double seconds_in(const rapidjson::Document& json, const std::string& key);
std::string text_in(const rapidjson::Document& json, const std::string& key);

}  // namespace ingest::testing

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/error.hpp"
#include "ingest/http_source.hpp"
#include "ingest/log.hpp"
#include "ingest/postgres.hpp"
#include "settings/config_file.hpp"

namespace ingest::rest {
class connector;
struct declared_stream;
}  // namespace ingest::rest

namespace ingest::app {
class telemetry;
}  // namespace ingest::app

namespace ingest {

using texts_by_name = std::map<std::string, std::string, std::less<>>;

/// What the program is asked to do.
enum class command {
  run,
  fetch,
  load,
  status,
  validate,
  discover,
  version,
  record,
  test,
  init,
  serve,
  schema,
  top,
  state
};

inline constexpr std::array<std::string_view, 14> names_of_commands = {
    "run",    "fetch", "load", "status", "validate", "discover", "version",
    "record", "test",  "init", "serve",  "schema",   "top",      "state"};

constexpr std::string_view name_of(command c) {
  return names_of_commands.at(static_cast<std::size_t>(c));
}

enum class log_format_choice { automatic, json, text };

/// Whether a table has a column with the record, or columns for its fields.
enum class table_kind { json, typed };
enum class text_values { infer, text };
enum class worker_choice { alone, shared };

/// WRITE as it is set: `automatic` is one of the others.
enum class write_choice { skip, merge, append, replace, automatic };

enum class record_format { ndjson, csv, tsv, parquet };
enum class file_compression { none, gzip, zstd };

/// Where records come from.
struct source_choice {
  enum class kind { api, file, standard_input, connector, singer, airbyte };
  kind what = kind::api;
  std::filesystem::path path = {};  ///< of a file, or of a connector's manifest
  record_format format = record_format::ndjson;
  std::string command = {};  ///< of a process: its command line
  bool was_csv = false;      ///< of a file of JSON: its records are of a CSV file, and have nothing but texts

  bool is_csv() const { return what == kind::file && (format != record_format::ndjson || was_csv); }
  bool is_process() const { return what == kind::singer || what == kind::airbyte; }
  /// Each a run by itself, with a typed table of its own unless something else is said.
  bool has_streams() const { return what == kind::connector || is_process(); }
};

/// The stream of a process that is read; see process_stream_settings().
struct process_stream {
  std::string name;
  std::string space;                       ///< Airbyte's namespace
  std::vector<std::string> message_names;  ///< what messages call it
  std::vector<std::string> key;            ///< that its catalog names, where that is the table's
  std::string catalog;                     ///< that selects it
  bool states_count = false;               ///< it is read on from its state, not as a whole each time
};

/// Where records go.
struct target_choice {
  enum class kind { postgres, file, standard_output };
  kind what = kind::postgres;
  std::filesystem::path path = {};  ///< of a file
  file_compression compression = file_compression::none;
  record_format format = record_format::ndjson;  ///< of a file: that or Parquet, which is compressed inside
};

/// The settings of a run, parsed and checked. Names, defaults, ranges and meanings are in the table of
/// setting_definitions(); a member is called like its setting. Sizes are in bytes.
struct settings {
  source_choice from;
  target_choice to;
  std::string id_pointer;
  std::string version_field;      ///< empty: the order in which records are read
  std::vector<std::string> key;   ///< fields of the records; none: id_pointer
  bool has_key = true;            ///< false: KEY=none
  bool known_by_content = false;  ///< of a connector's stream: records are given a key, made of what they consist of
  bool stream_is_csv = false;     ///< of a connector's stream: what is empty in a record may be missing there

  std::filesystem::path connector_config;  ///< empty: none
  std::vector<std::string> streams;        ///< of a connector; none: all
  std::vector<std::string> exclude;        ///< of these
  std::vector<std::string> allowed_hosts;
  bool reads_all = false;     ///< each of them, or the part that `since` and `until` name, whatever was read before
  std::string stream;         ///< the one that is read; see stream_settings()
  std::string stream_schema;  ///< its JSON Schema, if the manifest has one, or the API
  /// Where it is not written out in the manifest as it is read: made by a template, or with a schema of the API's.
  std::shared_ptr<const rest::declared_stream> made_stream = {};
  std::shared_ptr<const rest::connector> connector = {};  ///< which all streams of a run share
  std::string connector_plan;                             ///< what a run's plan tells of it
  std::string made_of;                                    ///< tells by which a template made it; "" where none did
  std::filesystem::path token_file;                       ///< where refresh tokens of the connector are kept
  std::filesystem::path catalog;                          ///< of a process; empty: it is asked
  std::chrono::milliseconds silence_timeout{};
  process_stream of_process;           ///< the one that is read
  std::optional<std::uint64_t> limit;  ///< so many records of each stream, not all

  std::string api_base_url;  ///< without trailing slash
  std::string target_api_key;
  std::string events_path;
  http_endpoint endpoint = http_endpoint::automatic;
  std::uint64_t batch_size = 0;
  std::optional<std::uint64_t> slices;   ///< nothing: found out when the run begins
  std::optional<std::uint64_t> readers;  ///< nothing: see reader_count()
  std::optional<std::int64_t> since;     ///< Unix time in milliseconds
  std::optional<std::int64_t> until;     ///< Unix time in milliseconds
  bool incremental = false;
  std::chrono::milliseconds lookback{};
  std::string timestamp_pointer;
  std::vector<std::string> extra_headers;  ///< each "Name: value"
  bool http_compression = false;
  std::filesystem::path tls_ca_file;  ///< empty: the system's
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds request_timeout{};
  std::chrono::milliseconds retry_deadline{};
  std::chrono::milliseconds max_retry_after{};
  std::uint64_t max_page_bytes = 0;
  bool strict_total = false;

  std::string database_url;
  std::string table;  ///< with its schema, where one is set
  std::string target_schema;
  table_kind tables = table_kind::json;
  std::filesystem::path schema_file;  ///< empty: none
  number_columns numbers = number_columns::numeric;
  text_values types = text_values::infer;
  ingest::epoch_unit epoch_unit = ingest::epoch_unit::none;
  std::string deleted_pointer;  ///< empty: none
  schema_policy schema_changes = schema_policy::evolve;
  write_choice asked_write = write_choice::skip;
  disposition write = disposition::skip;  ///< what comes of that, key and incremental
  nul_policy nuls = nul_policy::reject;
  std::uint64_t loaders = 0;
  std::optional<std::uint64_t> range_bytes;  ///< nothing: what suits the command
  std::chrono::milliseconds range_delay{};
  std::chrono::milliseconds database_deadline{};
  std::chrono::milliseconds database_io_timeout{};
  std::optional<std::uint64_t> reject_limit;  ///< nothing: any number of rejects is accepted
  bool initial_load = false;
  bool allow_unlogged = false;

  std::filesystem::path data_dir;
  std::string pipeline;
  std::uint64_t segment_bytes = 0;
  std::uint64_t buffer_quota_bytes = 0;
  std::uint64_t credit_bytes = 0;
  bool keep_segments = false;

  worker_choice workers = worker_choice::alone;
  std::chrono::milliseconds lease_term{};
  std::chrono::milliseconds sync_within{};

  std::uint64_t max_restarts = 0;
  std::chrono::milliseconds restart_window{};
  std::chrono::milliseconds shutdown_timeout{};

  std::filesystem::path pipelines_dir;
  std::filesystem::path state_directory;
  std::string http_address;               ///< empty: none
  std::filesystem::path http_token_file;  ///< empty: none
  std::uint64_t max_syncs = 0;            ///< 0: any number
  std::uint64_t max_connections = 0;      ///< 0: any number
  std::uint64_t max_memory = 0;           ///< 0: any amount

  log_format_choice log_format = log_format_choice::automatic;
  log::level log_level = log::level::info;
  std::chrono::milliseconds progress_interval{};
  std::filesystem::path report;  ///< empty: none is written

  texts_by_name otel;                              ///< of the variables of OpenTelemetry those that are given
  std::shared_ptr<app::telemetry> telemetry = {};  ///< what is told of all runs of the process; null: nothing

  /// Where the value of each setting that is no default came from: "--batch-size", "the environment", ".env line 3".
  std::map<std::string, std::string, std::less<>> origins;

  /// A sentence for each name in environment and env file that is no setting, but so much like one that is not given
  /// that it is likely to be misspelt.
  std::vector<std::string> misspelt;

  /// What is given and changes nothing beside what else is: a sentence each.
  std::vector<std::string> unused;
};

/// Whether other processes may be at work on the same run.
inline bool is_shared(const settings& s) {
  return s.workers == worker_choice::shared;
}

/// Whether the log is for people: as LOG_FORMAT says, or where standard error is a terminal.
bool logs_as_text(const settings& s);

/// What a program has read of a file already: keys and values as in a config file.
struct given_settings {
  std::string file;  ///< its name, for messages
  std::vector<config_entry> entries;
};

/// Where settings are looked for, in falling precedence: flags, what is given, environment, env file, config file,
/// defaults.
struct setting_sources {
  std::map<std::string, std::string, std::less<>> flags;  ///< texts from the command line, by setting name

  std::optional<given_settings> given = {};

  /// Looks up an environment variable. An empty value counts as none. Unset: the process's environment.
  std::function<std::optional<std::string>(const std::string& name)> environment = nullptr;

  /// The names of all its variables. Unset: those of the process, if `environment` is unset too, and else none.
  std::function<std::vector<std::string>()> environment_names = nullptr;

  std::optional<std::filesystem::path>
      env_file;  ///< must exist; without one, `default_env_file` is read if it is there
  std::filesystem::path default_env_file = ".env";
  std::optional<std::filesystem::path> config_file;  ///< a JSON object whose keys are the settings' names in lower case
};

/// The settings that `c` needs; all others have their defaults. Registers the secrets among them with the log, before
/// any message could hold one. Throws, for the first value that is missing, malformed or out of range, an error of one
/// line that names the setting, where its value came from, and what is allowed: errc::usage where it came from a flag,
/// errc::config otherwise.
settings load_settings(const setting_sources& from, command c);

}  // namespace ingest

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/document/settings/setting_expansion.hpp"
#include "serve/outcome_hooks.hpp"
#include "serve/sync_planner.hpp"
#include "settings/setting_definition.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// A pipeline, as a file of the pipelines' folder describes it.
struct pipeline_file {
  std::string name;  ///< of the file, without its ending
  std::filesystem::path path;
  /// All that it says, with what it takes from elsewhere: where that is the same, nothing has changed.
  std::string text;
  /// The same without when syncs begin and who is told of them, of which one that runs knows nothing.
  std::string text_of_sync;

  sync_rules rules;
  std::string zone;
  std::chrono::seconds timeout{};  ///< of a sync; 0: none
  std::uint64_t memory = 0;        ///< that a sync may take, in bytes; 0: any amount
  outcome_hooks hooks;

  /// The settings of a run, by their names: DATABASE_URL. Texts that the file takes from variables and files are put
  /// in.
  std::map<std::string, std::string> variables;
  /// Of a connector, the settings of its connection as JSON, with `${…}` as they were written; empty: none.
  std::string connection;
  settings checked;                 ///< what a run will make of them
  std::vector<std::string> doubts;  ///< what is no mistake, and probably not meant
};

/// The keys that are not settings of a run; what each is, for people. docs/service.md and `ingest schema` have them.
struct pipeline_key {
  std::string_view name;
  std::string_view kind;  ///< "text", "duration", "size", "number" or "object"
  std::string_view default_text;
  std::string_view help;
  bool of_running = false;  ///< a sync that runs begins anew where it is another one
};
const std::vector<pipeline_key>& pipeline_keys();

/// Whether a setting of a run may stand in a pipeline's file: where the log and the report go, a service says itself.
bool is_of_pipelines(const setting_definition& d);

/// Reads a pipeline: YAML, or JSON, one object, with the keys above and settings of a run in lower case. What it does
/// not say is as in the environment of the service, else as by default; its directory and its name in the ledger are by
/// its own name, below `state`; `most_memory` is what all syncs of the service may take, 0 for any amount. Secrets are
/// registered with the log. Throws errc::config, with file and line, for
/// whatever a run would not begin with, and for keys that nothing knows.
pipeline_file read_pipeline(std::string_view text, const std::filesystem::path& path,
                            const std::filesystem::path& state, const rest::setting_origins& origins,
                            std::uint64_t most_memory = 0);

/// `name` spreads pipelines over the time that they may be late: 0 … jitter, always the same.
std::chrono::seconds spread_of(std::string_view name, std::chrono::seconds jitter);

}  // namespace ingest::app

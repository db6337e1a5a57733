#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

namespace ingest::app {

/// What the command line asks for.
struct invocation {
  ingest::command command = ingest::command::version;
  setting_sources sources;
  bool fresh = false;                   ///< --fresh: forget what DATA_DIR and the ledger hold
  bool yes = false;                     ///< --yes: do so without asking back
  bool json = false;                    ///< --json: a status, or what is to be said of a manifest, for programs
  bool ddl = false;                     ///< --ddl: of the streams of a connector, the statements that make their tables
  bool offline = false;                 ///< --offline: of a manifest only what it says itself
  bool view = false;                    ///< --view: the statement that makes a view
  std::filesystem::path directory;      ///< of a recording: DIR, or --into DIR
  std::filesystem::path into;           ///< --into FILE of `init`
  std::filesystem::path from_manifest;  ///< --from-manifest FILE of `init`, in place of a URL
  std::string address;                  ///< URL of `init`
  std::vector<std::string> headers;     ///< --header of `init`, each "Name: value"
  std::uint64_t limit = 100;            ///< --limit: pages of a stream that are recorded
  std::vector<std::string> faults;      ///< --fault, each STREAM:N=FAULT
  bool check = false;                   ///< --check: of the pipelines of a service only whether they can be used
  bool update = false;                  ///< --update: what comes out is what is expected
  std::filesystem::path manifest;       ///< of `validate`, `discover`, `record` and `test`: the connector; empty: none
};

/// Reads a command line. Returns nothing where only help was asked for, which was written to `out`. Throws errc::usage
/// with one line for anything that makes no sense. Values of settings are not looked at; load_settings() does that.
std::optional<invocation> parse_command_line(int argc, const char* const* argv, std::ostream& out);

}  // namespace ingest::app

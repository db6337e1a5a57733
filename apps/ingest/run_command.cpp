#include "run_command.hpp"

#include <algorithm>

#include "ingest/disk_buffer.hpp"
#include "ingest/error.hpp"

namespace ingest::app {

void check_fresh(const settings& s, bool fresh, bool yes) {
  std::error_code ignored;
  if (!fresh || yes || !std::filesystem::is_directory(s.data_dir, ignored)) {
    return;
  }
  const auto names = posix_file_system().list(s.data_dir);
  const bool used = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("events_buffer.") || name.starts_with("ingestion.state");
  });
  if (used) {
    throw error(errc::usage, "--fresh would delete the run in " + s.data_dir.string() +
                                 "; look at it with ingest status, then add --yes");
  }
}

int run_command(const settings&, command, bool) {
  throw error(errc::internal, "this build has no pipeline", false);
}

}  // namespace ingest::app

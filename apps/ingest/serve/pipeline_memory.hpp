#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "serve/outcome_hooks.hpp"
#include "serve/sync_planner.hpp"

namespace ingest::app {

/// What of a pipeline outlives the service, in STATE/NAME/schedule.json.
struct pipeline_memory {
  sync_memory syncs;
  std::optional<wall_time> last_complete;
  std::uint64_t streak = 1;               ///< a number for those that fail in a row, or did so last
  std::optional<wall_time> failure_told;  ///< the end of the sync whose failure was heard last, of this streak
  std::uint64_t owes_recovery = 0;  ///< the last streak that was to be told, if no recovery was heard since; else 0
  unheard_news unheard;
};

/// Made with all above it, for its owner alone whatever the umask is; one that is there stays as it is. Returns why
/// not; empty: it is there.
std::string make_private_directory(const std::filesystem::path& path);

/// Of a pipeline that is new, or whose file is damaged: as if it were new. The log is told of a damaged one, which is
/// kept beside it.
pipeline_memory read_memory(const std::filesystem::path& state, const std::string& pipeline);

/// In one step, durably. Returns why not; empty: it is on disk. A service that starts again with what was there before
/// would begin a sync too early, not make up for one that was missed, or know nothing of an order.
std::string write_memory(const std::filesystem::path& state, const std::string& pipeline, const pipeline_memory& m);

}  // namespace ingest::app

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/sync_figures.hpp"
#include "serve/sync_planner.hpp"

namespace ingest::app {

enum class pipeline_state { idle, waiting, running, stopping, paused, leaving };
std::string_view name_of(pipeline_state s);

/// How a sync has ended.
struct sync_end {
  sync_outcome outcome = sync_outcome::complete;
  int exit_code = 0;
  std::string error;  ///< one sentence; empty: none
  wall_time began{};
  wall_time ended{};
  double took_s = 0;
  std::uint64_t memory = 0;  ///< the most that it was seen to take, in bytes
  bool outgrew = false;      ///< it was stopped since that was beyond its share

  bool operator==(const sync_end&) const = default;
};

/// Upper bounds of the histogram of the durations of syncs, in seconds.
inline constexpr std::array<double, 9> duration_bounds = {1, 5, 15, 60, 300, 900, 3600, 10800, 43200};

/// Of the syncs that have ended since the service began.
struct sync_counts {
  std::map<std::string, std::uint64_t, std::less<>> by_outcome;
  double seconds = 0;
  std::uint64_t all = 0;
  std::uint64_t outgrown = 0;
  std::array<std::uint64_t, duration_bounds.size()> within = {};  ///< each bound, all shorter ones among them

  void add(const sync_end& end);
};

/// A pipeline, at a moment.
struct pipeline_status {
  std::string name;
  std::string schedule;
  pipeline_state state = pipeline_state::idle;
  bool is_paused = false;
  std::string waits_for;  ///< what a sync that is due is not begun for
  std::string says;       ///< of the sync that runs: what it has told last that is no progress
  std::optional<wall_time> next_begin;
  std::optional<wall_time> began;  ///< the sync that runs
  std::optional<sync_end> last;
  std::optional<wall_time> last_complete;
  std::optional<wall_time> success_due;  ///< the second moment of the schedule behind that
  std::uint64_t failures = 0;            ///< in a row
  sync_counts counts;
  sync_figures::durations durations;
  std::uint64_t hooks_failed = 0;                        ///< since the service began
  std::string hook_problem;                              ///< why what was told last was not heard; empty: it was
  std::map<std::string, sync_figures::figures> figures;  ///< by stream, see sync_figures::all()
  std::map<std::string, sync_figures::figures> latest;   ///< by stream, of the sync that runs or was last
  std::uint64_t buffer_quota_bytes = 0;
  std::uint64_t memory = 0;        ///< that the sync takes now, with all that it has started, in bytes
  std::uint64_t memory_share = 0;  ///< that it may take; 0: any amount
  std::vector<std::string> doubts;
};

struct service_status {
  wall_time now{};
  wall_time began{};
  bool is_stopping = false;
  std::vector<pipeline_status> pipelines;
  std::map<std::string, std::string> refused;  ///< files that cannot be used, and why
  std::string folder_problem;                  ///< empty: none
};

}  // namespace ingest::app

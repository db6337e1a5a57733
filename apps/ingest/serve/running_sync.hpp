#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "serve/pipeline_file.hpp"
#include "serve/service_status.hpp"
#include "serve/sync_figures.hpp"
#include "serve/sync_process.hpp"

namespace ingest::app {

/// Why a sync was asked to end.
enum class stop_reason { order, change, shutdown, overtime, memory };

/// A sync that runs: what it says goes to the log under its pipeline's name, its figures to `figures`, and how it ends
/// is told in one sentence.
class running_sync {
 public:
  /// Begins it. Throws as sync_process does. `figures` must outlive it.
  running_sync(const std::string& program, const pipeline_file& pipeline, const std::filesystem::path& state,
               sync_figures& figures, const clock_reading& now);

  pid_t pid() const { return process_.pid(); }
  std::array<int, 3> descriptors() const { return process_.descriptors(); }
  void take(int descriptor) { process_.take(descriptor); }

  /// How it has ended, once it has.
  std::optional<sync_end> end(const clock_reading& now);

  /// Asks it to end in order; the first reason counts.
  void stop(stop_reason why, const clock_reading& now);
  void kill() { process_.kill(); }
  std::optional<stop_reason> stopped_for() const { return stopped_for_; }
  /// Whether it is stopped since it has taken more than it may, of time or memory.
  bool exceeds_limit() const { return stopped_for_ == stop_reason::overtime || stopped_for_ == stop_reason::memory; }

  /// What it takes of memory now, with all that it has started, to be told once a second. Stops it where that was
  /// beyond its share and a tenth for ten seconds: what is only a moment's, a large page, is not worth a sync.
  void take_memory(std::uint64_t bytes, const clock_reading& now);
  bool awaits_memory(const clock_reading& now) const { return now.steady != memory_told_; }
  std::uint64_t memory() const { return memory_; }

  /// To be called once a second: stops it after its time, and kills it where it does not end then within `patience`.
  void end_overdue(std::chrono::seconds patience, const clock_reading& now);
  wall_time began() const { return began_.wall; }
  const std::string& says() const { return says_; }

 private:
  void take_log(std::string_view line);
  void take_report(std::string_view line);
  bool is_worth_telling(std::string_view event);
  sync_outcome outcome_of(int exit_code) const;

  std::string name_;
  std::chrono::seconds timeout_;
  std::uint64_t share_;  ///< of memory; 0: any amount
  sync_figures& figures_;
  clock_reading began_;
  std::chrono::steady_clock::time_point began_exactly_ = std::chrono::steady_clock::now();
  std::optional<stop_reason> stopped_for_;
  std::chrono::seconds stop_asked_{};  ///< by the steady clock
  std::uint64_t memory_ = 0;           ///< what it takes, by what was told last
  std::uint64_t most_memory_ = 0;
  std::chrono::seconds memory_told_{};
  std::optional<std::chrono::seconds> beyond_share_;  ///< since when
  std::set<int> exit_codes_;                          ///< of its runs
  std::string report_;                                ///< lines of one that is not whole yet
  std::string error_;                                 ///< why it will have failed: what was said first
  std::string streams_;                               ///< which of its streams are not complete, in words
  std::string says_;
  std::chrono::steady_clock::time_point progress_told_ = began_exactly_;
  sync_process process_;  ///< last: it tells the others
};

/// Rounded up, without the unit.
std::string in_mib(std::uint64_t bytes);

/// What is kept of what a sync says: no secret, no half character, nothing endless.
std::string quotable(std::string_view text);

}  // namespace ingest::app

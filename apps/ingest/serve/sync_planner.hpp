#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "serve/schedule.hpp"

namespace ingest::app {

/// A moment by two clocks: the one of the calendar, which may be set, and one that only goes on, for all that lasts.
struct clock_reading {
  wall_time wall;
  std::chrono::seconds steady{};
};

enum class overlap_policy {
  skip,  ///< a sync that is due while one runs is left out
  queue  ///< it begins when that one has ended; one at most
};

struct sync_rules {
  schedule when;
  std::chrono::seconds spread{};  ///< behind each moment of the schedule: the pipeline's own share of its jitter
  overlap_policy overlap = overlap_policy::skip;
  std::uint64_t retries = 3;              ///< of a sync that has failed
  std::chrono::seconds retry_wait{60};    ///< before the first one; twice as long before each further one …
  std::chrono::seconds retry_most{3600};  ///< … and at most so long
};

enum class sync_outcome {
  complete,
  failed,       ///< what time may mend
  refused,      ///< what only a person can mend: settings, rights
  taken,        ///< another process has the pipeline, as one that an earlier service has left
  stopped,      ///< a person has ordered it
  interrupted,  ///< by the end of the service, or a file that has changed: the next one goes on where it stood
};
std::string_view name_of(sync_outcome o);
inline constexpr std::array sync_outcomes = {sync_outcome::complete, sync_outcome::failed,  sync_outcome::refused,
                                             sync_outcome::taken,    sync_outcome::stopped, sync_outcome::interrupted};

/// What outlives the service.
struct sync_memory {
  wall_time due{};          ///< the moment of the schedule up to which all is done or left out
  bool is_open = false;     ///< a sync has begun, and has not ended
  bool is_wanted = false;   ///< one is due, and has not begun
  bool is_ordered = false;  ///< a person wants one, and it has not begun
  bool is_paused = false;
  bool is_stopped = false;     ///< a person has stopped what ran or waited, and none has begun since
  std::uint64_t failures = 0;  ///< in a row
  std::uint64_t attempts = 0;  ///< of them, since the schedule or a person wanted the first one

  bool operator==(const sync_memory&) const = default;
};

/// When the syncs of one pipeline begin. It has neither a clock nor a process: its caller tells it the time, asks
/// whether a sync is wanted, and tells what becomes of it. Not thread-safe.
///
/// A sync is wanted when the schedule says so; at once where the service was not there at a moment of the schedule, or
/// a sync was open when the service ended; a while after one has failed; and when somebody orders it. Where the clock
/// of the calendar is put back, the schedule goes on from there: nothing waits for a time to come again.
class sync_planner {
 public:
  sync_planner(sync_rules rules, const sync_memory& remembered, const clock_reading& now);

  /// Whether a sync is to begin. While one runs, never.
  bool wants_to_begin(const clock_reading& now);

  /// How long nothing changes if nobody says anything; none: for ever.
  std::optional<std::chrono::seconds> quiet_for(const clock_reading& now) const;

  /// Within what time before now the sync that is wanted may have been begun by another machine with this schedule:
  /// since the moment that it is wanted for, and a little before, for their clocks differ; never so long that it could
  /// have been for the moment before. 0: it is wanted from here, whatever others have done.
  std::chrono::seconds within(const clock_reading& now) const;

  void began(const clock_reading& now);
  void ended(sync_outcome outcome, const clock_reading& now);

  /// By a person. A sync that is ordered begins although the pipeline is paused.
  void order();
  /// What is wanted or ordered, or would be tried again, and has not begun is not wanted any more. False: there was
  /// nothing.
  bool withdraw();
  /// The sync that runs is being stopped: none follows it by itself, however it ends and whatever becomes of the
  /// service, before the next moment of the schedule.
  void stop();
  void pause(bool paused);

  /// What the file of the pipeline says now. Of another schedule nothing was missed.
  void change(sync_rules rules, const clock_reading& now);

  bool is_running() const { return is_running_; }
  /// Whether the last sync has failed, and time alone does not seem to mend it: more in a row have failed than there
  /// are retries, whether the schedule or a retry has begun them, or only a person can mend it.
  bool has_given_up() const { return has_given_up_; }
  const sync_memory& memory() const { return memory_; }

  /// The next moment at which a sync begins by itself, as far as it is known; none while it is paused.
  std::optional<wall_time> next_begin(const clock_reading& now) const;

 private:
  void pass_moments(const clock_reading& now);
  void settle(wall_time due);

  sync_rules rules_;
  sync_memory memory_;
  wall_time seen_;                                ///< the calendar's latest reading
  std::optional<wall_time> next_;                 ///< moment of the schedule behind what is settled, with the spread
  std::optional<std::chrono::seconds> retry_at_;  ///< by the steady clock
  std::optional<wall_time> wanted_for_;           ///< the moment, of a sync that the schedule wants
  std::uint64_t taken_ = 0;                       ///< in a row
  bool is_running_ = false;
  bool has_given_up_ = false;
};

}  // namespace ingest::app

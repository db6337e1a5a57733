#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor.hpp"
#include "serve/pipelines_folder.hpp"
#include "serve/sync_figures.hpp"
#include "serve/sync_planner.hpp"
#include "serve/sync_process.hpp"

namespace ingest::app {

struct service_options {
  std::filesystem::path folder;            ///< of pipelines
  std::filesystem::path state;             ///< what outlives the service: a directory for each pipeline
  std::string program;                     ///< ingest itself
  std::uint64_t most_syncs = 0;            ///< that run at a time; 0: any number
  std::uint64_t most_connections = 0;      ///< to databases, of all that run; 0: any number
  std::chrono::seconds stop_patience{30};  ///< before a sync that is asked to end is killed
  rest::setting_origins origins = rest::setting_origins::of_process();
};

enum class pipeline_state { idle, waiting, running, stopping, paused, leaving };
std::string_view name_of(pipeline_state s);

/// How a sync has ended.
struct sync_end {
  sync_outcome outcome = sync_outcome::complete;
  int exit_code = 0;
  std::string error;  ///< one sentence; empty: none
  wall_time began{};
  wall_time ended{};
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
  std::uint64_t failures = 0;                 ///< in a row
  std::map<std::string, std::uint64_t> ends;  ///< of syncs, by outcome, since the service began
  std::vector<double>
      durations;  ///< of syncs that ended, in seconds, since the service began: sum, then counts by bound
  std::map<std::string, sync_figures::figures> figures;  ///< by stream, see sync_figures::all()
  std::map<std::string, sync_figures::figures> latest;   ///< by stream, of the sync that runs or was last
  std::uint64_t buffer_quota_bytes = 0;
  std::vector<std::string> doubts;
};

struct service_status {
  wall_time now{};
  wall_time began{};
  bool is_stopping = false;
  std::vector<pipeline_status> pipelines;
  std::map<std::string, std::string> refused;  ///< files that cannot be used, and why
  std::string folder_problem;                  ///< empty: none
  std::uint64_t reloads = 0;
};

/// Upper bounds of the histogram of the durations of syncs, in seconds.
inline constexpr std::array<double, 9> duration_bounds = {1, 5, 15, 60, 300, 900, 3600, 10800, 43200};

/// Many pipelines, each with its schedule, each sync a process of its own. One thread runs all of it and never waits
/// for anything but events: signals, what processes tell, the clock, and what others ask it.
///
/// SIGTERM and SIGINT end it: all syncs are asked to end, and killed after a while; a second one kills them at once.
/// SIGHUP has it read the folder anew: pipelines whose file has changed end their sync in order and go on as the new
/// file says; those whose file has gone end; a file that cannot be used changes nothing.
class service {
 public:
  /// Blocks the signals above, so it is made before any other thread. Throws errc::config where the folder cannot be
  /// read, and where another service has the state.
  explicit service(service_options options);
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Until a signal ends it: 0.
  int run();

  /// Has `what` done by the thread of run(), and waits for that. False where it is not done within the time: the
  /// service hangs, or has ended. Thread-safe.
  bool ask(std::function<void()> what, std::chrono::milliseconds patience);

  // Only by ask(), or in the thread of run().

  service_status status() const;
  void reload();

  enum class verb { start, stop, pause, resume };
  /// Returns why not; empty: it is done.
  std::string order(const std::string& pipeline, verb what);

 private:
  struct pipeline;
  struct question;

  clock_reading now() const;
  void watch_once();
  void wait_and_take(int timeout_ms);
  void take_signals();
  void answer_questions();
  bool begin_due_sync();
  std::set<pid_t> running_processes() const;
  std::string hindrance_of(const pipeline& p) const;
  void begin_sync(pipeline& p);
  void reap_syncs();
  void end_sync(pipeline& p, const processes::child_end& how);
  void end_overdue(pipeline& p);
  enum class stop_reason { order, change, shutdown, overtime };
  void stop_sync(pipeline& p, stop_reason why);
  void keep(pipeline& p);
  void take_log(pipeline& p, std::string_view line);
  void take_report(pipeline& p, std::string_view line);
  void apply(pipelines_folder found);
  void remember(pipeline& p) const;
  void recall(pipeline& p) const;
  std::filesystem::path memory_of(const std::string& name) const;
  int quiet_ms(bool more_to_begin) const;
  void begin_stopping(bool at_once);

  service_options options_;
  detail::descriptor lock_;
  detail::descriptor signals_;
  detail::descriptor asked_;  ///< becomes readable when there are questions
  std::map<std::string, std::unique_ptr<pipeline>> pipelines_;
  std::map<std::string, std::string> refused_;
  std::string folder_problem_;
  std::deque<std::string> waiting_;  ///< pipelines whose sync is due and finds no room, the first one first
  wall_time began_{};
  std::uint64_t reloads_ = 0;
  bool is_stopping_ = false;
  bool has_ended_ = false;

  std::mutex mutex_;  ///< of what follows
  bool answers_ = true;
  std::vector<std::shared_ptr<question>> questions_;
};

}  // namespace ingest::app

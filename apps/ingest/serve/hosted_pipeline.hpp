#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "serve/outcome_hooks.hpp"
#include "serve/pipeline_file.hpp"
#include "serve/pipeline_memory.hpp"
#include "serve/running_sync.hpp"
#include "serve/service_status.hpp"
#include "serve/sync_figures.hpp"
#include "serve/sync_planner.hpp"

namespace ingest::app {

/// What all pipelines of a service share.
struct service_place {
  std::string program;                       ///< ingest itself
  std::filesystem::path state;               ///< a directory for each pipeline
  std::function<std::set<pid_t>()> running;  ///< the processes of all syncs
};

/// A pipeline of a service: when its syncs begin, the one that runs, and what is known of those before. What must
/// outlive the service is on disk when a call returns, or else owed.
class hosted_pipeline {
 public:
  /// Goes on where a service before has left it. `in` must outlive it.
  hosted_pipeline(pipeline_file file, const service_place& in, const clock_reading& now);

  const std::string& name() const { return file_.name; }
  /// What its file says, where that waits for the end of a sync as well.
  const pipeline_file& file() const { return successor_ ? *successor_ : file_; }
  bool runs() const { return sync_ != nullptr; }
  bool leaves() const { return leaves_; }
  std::uint64_t connections() const { return file_.checked.loaders + 1; }
  std::uint64_t memory() const { return file_.memory; }
  std::uint64_t failures() const { return planner_.memory().failures; }  ///< in a row
  /// Of its sync; only while one runs.
  running_sync& sync() { return *sync_; }
  /// Whom its file wants to be told of its syncs.
  outcome_teller& teller() { return teller_; }

  /// Whether a sync is to begin; while one runs, never.
  bool wants_to_begin(const clock_reading& now);
  void begin(const clock_reading& now);
  /// Takes note of the end of its sync, if it has ended.
  void reap(const clock_reading& now);
  /// To be called once a second: ends a sync that takes more than it may, of time or memory, and kills one that does
  /// not end within `patience` when it is asked to.
  void hold_to_limits(std::chrono::seconds patience, const clock_reading& now);
  /// Goes on with whatever is to be told. To be called as outcome_teller::go_on() is.
  void go_on_telling(const clock_reading& now);

  /// How long nothing changes if nobody says anything; none: for ever.
  std::optional<std::chrono::seconds> quiet_for(const clock_reading& now) const;

  /// What its file says now; a sync that runs is stopped first where it would run otherwise now. Does nothing where the
  /// file says the same.
  void change(pipeline_file file, const clock_reading& now);
  /// Its file has gone: it ends with its sync.
  void leave(const clock_reading& now);

  /// Orders of a person. Return why not; empty: it is done.
  std::string start();
  std::string stop(const clock_reading& now);
  std::string pause(bool paused);

  /// Why what must outlive the service is not on disk; empty: it is. go_on_telling() tries again each second.
  const std::string& unsaved() const { return unsaved_; }
  /// Tries that once more, before the service ends.
  void save_at_the_end();

  pipeline_status status(const clock_reading& now) const;

 private:
  void ended(sync_end end, const clock_reading& now);
  void tell_of(const sync_end& end, const clock_reading& now);
  void tell_unheard(const clock_reading& now);
  bool is_still_so(const outcome_news& news) const;
  void tell(outcome_news news);
  void heard(const outcome_news& news);
  void take_on(pipeline_file file, const clock_reading& now);
  void keep();
  void remember();
  std::string mark() const;

  const service_place& in_;
  pipeline_file file_;
  outcome_teller teller_;
  std::optional<pipeline_file> successor_;  ///< what its file says now; it begins when the sync has ended
  bool leaves_ = false;
  pipeline_memory memory_;  ///< as it was written last, but for what keep() lets wait and what is owed
  std::string unsaved_;
  std::chrono::seconds tried_{};  ///< to write what is owed
  sync_planner planner_;
  std::unique_ptr<sync_figures> figures_;
  std::unique_ptr<running_sync> sync_;
  std::optional<sync_end> last_;
  sync_counts counts_;
};

}  // namespace ingest::app

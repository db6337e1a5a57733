#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "serve/service_status.hpp"
#include "serve/sync_planner.hpp"

namespace ingest::app {

/// What may be told of a pipeline to a command or a webhook.
enum class told_event {
  complete,  ///< a sync is complete
  failure,   ///< syncs fail, and time alone does not seem to mend it; and once a day as long as that lasts
  recovery   ///< the first complete sync behind a failure that was told
};
std::string_view name_of(told_event e);

/// Who is told: a command line for /bin/sh, or the URL of a webhook, http or https; empty: nobody.
struct outcome_hooks {
  std::string on_complete;
  std::string on_failure;
  std::string on_recovery;
  std::chrono::seconds timeout{};
  bool may_hold_secrets = false;  ///< of a command, so that what it writes is not told
  std::string ca_file = {};       ///< certificates to trust, of a webhook; empty: the system's

  bool operator==(const outcome_hooks&) const = default;

  const std::string& of(told_event e) const {
    return e == told_event::complete ? on_complete : e == told_event::failure ? on_failure : on_recovery;
  }
};

struct outcome_news {
  told_event event{};
  std::string pipeline;
  sync_end end;
  std::uint64_t failures = 0;  ///< in a row
  std::optional<wall_time> next_begin;
  std::uint64_t streak = 0;  ///< of failures: the number of the one that this is, or that the pipeline is well behind

  bool operator==(const outcome_news&) const = default;
};

/// As a webhook gets it, and a command as INGEST_NEWS.
std::string json_of(const outcome_news& news);

/// What is to be told and was not heard yet, the latest of each kind.
using unheard_news = std::map<told_event, outcome_news>;

/// What a running hook is; ended by its destructor.
class running_hook;

/// Tells of one pipeline, one thing after another, so that a hook that hangs keeps nobody but its own pipeline from
/// being heard. A command runs in `directory`, with the environment of the service, and INGEST_EVENT, INGEST_PIPELINE,
/// INGEST_OUTCOME, INGEST_EXIT_CODE, INGEST_ERROR, INGEST_FAILURES, INGEST_SECONDS and INGEST_NEWS beside it; what it
/// writes is read once a second, and its last line is told where it fails. What it leaves behind is the service's child
/// and nobody's. Not thread-safe; never blocks but for the end of a webhook that is given up, a second at most.
class outcome_teller {
 public:
  outcome_teller();
  ~outcome_teller();

  /// To be told, from go_on() on, when all before it is; of several of one kind that wait, the latest alone. A failure
  /// or a recovery that is not heard is told again after five minutes, and so on: news of the same streak wait for
  /// that, too, and have nothing told that is being told.
  void tell(const outcome_hooks& hooks, outcome_news news, const std::string& directory);
  /// From now on these are told, also what waits or was not heard.
  void change(const outcome_hooks& hooks);
  /// What of these waits, or was not heard, is not told any more; what is being told, not again.
  void withdraw(told_event event);

  /// To be called when a child may have ended, and at least each second while is_busy(): begins what waits, and ends
  /// what takes too long. Returns what was heard since, if anything was.
  std::optional<outcome_news> go_on(const clock_reading& now);

  /// Asks what runs to end, and kills it where it has not `patience` later; what waits stays unheard.
  void stop(std::chrono::seconds patience, const clock_reading& now);
  void kill();

  bool is_busy() const { return running_ != nullptr || (!waiting_.empty() && !is_stopped_); }
  /// For whoever goes on when this one has ended, in whatever way: to be kept before go_on() is called.
  unheard_news unheard() const;
  pid_t pid() const;                                       ///< of a running command; none: 0
  std::uint64_t failures() const { return failures_; }     ///< hooks that were not heard, since the service began
  const std::string& problem() const { return problem_; }  ///< why what was told last was not heard; empty: it was

 private:
  struct order {
    outcome_news news;
    outcome_hooks hooks;
    std::string directory;
  };
  struct later {
    order what;
    std::chrono::seconds at;
  };

  bool has_waiting(told_event event) const;
  bool is_told_now(const outcome_news& news) const;
  void begin(const clock_reading& now);
  void was_not_heard(const std::string& why, const clock_reading& now);

  std::deque<order> waiting_;
  order told_;  ///< the one that runs
  std::unique_ptr<running_hook> running_;
  std::chrono::seconds timeout_{};     ///< of it
  bool is_withdrawn_ = false;          ///< it is told once at most
  std::map<told_event, later> again_;  ///< what was not heard
  std::chrono::seconds began_{};
  std::uint64_t failures_ = 0;
  std::string problem_;
  bool is_stopped_ = false;
};

}  // namespace ingest::app

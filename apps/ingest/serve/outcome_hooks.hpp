#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
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
  failure,   ///< a sync has failed, and is not tried again before its next moment; and once a day as long as that lasts
  recovery   ///< the first complete sync behind a failure that was told
};
std::string_view name_of(told_event e);

/// Who is told: a command line for /bin/sh, or the URL of a webhook, http or https; empty: nobody.
struct outcome_hooks {
  std::string on_complete;
  std::string on_failure;
  std::string on_recovery;
  std::chrono::seconds timeout{};

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
};

/// As a webhook gets it, and a command as INGEST_NEWS.
std::string json_of(const outcome_news& news);

/// What a running hook is; ended by its destructor.
class running_hook;

/// Tells of one pipeline, one thing after another, so that a hook that hangs keeps nobody but its own pipeline from
/// being heard. A command runs in `directory`, with the environment of the service, and INGEST_EVENT, INGEST_PIPELINE,
/// INGEST_OUTCOME, INGEST_EXIT_CODE, INGEST_ERROR, INGEST_FAILURES, INGEST_SECONDS and INGEST_NEWS beside it; what it
/// writes is read, and its last line is told where it fails. Not thread-safe; never blocks but for the end of a webhook
/// that is given up, a second at most.
class outcome_teller {
 public:
  outcome_teller();
  ~outcome_teller();
  outcome_teller(outcome_teller&&) noexcept;
  outcome_teller& operator=(outcome_teller&&) noexcept;

  /// To be told when all before it is; of several completions that wait, the latest alone.
  void tell(const outcome_hooks& hooks, outcome_news news, const std::string& directory);

  /// To be called when a child may have ended, and at least each second while is_busy(): begins what waits, and ends
  /// what takes too long. Returns what was heard since, if anything was.
  std::optional<told_event> go_on(const clock_reading& now);

  /// Asks what runs to end, and kills it where it has not `patience` later; what waits, or comes now, is not told.
  void stop(std::chrono::seconds patience, const clock_reading& now);
  void kill();

  bool is_busy() const { return running_ != nullptr || !waiting_.empty(); }

  /// Of a running command; none: 0. Its pipes, to be watched; -1: none.
  pid_t pid() const;
  std::array<int, 2> descriptors() const;
  void take(int descriptor);

  std::uint64_t failures() const { return failures_; }  ///< hooks that were not heard, since the service began

 private:
  struct order {
    outcome_news news;
    std::string hook;
    std::chrono::seconds timeout;
    std::string directory;
  };

  void begin(const clock_reading& now);

  std::deque<order> waiting_;
  std::unique_ptr<running_hook> running_;
  std::chrono::seconds began_{};
  std::uint64_t failures_ = 0;
  bool is_stopped_ = false;
};

}  // namespace ingest::app

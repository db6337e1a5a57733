#pragma once

#include <memory>
#include <stop_token>

#include "ingest/actors/pipeline.hpp"
#include "ingest/postgres.hpp"
#include "ingest/recovery.hpp"
#include "ingest/settings.hpp"

namespace ingest::app {

/// Finds out where the run in DATA_DIR stands. The caller holds the directory's lock.
class run_recovery {
 public:
  /// `target` may be null: the ledger is not asked then.
  run_recovery(const settings& s, command c, std::shared_ptr<postgres_target> target, std::stop_token stop);

  /// Forgets the run in DATA_DIR, durably: what is there afterwards is a new run that has not begun, and that will
  /// replace the pipeline's ledger. If the process dies in between, the next start completes it.
  void start_over();

  /// Asks state, buffer and ledger, and weighs them. A state that cannot be read and a database that does not answer
  /// are logged and done without; all else is thrown.
  resumption find();

  /// Opens the buffer where find() says.
  actors::recovered_run open_buffer();

  /// The state as it was found last.
  const std::optional<run_state>& state() const { return known_.state; }
  bool buffer_has_pages() const { return !known_.buffer.pages.empty(); }
  bool ledger_answered() const { return ledger_answered_; }

 private:
  void look_at_state();
  void look_at_buffer();
  void look_at_ledger();
  void remove_segments();

  const settings& settings_;
  std::shared_ptr<postgres_target> target_;
  std::stop_token stop_;
  run_request asked_;
  witnesses known_;
  bool ledger_answered_ = false;
  bool outage_logged_ = false;
};

}  // namespace ingest::app

#include "run_recovery.hpp"

#include <algorithm>
#include <utility>

#include "components.hpp"
#include "ingest/event_names.hpp"

namespace ingest::app {

run_recovery::run_recovery(const settings& s, command c, std::shared_ptr<postgres_target> target, std::stop_token stop)
    : settings_(s), target_(std::move(target)), stop_(std::move(stop)) {
  asked_.pipeline = s.pipeline;
  if (c != command::load) {
    asked_.plan = plan_of(s);
    asked_.slices = s.slices;
  }
}

void run_recovery::start_over() {
  run_state fresh;
  fresh.identity = {settings_.pipeline, new_run_id(), asked_.plan.value_or("")};
  fresh.status = run_status::interrupted;
  fresh.replaces_ledger = true;
  fresh.started_at = fresh.updated_at = timestamp_now();
  // The new state first: segments of another run beside it are recognised as left-overs, whereas an old state without
  // its segments would look like a loss.
  state_store(posix_file_system(), settings_.data_dir).save(fresh);
  remove_segments();
}

void run_recovery::remove_segments() {
  file_system& files = posix_file_system();
  for (const std::string& name : files.list(settings_.data_dir)) {
    if (name.starts_with("events_buffer.") || name == "events_rejected.ndjson") {
      files.remove(settings_.data_dir / name);
    }
  }
  files.sync_directory(settings_.data_dir);
}

void run_recovery::look_at_state() {
  known_.state.reset();
  try {
    known_.state = state_store(posix_file_system(), settings_.data_dir).load();
  } catch (const error& e) {
    if (e.code() != errc::bad_data) {
      throw;
    }
    log::warning(events::state_rebuilt, std::string(e.what()) + "; going on from the buffer's index and the ledger");
  }
}

void run_recovery::look_at_buffer() {
  known_.buffer = disk_buffer::inspect(posix_file_system(), settings_.data_dir);
  const auto& state = known_.state;
  if (state && state->replaces_ledger && known_.buffer.identity &&
      known_.buffer.identity->run_id != state->identity.run_id) {
    remove_segments();  // --fresh was interrupted after its first step
    known_.buffer = {};
  }
  if (known_.buffer.torn_bytes > 0) {
    log::info(events::torn_tail_removed,
              "the last process was interrupted while appending; the unfinished pages are fetched again",
              {{"bytes", known_.buffer.torn_bytes}});
  }
}

void run_recovery::look_at_ledger() {
  known_.ledger.reset();
  ledger_answered_ = false;
  if (!target_) {
    return;
  }
  try {
    known_.ledger = target_->peek(stop_);
    ledger_answered_ = true;
  } catch (const error& e) {
    if (e.code() != errc::unavailable) {
      throw;
    }
    if (!std::exchange(outage_logged_, true)) {
      log::warning(events::database_unavailable, std::string(e.what()) + "; going on without it, loading waits");
    }
  }
}

resumption run_recovery::find() {
  look_at_state();
  look_at_buffer();
  look_at_ledger();
  if (!asked_.plan) {
    asked_.slices =
        std::max({asked_.slices, known_.buffer.slices.size(), known_.state ? known_.state->slices.size() : 0});
  }
  return reconcile(asked_, known_);
}

actors::recovered_run run_recovery::open_buffer() {
  const resumption from = find();
  disk_buffer::options o;
  o.directory = settings_.data_dir;
  o.segment_bytes = settings_.segment_bytes;
  o.quota_bytes = settings_.buffer_quota_bytes;
  actors::recovered_run run;
  run.buffer = std::make_unique<disk_buffer>(posix_file_system(), o, from.identity, from.prior);
  run.loaded = from.loaded;
  run.rows_loaded = from.rows_loaded;
  run.duplicates_skipped = from.duplicates_skipped;
  run.rows_rejected = from.rows_rejected;
  return run;
}

}  // namespace ingest::app

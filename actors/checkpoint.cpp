#include "actors/checkpoint.hpp"

#include <algorithm>

#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::actors {

namespace {

/// Slices that were read to their end and loaded, of which the state tells all the same.
constexpr std::size_t slices_to_tell_of = 1'000;

/// A state that tells of so many slices is written half as often, one of twice as many a third as often: what that
/// takes should not grow with them.
constexpr std::size_t few_slices = 250;

/// Calls `save`. Returns false, with a warning, where the disk has no room for the state; what was saved before stays.
template <class Save>
bool finds_room(Save&& save) {
  try {
    save();
  } catch (const error& e) {
    if (e.code() != errc::no_space) {
      throw;
    }
    log::warning(events::state_not_saved, e.what());
    return false;
  }
  return true;
}

}  // namespace

void checkpoint_state::begin(stage_context context) {
  context_ = std::move(context);
  state_ = *context_.spec->buffer->description;
  restarts_before_ = state_.restarts;
}

void checkpoint_state::open(const buffer_opened& m) {
  opened_ = true;
  state_.slices_left_out = m.slices_left_out;
  state_.rows_left_out = rows_at_opening_ = m.rows_left_out;
  for (const slice_progress& s : m.slices) {
    slices_[s.slice] = s;
    rows_at_opening_ += s.rows;
    note_if_finished(s.slice, m.loaded);
  }
  // What this run has fetched before the buffer was opened (again) is either among the slices' rows or lost and
  // fetched once more; count from here.
  rows_at_opening_ -= std::min(rows_at_opening_, context_.spec->metrics->rows_durable.load());
  for (const page& p : m.pages) {
    auto& waiting = waiting_[p.segment];
    if (!m.loaded.contains(p)) {
      waiting.emplace(p.slice, p.id);
    }
    state_.last_segment = std::max(state_.last_segment, p.segment);
  }
  state_.loaded = m.loaded;
  state_.rows_loaded = m.rows_loaded;
  state_.duplicates_skipped = m.duplicates_skipped;
  state_.rows_rejected = m.rows_rejected;
  removed_before_ = context_.spec->metrics->duplicates_removed;
  save_soon();
}

void checkpoint_state::add(const pages_durable& m) {
  for (const page& p : m.pages) {
    waiting_[p.segment].emplace(p.slice, p.id);
    state_.last_segment = std::max(state_.last_segment, p.segment);
  }
  for (const slice_progress& s : m.slices) {
    slices_[s.slice] = s;
  }
  open_segment_ = m.open_segment;
  save_soon();
}

void checkpoint_state::add(const range_loaded& m) {
  for (const page& p : m.pages) {
    waiting_[p.segment].erase({p.slice, p.id});
    state_.loaded.insert(p);
    note_if_finished(p.slice, state_.loaded);
  }
  state_.rows_loaded += m.outcome.rows_loaded;
  state_.duplicates_skipped += m.outcome.duplicates_skipped;
  state_.rows_rejected += m.outcome.rows_rejected;
  save_soon();
}

void checkpoint_state::note_if_finished(const slice_id& slice, const slice_pages& loaded) {
  const auto s = slices_.find(slice);
  if (s != slices_.end() && s->second.done && loaded.of(slice).contiguous_through() >= s->second.pages) {
    finished_.push_back(slice);
  }
}

/// Where the ledger has them, too, the state need not tell of all slices that are over: there may be very many. A
/// durable state says that they are loaded before the next one leaves them out. Returns whether that leaves out more.
bool checkpoint_state::leave_out_finished_slices() {
  const std::uint64_t before = state_.slices_left_out;
  while (context_.spec->buffer->take_slices && finished_.size() > slices_to_tell_of) {
    const auto s = slices_.find(finished_.front());
    if (s != slices_.end()) {
      ++state_.slices_left_out;
      state_.rows_left_out += s->second.rows;
      state_.loaded.forget(s->first);
      slices_.erase(s);
    }
    finished_.pop_front();
  }
  return state_.slices_left_out > before;
}

void checkpoint_state::save_soon() {
  if (!save_scheduled_) {
    save_scheduled_ = true;
    const auto interval = context_.spec->buffer->state_interval * (1 + slices_.size() / few_slices);
    post_after(self_, interval, checkpoint_actor(self_), save_state{});
  }
}

void checkpoint_state::save() {
  save_scheduled_ = false;
  if (!finds_room([this] { write_state(); })) {
    // The state is a hint, and the old one is intact: the run goes on without a new one until there is room.
    save_soon();
    return;
  }
  release_loaded_segments();
  leave_out_finished_slices();
}

void checkpoint_state::write_state() {
  const metrics& counters = *context_.spec->metrics;
  state_.slices.clear();
  state_.rows_durable = state_.rows_left_out;
  for (const auto& [slice, progress] : slices_) {
    state_.slices.push_back(progress);
    state_.rows_durable += progress.rows;
  }
  const std::uint64_t removed = counters.duplicates_removed - removed_before_;
  removed_before_ += removed;
  state_.rows_loaded -= std::min(removed, state_.rows_loaded);
  state_.duplicates_skipped += removed;
  if (const auto& completed = context_.spec->buffer->completed) {
    // Where the run began without the ledger, pages may have been loaded by a process that could not say so any more.
    if (const auto all = completed()) {
      state_.rows_loaded = all->loaded;
      state_.duplicates_skipped = all->duplicates;
      state_.rows_rejected = all->rejected;
    }
  }
  state_.rows_fetched = std::max(state_.rows_durable, rows_at_opening_ + counters.rows_fetched);
  state_.total_expected = std::max<std::uint64_t>(state_.total_expected, counters.total_expected);
  state_.restarts = restarts_before_ + counters.restarts;
  // The last segments of a complete run are deleted after this state is durable, not before.
  const bool will_be_empty =
      state_.status == run_status::complete && context_.spec->make_sink && !context_.spec->buffer->keep_segments;
  state_.bytes_buffered = will_be_empty ? 0 : counters.bytes_buffered.load();
  state_.updated_at = timestamp_now();
  state_store(*context_.spec->buffer->files, context_.spec->buffer->directory).save(state_);
}

void checkpoint_state::release_loaded_segments() {
  if (!context_.spec->make_sink) {
    return;
  }
  // If the process dies between the state and the deletion, the next run finds the segments' pages in the ledger and
  // in the state, offers none of them, and deletes the segments then.
  for (auto entry = waiting_.begin(); entry != waiting_.end();) {
    const bool sealed = open_segment_ == 0 || entry->first < open_segment_;
    if (sealed && entry->second.empty()) {
      post(buffer_, release_segment{entry->first});
      entry = waiting_.erase(entry);
    } else {
      ++entry;
    }
  }
}

void checkpoint_state::close(const close_run& m) {
  const bool saved = finds_room([&] {
    if (opened_) {
      // What a broken-off fetch has left can be loaded, which completes nothing.
      const bool all_read = context_.spec->make_source || context_.spec->buffer->read_before;
      state_.status = m.status == run_status::complete && !all_read ? run_status::interrupted : m.status;
      state_.error = m.reason;
      write_state();
      release_loaded_segments();
      if (leave_out_finished_slices()) {
        write_state();
      }
    } else {
      mark_saved_state(m);
    }
  });
  // A stop does not wait for space: what was saved before is intact, and right as far as it goes.
  if (!saved && m.status == run_status::complete) {
    close_later(m);
    return;
  }
  end_stage(self_, context_);
}

/// The run begins anew from what is durable. Where there is no ledger, the state is all that knows what is loaded.
void checkpoint_state::stop() {
  if (opened_) {
    finds_room([this] { write_state(); });
  }
  end_stage(self_, context_);
}

/// The buffer could not be opened, so nothing is known here; what an earlier run has saved is worth more.
void checkpoint_state::mark_saved_state(const close_run& m) {
  state_store store(*context_.spec->buffer->files, context_.spec->buffer->directory);
  if (std::optional<run_state> saved = store.load()) {
    saved->status = m.status;
    saved->error = m.reason;
    store.save(*saved);
  }
}

void checkpoint_state::close_later(const close_run& m) {
  const auto now = time_of(self_);
  if (!closing_since_) {
    closing_since_ = now;
  }
  if (now - *closing_since_ > context_.spec->buffer->space_deadline) {
    throw error(errc::no_space, "everything is loaded, but the disk of `directory` has no space left to say so", false);
  }
  post_after(self_, space_check_interval, checkpoint_actor(self_), m);
}

checkpoint_actor::behavior_type checkpoint(checkpoint_actor::stateful_pointer<checkpoint_state> self,
                                           stage_context context) {
  state_of(self).begin(std::move(context));
  return {
      [self](const attach_buffer& m) { guarded(self, [&] { state_of(self).attach(m); }); },
      [self](const buffer_opened& m) { guarded(self, [&] { state_of(self).open(m); }); },
      [self](const pages_durable& m) { guarded(self, [&] { state_of(self).add(m); }); },
      [self](const range_loaded& m) { guarded(self, [&] { state_of(self).add(m); }); },
      [self](const save_state&) { guarded(self, [&] { state_of(self).save(); }); },
      [self](const close_run& m) { guarded(self, [&] { state_of(self).close(m); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

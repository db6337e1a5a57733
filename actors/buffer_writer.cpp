#include "actors/buffer_writer.hpp"

#include <algorithm>

#include "buffer/recovered_buffer.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::actors {

// -- Opening ---------------------------------------------------------------------------------------------------------

void buffer_writer_state::begin(stage_context context, progress_log checkpoint) {
  context_ = std::move(context);
  checkpoint_ = std::move(checkpoint);
}

void buffer_writer_state::open() {
  recovered_buffer known = context_.spec->buffer->recover();
  buffer_ = std::move(known.buffer);
  ranges_ = range_queue(context_.spec->buffer->range_bytes);
  loaders_ = range_dealer(context_.spec->buffer->order);
  buffer_opened report;
  report.slices = buffer_->slices();
  for (const page& p : buffer_->recovered()) {
    if (context_.spec->make_sink && !known.loaded.contains(p)) {
      ranges_.push(p);
    }
  }
  report.pages = buffer_->recovered();
  report.loaded = std::move(known.loaded);
  report.slices_left_out = known.slices_left_out;
  report.rows_left_out = known.rows_left_out;
  report.rows_loaded = known.rows_loaded;
  report.duplicates_skipped = known.duplicates_skipped;
  report.rows_rejected = known.rows_rejected;
  context_.spec->metrics->bytes_buffered = buffer_->bytes();
  post(checkpoint_, std::move(report));
  if (input_ended()) {
    ranges_.finish();
  }
  report_if_drained();
}

// -- Readers ---------------------------------------------------------------------------------------------------------

void buffer_writer_state::begin_reading(begin_slice m) {
  over_.erase(m.reader);
  const auto link = readers_.find(m.reader);
  if (link != readers_.end() && link->second.life == m.life) {
    answer(m, 0);
    return;
  }
  std::erase_if(waiting_, [&](const begin_slice& w) { return w.reader == m.reader; });
  std::erase_if(held_, [&](const page_batch& b) { return b.reader == m.reader; });
  readers_.erase(m.reader);
  waiting_.push_back(std::move(m));
  admit_readers();
}

void buffer_writer_state::admit_readers() {
  // A new life brings a new window, so where pages have to wait it waits as well.
  while (!waiting_.empty() && held_.empty() && !over_quota_) {
    const begin_slice m = std::move(waiting_.front());
    waiting_.pop_front();
    // What an earlier life is owed or has in flight is forgotten. Pages it had appended stay: the new one starts
    // behind them.
    readers_[m.reader] = reader_link{m.life, {}, m.answer_to, 0};
    answer(m, window_of_reader(*context_.spec));
  }
}

void buffer_writer_state::answer(const begin_slice& m, std::uint64_t window) {
  const slice_id& slice = m.task.slice;
  readers_[m.reader].slice = slice;
  buffer_->learn(m.known);
  const slice_progress at = buffer_->progress(slice);
  start_reading start;
  start.life = m.life;
  start.slice = slice;
  start.window = window;
  start.position = at.position.empty() ? m.task.position : std::optional(at.position);
  // What has ended here may be forgotten already.
  start.done = at.done || !context_.run->desk.is_at_work(m.reader, slice);
  if (start.done) {
    note_end(m.reader, slice);
  }
  post(m.answer_to, std::move(start));
}

void buffer_writer_state::note_end(std::uint32_t reader, const slice_id& slice) {
  context_.run->desk.finish(reader, slice);
  buffer_->leave(slice);
}

void buffer_writer_state::append(page_batch m) {
  const auto link = readers_.find(m.reader);
  if (link == readers_.end() || link->second.life != m.life || link->second.slice != m.slice) {
    return;  // from an earlier life of the reader; its successor reads this page again
  }
  if (m.records.position.empty() && !m.records.last) {
    throw error(errc::config, to_string(m.slice) +
                                  ": a batch without a position has come from the source or its transforms; a durable "
                                  "buffer could not be resumed behind it");
  }
  if (!held_.empty() || !try_append(m)) {
    held_.push_back(std::move(m));
  }
}

bool buffer_writer_state::try_append(const page_batch& m) {
  try {
    unsynced_.push_back({buffer_->append(m.slice, m.records), m.reader, m.life, m.cost});
    unsynced_bytes_ += m.cost;
    context_.spec->metrics->bytes_appended += m.records.bytes().size();
  } catch (const error& e) {
    if (e.code() != errc::no_space) {
      throw;
    }
    wait_for_space();
    return false;
  }
  if (m.records.last) {
    note_end(m.reader, m.slice);
  }
  if (unsynced_bytes_ >= context_.spec->buffer->group_bytes) {
    sync();
  } else {
    sync_soon();
  }
  return true;
}

void buffer_writer_state::end_input(const input_over& m) {
  over_.insert(m.reader);
  if (input_ended() && buffer_) {
    make_durable();
    grant_credit();
    offer_ranges();
    report_if_drained();
  }
}

void buffer_writer_state::sync_soon() {
  // The message queues behind the pages that have arrived meanwhile, so they share one sync.
  if (!sync_scheduled_) {
    sync_scheduled_ = true;
    post(buffer_writer_actor(self_), sync_now{});
  }
}

void buffer_writer_state::sync() {
  sync_scheduled_ = false;
  if (unsynced_.empty()) {
    return;
  }
  make_durable();
  grant_credit();
  offer_ranges();
  report_if_drained();
}

void buffer_writer_state::make_durable() {
  metrics& counters = *context_.spec->metrics;
  const auto before = std::chrono::steady_clock::now();
  buffer_->sync();
  counters.sync_us += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - before).count());
  counters.syncs += 1;

  pages_durable report;
  std::map<slice_id, slice_progress> moved;
  for (unsynced_page& u : unsynced_) {
    counters.rows_durable += u.appended.rows;
    moved[u.appended.slice] = buffer_->progress(u.appended.slice);
    const auto link = readers_.find(u.reader);
    if (link != readers_.end() && link->second.life == u.life) {
      link->second.owed += u.cost;
    }
    if (context_.spec->make_sink) {
      ranges_.push(u.appended);
    }
    report.pages.push_back(std::move(u.appended));
  }
  unsynced_.clear();
  unsynced_bytes_ = 0;
  if (input_ended() && held_.empty()) {
    buffer_->seal();
    ranges_.finish();
  }
  for (auto& [slice, progress] : moved) {
    report.slices.push_back(std::move(progress));
  }
  report.open_segment = buffer_->open_segment();
  counters.bytes_buffered = buffer_->bytes();
  post(checkpoint_, std::move(report));
}

void buffer_writer_state::grant_credit() {
  const bool full = buffer_->over_quota();
  if (full != over_quota_) {
    over_quota_ = full;
    log::info(
        full ? events::buffer_full : events::buffer_has_room,
        full ? "the buffer is over its quota; fetching waits until segments are loaded" : "the buffer has room again",
        {{"bytes_buffered", buffer_->bytes()}});
  }
  if (full && !context_.spec->make_sink) {
    throw error(errc::no_space,
                "the buffer is over `quota_bytes` and nothing is loading it: load it with `make_sink`, or raise that",
                false);
  }
  if (full) {
    seal_segment();
    return;
  }
  for (auto& [reader, link] : readers_) {
    if (link.owed > 0) {
      post(link.reader, page_credit{link.life, std::exchange(link.owed, 0)});
    }
  }
  admit_readers();
}

void buffer_writer_state::seal_segment() {
  // Room comes from loading whole segments, so the open one has to be closed and short ranges must not wait. The
  // checkpoint hears of a segment's last pages before it hears that they are the last: else it would take the segment
  // for one that is loaded.
  if (!unsynced_.empty()) {
    make_durable();
  }
  buffer_->seal();
  post(checkpoint_, pages_durable{});
  ranges_.flush();
  offer_ranges();
}

// -- A full disk -----------------------------------------------------------------------------------------------------

void buffer_writer_state::wait_for_space() {
  const auto now = time_of(self_);
  if (!full_since_) {
    full_since_ = now;
    log::warning(events::buffer_full, "no space left on the disk; fetching waits, loading goes on",
                 {{"bytes_buffered", buffer_->bytes()}});
    seal_segment();
  }
  if (now - *full_since_ > context_.spec->buffer->space_deadline) {
    throw error(errc::no_space, "no space left on the disk of `directory`, and none came free within the time allowed",
                false);
  }
  if (!std::exchange(retry_scheduled_, true)) {
    post_after(self_, space_check_interval, buffer_writer_actor(self_), ingest::actors::retry_append{});
  }
}

void buffer_writer_state::look_for_space() {
  retry_scheduled_ = false;
  retry_append();
}

void buffer_writer_state::retry_append() {
  while (!held_.empty()) {
    page_batch next = std::move(held_.front());
    held_.pop_front();
    if (!try_append(next)) {
      held_.push_front(std::move(next));
      return;
    }
    if (full_since_) {
      full_since_ = time_of(self_);  // a page has found room: the disk is slow to be emptied, and does not stay full
    }
  }
  if (full_since_) {
    full_since_.reset();
    log::info(events::buffer_has_room, "the disk has room again");
  }
  admit_readers();
}

// -- Loaders ---------------------------------------------------------------------------------------------------------

void buffer_writer_state::attach(const loader_ready& m) {
  loaders_.attach(m, m.window);
  offer_ranges();
}

std::optional<load_task> buffer_writer_state::next_range() {
  std::optional<range> next = ranges_.take();
  if (!next) {
    return std::nullopt;
  }
  load_task task;
  // Only descriptors travel, and a loader reads one range at a time: its bytes are all that it costs.
  task.cost = std::max<std::uint64_t>(1, next->bytes());
  task.pages = std::move(*next);
  return task;
}

void buffer_writer_state::offer_ranges() {
  loaders_.deal([this] { return next_range(); });
  if (!ranges_.empty() && !flush_scheduled_) {
    flush_scheduled_ = true;
    post_after(self_, context_.spec->buffer->range_delay, buffer_writer_actor(self_), ingest::actors::flush_ranges{});
  }
}

void buffer_writer_state::flush_ranges() {
  flush_scheduled_ = false;
  ranges_.flush();
  offer_ranges();
}

void buffer_writer_state::note_keys(const range_keys& m) {
  loaders_.note_keys(m);
}

void buffer_writer_state::complete(const range_done& m) {
  loaders_.complete(m);
  offer_ranges();
  report_if_drained();
}

void buffer_writer_state::detach(const detach_loader& m) {
  loaders_.detach(m);
  offer_ranges();
}

// -- The end ---------------------------------------------------------------------------------------------------------

bool buffer_writer_state::input_ended() const {
  return !context_.spec->make_source || over_.size() == readers_at_a_time(*context_.spec);
}

void buffer_writer_state::report_if_drained() {
  if (drained_ || !ranges_.empty() || !loaders_.idle() || !unsynced_.empty() || !held_.empty() || !input_ended()) {
    return;
  }
  drained_ = true;
  post(context_.supervisor, buffer_drained{context_.life});
}

void buffer_writer_state::release(const release_segment& m) {
  if (context_.spec->buffer->keep_segments) {
    buffer_->keep(m.segment);
  } else {
    buffer_->release(m.segment);
    context_.spec->metrics->bytes_buffered = buffer_->bytes();
    log::debug(events::segment_deleted, "a loaded segment was deleted", {{"segment", m.segment}});
  }
  grant_credit();
  if (!held_.empty()) {
    retry_append();
  }
}

void buffer_writer_state::stop() {
  if (buffer_) {
    sync();
  }
  end_stage(self_, context_);
}

void buffer_writer_state::fail(const error& why) {
  fail_stage(self_, context_, why);
}

buffer_writer_actor::behavior_type buffer_writer(buffer_writer_actor::stateful_pointer<buffer_writer_state> self,
                                                 stage_context context, progress_log checkpoint) {
  state_of(self).begin(std::move(context), std::move(checkpoint));
  return {
      [self](const begin_work&) { guarded(self, [&] { state_of(self).open(); }); },
      [self](begin_slice& m) { guarded(self, [&] { state_of(self).begin_reading(std::move(m)); }); },
      [self](page_batch& m) { guarded(self, [&] { state_of(self).append(std::move(m)); }); },
      [self](const input_over& m) { guarded(self, [&] { state_of(self).end_input(m); }); },
      [self](const sync_now&) { guarded(self, [&] { state_of(self).sync(); }); },
      [self](const retry_append&) { guarded(self, [&] { state_of(self).look_for_space(); }); },
      [self](const loader_ready& m) { guarded(self, [&] { state_of(self).attach(m); }); },
      [self](const range_keys& m) { guarded(self, [&] { state_of(self).note_keys(m); }); },
      [self](const range_done& m) { guarded(self, [&] { state_of(self).complete(m); }); },
      [self](const detach_loader& m) { guarded(self, [&] { state_of(self).detach(m); }); },
      [self](const flush_ranges&) { guarded(self, [&] { state_of(self).flush_ranges(); }); },
      [self](const release_segment& m) { guarded(self, [&] { state_of(self).release(m); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

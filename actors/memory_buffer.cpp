#include "actors/memory_buffer.hpp"

#include <algorithm>

namespace ingest::actors {

namespace {

/// A second group waits at the loader while it writes the first, so that it need not wait for us.
constexpr std::uint64_t groups_per_loader = 2;
constexpr std::size_t batches_per_group = 256;

}  // namespace

void memory_buffer_state::begin(stage_context context) {
  context_ = std::move(context);
  group_bytes_ = std::max<std::uint64_t>(1, context_.spec->credit_bytes / 8);
  context_.spec->metrics->bytes_in_flight = 0;
}

// -- Readers ---------------------------------------------------------------------------------------------------------

void memory_buffer_state::begin_reading(begin_slice m) {
  over_.erase(m.reader);
  reader_link& link = readers_[m.reader];
  const bool goes_on = link.life == m.life;
  if (!goes_on) {
    let_go(link);
    link.life = m.life;
    link.reader = m.answer_to;
  }
  const bool at_work = context_.run->desk.is_at_work(m.reader, m.task.slice);
  if (at_work && (!link.begun || link.slice != m.task.slice)) {
    link.begun = true;
    link.slice = m.task.slice;
    link.position = m.task.position;
    link.resumable = true;
  }
  if (at_work && !link.resumable) {
    post(context_.supervisor, cannot_resume{m.reader, m.life, m.task.slice});
  } else if (goes_on) {
    answer(m, 0);
  } else {
    waiting_readers_.push_back(std::move(m));
    admit_readers();
  }
}

/// The link's reader is gone. What it had in flight is still held.
void memory_buffer_state::let_go(reader_link& link) {
  windows_ -= std::exchange(link.window, 0);
  orphaned_ += std::exchange(link.in_flight, 0);
}

void memory_buffer_state::admit_readers() {
  const std::uint64_t whole = window_of_reader(*context_.spec);
  while (!waiting_readers_.empty()) {
    // Memory is bounded by the credit of all, so a reader begins when its predecessors have left it room.
    const std::uint64_t taken = windows_ + orphaned_;
    const std::uint64_t room = taken < context_.spec->credit_bytes ? context_.spec->credit_bytes - taken : 0;
    if (taken > 0 && room < std::max<std::uint64_t>(1, whole / 2)) {
      return;
    }
    const begin_slice m = std::move(waiting_readers_.front());
    waiting_readers_.pop_front();
    reader_link& link = readers_[m.reader];
    if (link.life != m.life) {
      continue;  // it died while it waited
    }
    link.window = taken == 0 ? whole : std::min(whole, room);
    windows_ += link.window;
    answer(m, link.window);
  }
}

void memory_buffer_state::answer(const begin_slice& m, std::uint64_t window) {
  start_reading start;
  start.life = m.life;
  start.slice = m.task.slice;
  start.window = window;
  start.done = !context_.run->desk.is_at_work(m.reader, m.task.slice);
  if (!start.done) {
    start.position = readers_[m.reader].position;
  }
  post(m.answer_to, std::move(start));
}

void memory_buffer_state::accept(page_batch m) {
  reader_link& link = readers_[m.reader];
  if (link.life != m.life || link.slice != m.slice) {
    return;  // from an earlier life of the reader; its successor reads this page again
  }
  const bool last = m.end || m.records.last;
  if (!m.end) {
    link.in_flight += m.cost;
    context_.spec->metrics->bytes_in_flight += m.cost;
    link.resumable = !m.records.position.empty();
    link.position = m.records.position;
    queue_.push_back({std::move(m.records), {m.reader, m.life, m.cost}});
  }
  if (last) {
    context_.run->desk.finish(m.reader, m.slice);
  }
  if (m.end) {
    post(link.reader, page_credit{m.life, m.cost});  // there is nothing to be written
  }
  offer();
  report_if_drained();
}

void memory_buffer_state::end_input(const input_over& m) {
  over_.insert(m.reader);
  if (readers_[m.reader].life == m.life) {
    let_go(readers_[m.reader]);
  }
  admit_readers();
  report_if_drained();
}

// -- Loaders ---------------------------------------------------------------------------------------------------------

void memory_buffer_state::attach(const loader_ready& m) {
  loaders_.attach(m, groups_per_loader);
  offer();
}

std::optional<load_task> memory_buffer_state::next_group() {
  if (queue_.empty()) {
    return std::nullopt;
  }
  load_task group;
  group.batches = std::make_shared<batch_group>();
  std::uint64_t bytes = 0;
  do {
    waiting_batch& next = queue_.front();
    bytes += next.spent.cost;
    group.batches->batches.push_back(std::move(next.records));
    if (!group.spent.empty() && group.spent.back().reader == next.spent.reader &&
        group.spent.back().life == next.spent.life) {
      group.spent.back().cost += next.spent.cost;
    } else {
      group.spent.push_back(next.spent);
    }
    queue_.pop_front();
  } while (!queue_.empty() && group.batches->batches.size() < batches_per_group &&
           bytes + queue_.front().spent.cost <= group_bytes_);
  return group;
}

void memory_buffer_state::offer() {
  loaders_.deal([this] { return next_group(); });
}

void memory_buffer_state::complete(const range_done& m) {
  std::optional<load_task> written = loaders_.complete(m);
  if (!written) {
    return;
  }
  written->batches.reset();  // the batches end here, before somebody is told that there is room
  settle(written->spent);
  offer();
  report_if_drained();
}

void memory_buffer_state::settle(const std::vector<reader_debt>& spent) {
  for (const reader_debt& d : spent) {
    context_.spec->metrics->bytes_in_flight -= d.cost;
    reader_link& link = readers_[d.reader];
    if (link.life == d.life && link.window > 0) {
      link.in_flight -= d.cost;
      post(link.reader, page_credit{d.life, d.cost});
    } else {
      orphaned_ -= d.cost;
    }
  }
  admit_readers();
}

void memory_buffer_state::detach(const detach_loader& m) {
  loaders_.detach(m);
  offer();
}

void memory_buffer_state::report_if_drained() {
  const bool reading = over_.size() < readers_at_a_time(*context_.spec);
  if (drained_ || reading || !queue_.empty() || !loaders_.idle()) {
    return;
  }
  drained_ = true;
  post(context_.supervisor, buffer_drained{context_.life});
}

buffer_actor::behavior_type memory_buffer(buffer_actor::stateful_pointer<memory_buffer_state> self,
                                          stage_context context) {
  state_of(self).begin(std::move(context));
  return {
      [self](begin_slice& m) { guarded(self, [&] { state_of(self).begin_reading(std::move(m)); }); },
      [self](page_batch& m) { guarded(self, [&] { state_of(self).accept(std::move(m)); }); },
      [self](const input_over& m) { guarded(self, [&] { state_of(self).end_input(m); }); },
      [self](const loader_ready& m) { guarded(self, [&] { state_of(self).attach(m); }); },
      [](const range_keys&) {},  // batches have no turn
      [self](const range_done& m) { guarded(self, [&] { state_of(self).complete(m); }); },
      [self](const detach_loader& m) { guarded(self, [&] { state_of(self).detach(m); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

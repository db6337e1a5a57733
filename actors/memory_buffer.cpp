#include "actors/memory_buffer.hpp"

#include <algorithm>

namespace ingest::actors {

namespace {

/// A second group waits at the loader while it writes the first, so that it need not wait for us.
constexpr std::size_t groups_per_loader = 2;
constexpr std::size_t batches_per_group = 256;

}  // namespace

void memory_buffer_state::begin(stage_context context) {
  context_ = std::move(context);
  group_bytes_ = std::max<std::uint64_t>(1, context_.spec->credit_bytes / 8);
  context_.spec->metrics->bytes_in_flight = 0;
  for (slice_id s = 0; s < context_.spec->slices; ++s) {
    slice_link& link = slices_[s];
    const auto position = context_.spec->positions.find(s);
    if (position != context_.spec->positions.end()) {
      link.position = position->second;
    }
  }
}

// -- Readers ---------------------------------------------------------------------------------------------------------

void memory_buffer_state::attach(attach_reader m) {
  slice_link& link = slices_[m.slice];
  let_go(link);
  link.life = m.life;
  link.reader = m.reader;
  if (!link.resumable && !link.done) {
    post(context_.supervisor, cannot_resume{m.slice, m.life});
    return;
  }
  waiting_readers_.push_back(std::move(m));
  admit_readers();
}

/// The link's reader is gone. What it had in flight is still held.
void memory_buffer_state::let_go(slice_link& link) {
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
    const attach_reader m = std::move(waiting_readers_.front());
    waiting_readers_.pop_front();
    slice_link& link = slices_[m.slice];
    if (link.life != m.life) {
      continue;  // it died while it waited
    }
    link.window = taken == 0 ? whole : std::min(whole, room);
    windows_ += link.window;
    start_reading start;
    start.life = m.life;
    start.window = link.window;
    start.position = link.position;
    start.done = link.done;
    start.writer = buffer_actor(self_);
    if (link.done) {
      let_go(link);
    }
    post(m.reader, std::move(start));
  }
}

void memory_buffer_state::accept(page_batch m) {
  slice_link& link = slices_[m.slice];
  if (link.life != m.life || link.done) {
    return;  // from an earlier life of the reader; its successor reads this page again
  }
  if (!m.end) {
    link.in_flight += m.cost;
    context_.spec->metrics->bytes_in_flight += m.cost;
    link.resumable = !m.records.position.empty();
    link.position = m.records.position;
    queue_.push_back({std::move(m.records), {m.slice, m.life, m.cost}});
  }
  if (m.end || queue_.back().records.last) {
    link.done = true;
    let_go(link);
    admit_readers();
  }
  offer();
  report_if_drained();
}

// -- Loaders ---------------------------------------------------------------------------------------------------------

void memory_buffer_state::attach(const loader_ready& m) {
  loader_link& link = loaders_[m.loader];
  link.life = m.life;
  link.ranges = m.ranges;
  offer();
}

std::optional<memory_buffer_state::group> memory_buffer_state::next_group() {
  if (!returned_.empty()) {
    group g = std::move(returned_.front());
    returned_.pop_front();
    return g;
  }
  if (queue_.empty()) {
    return std::nullopt;
  }
  group g;
  g.number = ++last_group_;
  g.batches = std::make_shared<batch_group>();
  std::uint64_t bytes = 0;
  do {
    waiting_batch& next = queue_.front();
    bytes += next.spent.cost;
    g.batches->batches.push_back(std::move(next.records));
    if (!g.spent.empty() && g.spent.back().slice == next.spent.slice && g.spent.back().life == next.spent.life) {
      g.spent.back().cost += next.spent.cost;
    } else {
      g.spent.push_back(next.spent);
    }
    queue_.pop_front();
  } while (!queue_.empty() && g.batches->batches.size() < batches_per_group &&
           bytes + queue_.front().spent.cost <= group_bytes_);
  return g;
}

memory_buffer_state::loader_link* memory_buffer_state::freest_loader() {
  const auto freest = std::min_element(loaders_.begin(), loaders_.end(), [](const auto& a, const auto& b) {
    return a.second.outstanding.size() < b.second.outstanding.size();
  });
  return freest == loaders_.end() || freest->second.outstanding.size() >= groups_per_loader ? nullptr : &freest->second;
}

void memory_buffer_state::offer() {
  while (loader_link* loader = freest_loader()) {
    std::optional<group> next = next_group();
    if (!next) {
      return;
    }
    post(loader->ranges, range_offer{loader->life, next->number, {}, next->batches});
    loader->outstanding.push_back(std::move(*next));
  }
}

void memory_buffer_state::complete(const range_done& m) {
  const auto link = loaders_.find(m.loader);
  if (link == loaders_.end() || link->second.life != m.life) {
    return;
  }
  auto& outstanding = link->second.outstanding;
  const auto done =
      std::find_if(outstanding.begin(), outstanding.end(), [&](const group& g) { return g.number == m.number; });
  if (done == outstanding.end()) {
    return;
  }
  const std::vector<debt> spent = std::move(done->spent);
  outstanding.erase(done);  // the batches end here, before somebody is told that there is room
  settle(spent);
  offer();
  report_if_drained();
}

void memory_buffer_state::settle(const std::vector<debt>& spent) {
  for (const debt& d : spent) {
    context_.spec->metrics->bytes_in_flight -= d.cost;
    slice_link& link = slices_[d.slice];
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
  const auto link = loaders_.find(m.loader);
  if (link == loaders_.end() || link->second.life != m.life) {
    return;
  }
  auto& outstanding = link->second.outstanding;
  for (auto g = outstanding.rbegin(); g != outstanding.rend(); ++g) {
    returned_.push_front(std::move(*g));
  }
  loaders_.erase(link);
  offer();
}

void memory_buffer_state::report_if_drained() {
  const bool writing = std::any_of(loaders_.begin(), loaders_.end(),
                                   [](const auto& entry) { return !entry.second.outstanding.empty(); });
  const bool reading =
      std::any_of(slices_.begin(), slices_.end(), [](const auto& entry) { return !entry.second.done; });
  if (drained_ || writing || reading || !queue_.empty() || !returned_.empty()) {
    return;
  }
  drained_ = true;
  post(context_.supervisor, buffer_drained{context_.life});
}

buffer_actor::behavior_type memory_buffer(buffer_actor::stateful_pointer<memory_buffer_state> self,
                                          stage_context context) {
  state_of(self).begin(std::move(context));
  return {
      [self](const attach_reader& m) { guarded(self, [&] { state_of(self).attach(m); }); },
      [self](page_batch& m) { guarded(self, [&] { state_of(self).accept(std::move(m)); }); },
      [self](const loader_ready& m) { guarded(self, [&] { state_of(self).attach(m); }); },
      [self](const range_done& m) { guarded(self, [&] { state_of(self).complete(m); }); },
      [self](const detach_loader& m) { guarded(self, [&] { state_of(self).detach(m); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

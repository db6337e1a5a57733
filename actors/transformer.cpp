#include "actors/transformer.hpp"

#include <algorithm>

#include "ingest/stop.hpp"

namespace ingest::actors {

namespace {

/// Two pages as one.
void append(page_batch& page, const page_batch& next) {
  auto bytes = std::make_shared<std::string>(page.records.bytes());
  bytes->append(next.records.bytes());
  page.records.data = std::move(bytes);
  page.records.records += next.records.records;
  page.records.position = next.records.position;
  page.cost += next.cost;
}

}  // namespace

void transformer_state::begin(stage_context context, buffer_actor buffer,
                              const std::vector<transform_worker_actor>& workers) {
  context_ = std::move(context);
  buffer_ = std::move(buffer);
  for (const auto& w : workers) {
    workers_.push_back({w, 0});
  }
}

void transformer_state::pass_on(begin_slice m) {
  if (m.life != life_) {
    // What an earlier life of the reader has in flight here is read again.
    forget_slice();
    life_ = m.life;
  }
  next_ = std::move(m);
  go_on();
}

void transformer_state::end(const input_over& m) {
  if (m.life != life_) {
    forget_slice();
    life_ = m.life;
  }
  over_ = m;
  go_on();
}

void transformer_state::forget_slice() {
  sequence_.reset();
  held_.reset();
  next_.reset();
  over_.reset();
  given_out_ = true;
}

/// A slice has its place behind all pages of the one before.
void transformer_state::go_on() {
  if (!given_out_) {
    return;
  }
  if (over_) {
    post(buffer_, *over_);
    end_stage(self_, context_);
  } else if (next_) {
    slice_ = next_->task.slice;
    reader_ = std::exchange(next_->answer_to, transformer_actor(self_));
    post(buffer_, std::move(*next_));
    next_.reset();
  }
}

void transformer_state::begin_reading(start_reading m) {
  if (m.life != life_ || m.slice != slice_) {
    return;
  }
  if (!m.done) {
    const transform_list transforms = context_.spec->make_transforms(slice_);
    stream_options given;
    given.transforms = transforms;
    if (const auto complaint = complaint_about(given)) {
      throw error(errc::config, *complaint);
    }
    for (const auto& t : transforms) {
      t->open(context_.stop);
    }
    sequence_ = std::make_unique<transform_sequence>(
        transforms, [this](transform_task task) { hand_out(std::move(task)); },
        [this](transform_item item) { give_out(std::move(item)); });
    input_ended_ = false;
    given_out_ = false;
  }
  post(reader_, std::move(m));
}

void transformer_state::transform(page_batch m) {
  if (m.life != life_ || !sequence_ || is_stopping()) {
    return;
  }
  const bool last = m.records.last;
  input_ended_ = last;
  m.records.last = false;
  transform_item item;
  item.cost = m.cost;
  if (!m.end) {
    item.content = std::move(m.records);
    sequence_->push(std::exchange(item, {}));
  }
  if (last) {
    item.end = true;
    sequence_->push(std::move(item));
  }
}

void transformer_state::hand_out(transform_task task) {
  const auto freest = std::min_element(workers_.begin(), workers_.end(),
                                       [](const worker& a, const worker& b) { return a.jobs < b.jobs; });
  ++freest->jobs;
  post(freest->handle, transform_job{life_, static_cast<std::size_t>(freest - workers_.begin()), std::move(task),
                                     context_.stop, transformer_actor(self_)});
}

void transformer_state::collect(transform_done m) {
  --workers_[m.worker].jobs;
  if (m.life != life_ || !sequence_ || is_stopping()) {
    return;
  }
  if (m.failure) {
    throw *m.failure;
  }
  sequence_->complete(m.section, m.ticket, std::move(m.output));
}

void transformer_state::pass_on(const page_credit& m) {
  if (m.life == life_) {
    post(reader_, m);
  }
}

// -- What comes out --------------------------------------------------------------------------------------------------

void transformer_state::give_out(transform_item item) {
  if (is_stopping()) {
    return;  // a batch that was being transformed when the stop came is not written
  }
  if (item.end) {
    end_slice(item.cost);
  } else if (item.content || (context_.spec->buffer && !item.position.empty())) {
    send(page_of(std::move(item)));
  } else if (item.cost > 0) {
    post(reader_, page_credit{life_, item.cost});
  }
}

/// A batch that was dropped for good leaves an empty page in a durable buffer, so that its position becomes durable.
page_batch transformer_state::page_of(transform_item item) const {
  page_batch page;
  page.reader = context_.id.index;
  page.slice = slice_;
  page.life = life_;
  page.cost = item.cost;
  if (item.content) {
    page.records = std::move(*item.content);
    page.records.last = false;
  } else {
    page.records.position = std::move(item.position);
  }
  return page;
}

void transformer_state::send(page_batch page) {
  if (!input_ended_) {
    post(buffer_, std::move(page));
    return;
  }
  if (held_ && context_.spec->buffer && held_->records.position.empty()) {
    // What transforms held back to the end has no position: it becomes durable together with the end, or not at all.
    append(*held_, page);
    return;
  }
  if (held_) {
    post(buffer_, std::move(*held_));
  }
  held_ = std::move(page);
}

void transformer_state::end_slice(std::uint64_t cost) {
  if (!held_) {
    held_.emplace();
    held_->reader = context_.id.index;
    held_->slice = slice_;
    held_->life = life_;
    held_->end = true;
  }
  held_->records.last = true;
  held_->cost += cost;
  post(buffer_, std::move(*held_));
  held_.reset();
  given_out_ = true;
  go_on();
}

bool transformer_state::is_stopping() const {
  return context_.stop.stop_requested() || context_.run->stop_requested();
}

transformer_actor::behavior_type transformer(transformer_actor::stateful_pointer<transformer_state> self,
                                             stage_context context, buffer_actor buffer,
                                             const std::vector<transform_worker_actor>& workers) {
  state_of(self).begin(std::move(context), std::move(buffer), workers);
  return {
      [self](begin_slice& m) { guarded(self, [&] { state_of(self).pass_on(std::move(m)); }); },
      [self](const start_reading& m) { guarded(self, [&] { state_of(self).begin_reading(m); }); },
      [self](page_batch& m) { guarded(self, [&] { state_of(self).transform(std::move(m)); }); },
      [self](const input_over& m) { guarded(self, [&] { state_of(self).end(m); }); },
      [self](transform_done& m) { guarded(self, [&] { state_of(self).collect(std::move(m)); }); },
      [self](const page_credit& m) { guarded(self, [&] { state_of(self).pass_on(m); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

#include "actors/reader.hpp"

#include "ingest/stop.hpp"

namespace ingest::actors {

namespace {

constexpr int reads_per_turn = 8;

}  // namespace

reader_state::~reader_state() {
  close_source();
}

void reader_state::begin(stage_context context, page_target target) {
  context_ = std::move(context);
  target_ = std::move(target);
}

void reader_state::take() {
  auto next = context_.run->desk.take(context_.id.index, context_.life, context_.stop);
  if (!next) {
    post(target_, input_over{context_.id.index, context_.life});
    end_stage(self_, context_);
    return;
  }
  slice_ = next->task.slice;
  post(target_, begin_slice{context_.id.index, context_.life, std::move(next->task), std::move(next->known),
                            reader_actor(self_)});
}

void reader_state::start(const start_reading& m) {
  if (m.window > 0) {
    credit_.open(m.life, m.window);
  }
  if (m.done) {
    take();
    return;
  }
  auto made = context_.spec->make_source(slice_);
  if (!made) {
    throw error(errc::config, "the source factory of the pipeline has made no source");
  }
  source_ = std::move(made);
  source_->open(m.position, context_.stop);
  post(reader_actor(self_), read_next{});
}

void reader_state::add_credit(const page_credit& m) {
  credit_.grant(m.life, m.bytes);
  if (in_hand_ && send_what_is_in_hand()) {
    post(reader_actor(self_), read_next{});
  }
}

void reader_state::read() {
  // Some at a time: a message to oneself costs as much as reading a small batch.
  for (int i = 0; i < reads_per_turn && source_ && !in_hand_; ++i) {
    throw_if_stopped(context_.stop);
    read_one();
    if (!send_what_is_in_hand()) {
      return;
    }
  }
  post(reader_actor(self_), read_next{});
}

void reader_state::read_one() {
  std::optional<batch> next = source_->read();
  in_hand_.emplace();
  in_hand_->end = !next;
  if (next) {
    require_within(context_.spec->limits.batch_bytes, next->bytes().size(), "a batch of too many bytes");
    context_.spec->metrics->rows_fetched += next->records;
    context_.spec->metrics->pages_fetched += 1;
    in_hand_->records = std::move(*next);
  } else {
    // The end came without a page. An empty last page says so in the index, so that a resumed run knows.
    in_hand_->records.last = true;
  }
  in_hand_->reader = context_.id.index;
  in_hand_->slice = slice_;
  in_hand_->life = credit_.life();
  in_hand_->cost = credit_cost(in_hand_->records);
}

/// Returns true if another page of the slice is to be read.
bool reader_state::send_what_is_in_hand() {
  if (!credit_.spend(in_hand_->cost)) {
    return false;
  }
  const bool last = in_hand_->records.last;
  post(target_, std::move(*in_hand_));
  in_hand_.reset();
  if (last) {
    close_source();
    take();
  }
  return !last;
}

void reader_state::stop() {
  close_source();
  end_stage(self_, context_);
}

void reader_state::fail(const error& why) {
  close_source();
  fail_stage(self_, context_, why);
}

void reader_state::close_source() {
  if (source_) {
    source_->close();
    source_.reset();
  }
}

reader_actor::behavior_type reader(reader_actor::stateful_pointer<reader_state> self, stage_context context,
                                   page_target target) {
  state_of(self).begin(std::move(context), std::move(target));
  return {
      [self](const take_slice&) { guarded(self, [&] { state_of(self).take(); }); },
      [self](const start_reading& m) { guarded(self, [&] { state_of(self).start(m); }); },
      [self](const page_credit& m) { guarded(self, [&] { state_of(self).add_credit(m); }); },
      [self](const read_next&) { guarded(self, [&] { state_of(self).read(); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

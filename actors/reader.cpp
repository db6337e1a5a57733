#include "actors/reader.hpp"

namespace ingest::actors {

reader_state::~reader_state() {
  close_source();
}

void reader_state::start(const start_reading& m) {
  if (m.done) {
    end_stage(self_, context_);
    return;
  }
  writer_ = m.writer;
  credit_.open(m.epoch, m.window);
  source_ = context_.spec->make_source(context_.id.index);
  source_->open(m.position, context_.stop);
  post(reader_actor(self_), read_next{});
}

void reader_state::add_credit(const page_credit& m) {
  credit_.grant(m.epoch, m.bytes);
  send_what_is_in_hand();
}

void reader_state::read() {
  std::optional<batch> next = source_->read();
  if (!next) {
    // The end came without a page. An empty last page says so in the index, so that a resumed run knows.
    next.emplace();
    next->last = true;
  }
  context_.spec->metrics->rows_fetched += next->records;
  context_.spec->metrics->pages_fetched += 1;
  in_hand_ = std::move(next);
  send_what_is_in_hand();
}

void reader_state::send_what_is_in_hand() {
  if (!in_hand_ || !credit_.spend(credit_cost(in_hand_->bytes().size()))) {
    return;
  }
  const bool last = in_hand_->last;
  post(writer_, page_batch{context_.id.index, credit_.epoch(), std::move(*in_hand_)});
  in_hand_.reset();
  if (last) {
    close_source();
    end_stage(self_, context_);
  } else {
    post(reader_actor(self_), read_next{});
  }
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

reader_actor::behavior_type reader(reader_actor::stateful_pointer<reader_state> self, stage_context context) {
  state_of(self).begin(std::move(context));
  return {
      [self](const start_reading& m) { guarded(self, [&] { state_of(self).start(m); }); },
      [self](const page_credit& m) { guarded(self, [&] { state_of(self).add_credit(m); }); },
      [self](const read_next&) { guarded(self, [&] { state_of(self).read(); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

#include "actors/loader.hpp"

#include "buffer/range_reader.hpp"

namespace ingest::actors {

void loader_state::begin(stage_context context, range_source buffer, progress_log checkpoint) {
  context_ = std::move(context);
  buffer_ = std::move(buffer);
  checkpoint_ = std::move(checkpoint);
}

void loader_state::start() {
  std::uint64_t window = 0;
  if (const auto& buffer = context_.spec->buffer) {
    reader_ = std::make_unique<range_reader>(*buffer->files, buffer->directory);
    window = buffer->range_bytes;
  }
  open_sink();
  post(buffer_, loader_ready{context_.id.index, context_.life, window, loader_actor(self_)});
}

void loader_state::open_sink() {
  auto made = context_.spec->make_sink(context_.id.index);
  if (!made) {
    throw error(errc::config, "the sink factory of the pipeline has made no sink");
  }
  const commit_point commits = made->commits();
  if (commits != commit_point::each_write && context_.spec->buffer) {
    throw error(
        errc::config,
        "the sink does not commit each write, so that nobody could tell what of a durable buffer is loaded: use "
        "another sink, or no durable buffer");
  }
  if (commits != commit_point::each_write && loaders_of(*context_.spec) > 1) {
    throw error(errc::config, "the sink commits in one go, so that it cannot be shared out: use one loader");
  }
  context_.run->written.note(commits);
  sink_ = std::move(made);
  sink_->open(context_.stop);
}

void loader_state::load(const range_offer& m) {
  if (must_not_write()) {
    return;
  }
  if (m.in_turn) {
    tell_keys(m);
    return;
  }
  if (m.batches) {
    load_batches(*m.batches);
  } else {
    load_range(m.pages);
  }
  tell_done(m.number);
}

void loader_state::tell_keys(const range_offer& m) {
  auto keys = sink_->keys(read(m.pages));
  waiting_.emplace(m.number, m.pages);
  post(buffer_, range_keys{context_.id.index, m.life, m.number,
                           keys ? std::make_shared<const record_keys>(std::move(*keys)) : nullptr});
}

void loader_state::load_in_turn(const range_turn& m) {
  const auto offered = waiting_.find(m.number);
  if (offered == waiting_.end() || must_not_write()) {
    return;
  }
  try {
    load_range(offered->second);
  } catch (const keys_changed&) {
    post(buffer_, range_keys{context_.id.index, m.life, m.number, nullptr});
    return;
  }
  waiting_.erase(offered);
  tell_done(m.number);
}

void loader_state::tell_done(std::uint64_t number) {
  if (!must_not_write()) {
    post(buffer_, range_done{context_.id.index, context_.life, number});
  }
}

void loader_state::load_batches(batch_group& group) {
  while (group.written < group.batches.size() && !must_not_write()) {
    batch& next = group.batches[group.written];
    require_within(context_.spec->limits.batch_bytes, next.bytes().size(), "a batch of too many bytes");
    const write_outcome outcome = write(next);
    ++group.written;
    context_.run->written.add(next, outcome);
    next.data.reset();  // the group may live on for a while
    context_.run->written.tell();
  }
}

const batch& loader_state::read(const range& pages) {
  if (records_.pages != pages.pages) {
    records_ = {};  // before there is another one
    records_ = reader_->read(pages);
  }
  return records_;
}

void loader_state::load_range(const range& pages) {
  const batch& records = read(pages);
  range_loaded report;
  report.outcome = write(records);
  // If the process dies here the rows are committed and nobody was told: the sink recognises the pages when they are
  // offered again.
  report.pages = pages.pages;
  context_.run->written.add(records, report.outcome);
  records_ = {};
  post(checkpoint_, std::move(report));
  context_.run->written.tell();
}

write_outcome loader_state::write(const batch& records) {
  written_account& account = context_.run->written;
  account.admit(records);
  try {
    return sink_->write(records);
  } catch (...) {
    account.withdraw(records);
    throw;
  }
}

/// Without a durable buffer a stop takes effect at once, as in ingest_stream(); with one, what is offered, and
/// need not wait for its turn, may be loaded until the time for it is over.
bool loader_state::must_not_write() const {
  return interrupted_ || context_.stop.stop_requested() || (!context_.spec->buffer && context_.run->stop_requested());
}

void loader_state::finalize() {
  sink_->finalize();
  sink_.reset();
  end_stage(self_, context_);
}

void loader_state::stop(const stop_stage& m) {
  end_stage(self_, context_, abort_sink(m.why.value_or(error(errc::cancelled, "stop requested"))));
}

void loader_state::fail(const error& why) {
  if (why.code() == errc::cancelled && must_not_write()) {
    interrupted_ = true;  // the reason comes with stop_stage
    return;
  }
  fail_stage(self_, context_, why, abort_sink(why));
}

std::optional<error> loader_state::abort_sink(const error& why) {
  const auto aborted = std::move(sink_);
  if (aborted) {
    try {
      aborted->abort(why);
    } catch (...) {
      return current_error();
    }
  }
  return std::nullopt;
}

loader_actor::behavior_type loader(loader_actor::stateful_pointer<loader_state> self, stage_context context,
                                   range_source buffer, progress_log checkpoint) {
  state_of(self).begin(std::move(context), std::move(buffer), std::move(checkpoint));
  return {
      [self](const begin_work&) { guarded(self, [&] { state_of(self).start(); }); },
      [self](const range_offer& m) { guarded(self, [&] { state_of(self).load(m); }); },
      [self](const range_turn& m) { guarded(self, [&] { state_of(self).load_in_turn(m); }); },
      [self](const finalize_sink&) { guarded(self, [&] { state_of(self).finalize(); }); },
      [self](const stop_stage& m) { guarded(self, [&] { state_of(self).stop(m); }); },
  };
}

}  // namespace ingest::actors

#include "actors/loader.hpp"

namespace ingest::actors {

void loader_state::start(const start_loading& m) {
  buffer_ = m.buffer;
  checkpoint_ = m.checkpoint;
  reader_ = std::make_unique<range_reader>(*context_.spec->files, context_.spec->directory);
  sink_ = context_.spec->make_sink(context_.id.index);
  sink_->open(context_.stop);
  post(buffer_, loader_ready{context_.id.index, context_.life, context_.spec->range_bytes, loader_actor(self_)});
}

void loader_state::load(const range_offer& m) {
  const batch records = reader_->read(m.pages);
  range_loaded report;
  report.outcome = sink_->write(records);
  // If the process dies here the rows are committed and nobody was told: the sink recognises the pages when they are
  // offered again.
  report.segment = m.pages.segment();
  for (const page& p : m.pages.pages) {
    report.pages.push_back(p.id);
  }
  post(checkpoint_, std::move(report));
  post(buffer_, range_done{context_.id.index, m.epoch, m.pages.first()});
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

loader_actor::behavior_type loader(loader_actor::stateful_pointer<loader_state> self, stage_context context) {
  state_of(self).begin(std::move(context));
  return {
      [self](const start_loading& m) { guarded(self, [&] { state_of(self).start(m); }); },
      [self](const range_offer& m) { guarded(self, [&] { state_of(self).load(m); }); },
      [self](const finalize_sink&) { guarded(self, [&] { state_of(self).finalize(); }); },
      [self](const stop_stage& m) { guarded(self, [&] { state_of(self).stop(m); }); },
  };
}

}  // namespace ingest::actors

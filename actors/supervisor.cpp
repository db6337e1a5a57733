#include "actors/supervisor.hpp"

#include <algorithm>

#include "actors/buffer_writer.hpp"
#include "actors/checkpoint.hpp"
#include "actors/loader.hpp"
#include "actors/reader.hpp"
#include "ingest/event_names.hpp"
#include "ingest/log.hpp"

namespace ingest::actors {

namespace {

constexpr stage_id the_buffer_writer{stage_kind::buffer_writer, 0};
constexpr stage_id the_checkpoint{stage_kind::checkpoint, 0};

}  // namespace

// -- Starting --------------------------------------------------------------------------------------------------------

void supervisor_state::begin(supervision s) {
  setup_ = std::move(s);
  intensity_.emplace(setup_.spec->restarts, setup_.seed);
  start_all();
}

template <class Function>
auto supervisor_state::launch(stage_id id, Function behavior) {
  child& c = children_[id];
  c = child{};
  c.life = ++last_life_;
  c.alive = true;
  const supervisor_actor supervisor(self_);
  stage_context context{id, c.life, supervisor, c.stop.get_token(), setup_.spec};
  auto started = spawn_stage(self_->home_system(), setup_.detached, behavior, std::move(context));
  c.handle = started;
  on_death(started, [supervisor, id, life = c.life] { post(supervisor, stage_down{id, life}); });
  if (setup_.on_start) {
    setup_.on_start(id, started);
  }
  return started;
}

void supervisor_state::start_all() {
  checkpoint_ = launch(the_checkpoint, checkpoint);
  buffer_writer_ = launch(the_buffer_writer, buffer_writer);
  post(checkpoint_, attach_buffer{buffer_writer_});
  post(buffer_writer_, attach_checkpoint{checkpoint_});
  if (setup_.spec->make_sink) {
    for (std::uint32_t i = 0; i < setup_.spec->loaders; ++i) {
      start_loader(i);
    }
  }
  if (setup_.spec->make_source) {
    for (slice_id i = 0; i < setup_.spec->slices; ++i) {
      start_reader(i);
    }
  }
}

void supervisor_state::start_reader(slice_id slice) {
  const reader_actor started = launch({stage_kind::reader, slice}, reader);
  post(buffer_writer_, attach_reader{slice, last_life_, started});
}

void supervisor_state::start_loader(std::uint32_t loader_index) {
  const loader_actor started = launch({stage_kind::loader, loader_index}, loader);
  loaders_[loader_index] = started;
  post(started, start_loading{buffer_writer_, checkpoint_});
  if (phase_ == phase::finalizing) {
    post(started, finalize_sink{});
  }
}

// -- What stages report ----------------------------------------------------------------------------------------------

supervisor_state::child* supervisor_state::find(stage_id stage, epoch_number life) {
  const auto found = children_.find(stage);
  return found == children_.end() || found->second.life != life ? nullptr : &found->second;
}

bool supervisor_state::any_alive(stage_kind kind) const {
  return std::any_of(children_.begin(), children_.end(),
                     [&](const auto& entry) { return entry.first.kind == kind && entry.second.alive; });
}

bool supervisor_state::any_alive() const {
  return std::any_of(children_.begin(), children_.end(), [](const auto& entry) { return entry.second.alive; });
}

void supervisor_state::record(const stage_failed& m) {
  if (child* c = find(m.stage, m.life)) {
    c->why = m.why;
    if (m.abort_failure && !result_.abort_failure) {
      result_.abort_failure = m.abort_failure;
    }
  }
}

void supervisor_state::record(const stage_done& m) {
  if (child* c = find(m.stage, m.life)) {
    c->done = true;
    if (m.abort_failure && !result_.abort_failure) {
      result_.abort_failure = m.abort_failure;
    }
  }
}

void supervisor_state::handle_death(const stage_down& m) {
  child* c = find(m.stage, m.life);
  if (c == nullptr || !c->alive) {
    return;
  }
  c->alive = false;
  c->handle = stoppable();
  if (phase_ == phase::closing) {
    continue_closing();
  } else if (phase_ == phase::finalizing && m.stage.kind == stage_kind::reader) {
    continue_finalizing();  // however it ended: every slice was read to its end before
  } else if (!c->done) {
    handle_failure(m.stage, *c);
  } else if (phase_ == phase::finalizing) {
    continue_finalizing();
  } else if (phase_ == phase::restarting_all && !any_alive()) {
    restart_everything(restart_delay_);
  }
}

// -- Restarts --------------------------------------------------------------------------------------------------------

void supervisor_state::handle_failure(stage_id stage, const child& c) {
  const error why = c.why.value_or(error(errc::internal, to_string(stage) + " ended without saying why"));
  log::warning(events::stage_failed, why.what(), {{"stage", to_string(stage)}, {"code", name_of(why.code())}});
  if (!why.transient()) {
    close_down(run_status::aborted, why);
    return;
  }
  if (phase_ == phase::restarting_all) {
    // It failed while being ended for a restart that is already counted.
    restart_everything(restart_delay_);
    return;
  }
  const auto delay = intensity_->next(time_of(self_));
  if (!delay) {
    const restart_policy& policy = setup_.spec->restarts;
    close_down(run_status::aborted,
               error(errc::exhausted, to_string(stage) + " failed after " + std::to_string(policy.max_restarts) +
                                          " restarts within " + std::to_string(policy.period.count() / 1000) +
                                          " s; its last error: " + why.what()));
    return;
  }
  setup_.spec->metrics->restarts += 1;
  log::info(events::stage_restarted, to_string(stage) + " will be started again",
            {{"stage", to_string(stage)}, {"delay_ms", delay->count()}});
  if (stage.kind == stage_kind::reader || stage.kind == stage_kind::loader) {
    if (stage.kind == stage_kind::loader) {
      post(buffer_writer_, detach_loader{stage.index, c.life});
    }
    post_after(self_, *delay, supervisor_actor(self_), restart_due{stage, c.life});
  } else {
    restart_everything(*delay);
  }
}

void supervisor_state::restart_everything(std::chrono::milliseconds delay) {
  phase_ = phase::restarting_all;
  restart_delay_ = delay;
  // No life of the new generation may begin before the last of the old one has ended: they would share files.
  for (auto& [id, c] : children_) {
    if (c.alive && !c.told) {
      c.stop.request_stop();
      tell_to_stop(id, error(errc::cancelled, "the pipeline is being restarted"));
    }
  }
  if (!any_alive()) {
    post_after(self_, delay, supervisor_actor(self_), restart_due{});
  }
}

void supervisor_state::restart(const restart_due& m) {
  if (!m.stage) {
    if (phase_ == phase::restarting_all && !any_alive()) {
      phase_ = phase::running;
      start_all();
    }
    return;
  }
  const child* c = find(*m.stage, m.life);
  if (c == nullptr || c->alive || (phase_ != phase::running && phase_ != phase::finalizing)) {
    return;
  }
  if (m.stage->kind == stage_kind::loader) {
    start_loader(m.stage->index);
  } else if (phase_ == phase::running) {
    start_reader(m.stage->index);
  }
}

// -- The three ends --------------------------------------------------------------------------------------------------

void supervisor_state::finalize(const buffer_drained& m) {
  if (phase_ != phase::running || find(the_buffer_writer, m.life) == nullptr) {
    return;
  }
  phase_ = phase::finalizing;
  for (const auto& [index, handle] : loaders_) {
    if (children_[{stage_kind::loader, index}].alive) {
      post(handle, finalize_sink{});
    }
  }
  continue_finalizing();
}

void supervisor_state::continue_finalizing() {
  // Sinks first, then the state, then the buffer: each says "complete" only after the one before has.
  for (const auto& [id, c] : children_) {
    if (id.kind == stage_kind::loader && !(c.done && !c.alive)) {
      return;
    }
  }
  child& state = children_[the_checkpoint];
  if (state.alive) {
    if (!std::exchange(state.told, true)) {
      post(checkpoint_, close_run{run_status::complete, ""});
    }
    return;
  }
  if (any_alive(stage_kind::buffer_writer)) {
    tell_to_stop(the_buffer_writer, std::nullopt);
  } else if (!any_alive()) {
    finish(run_status::complete);
  }
}

void supervisor_state::request_stop() {
  if (phase_ != phase::closing && phase_ != phase::ended) {
    close_down(run_status::interrupted, std::nullopt);
  }
}

void supervisor_state::close_down(run_status status, std::optional<error> why) {
  phase_ = phase::closing;
  result_.status = status;
  result_.failure = std::move(why);
  for (auto& [id, c] : children_) {
    c.told = false;
    // An abort cancels the transactions under way; an orderly stop gives them time.
    if (id.kind == stage_kind::reader || status == run_status::aborted) {
      c.stop.request_stop();
    }
    if (id.kind == stage_kind::reader && c.alive) {
      tell_to_stop(id, result_.failure);
    }
  }
  post_after(self_, setup_.spec->shutdown_timeout, supervisor_actor(self_), shutdown_due{});
  continue_closing();
}

void supervisor_state::continue_closing() {
  // In the direction of the data: what readers have sent becomes durable, what loaders have begun is reported.
  if (any_alive(stage_kind::reader)) {
    return;
  }
  if (any_alive(stage_kind::buffer_writer)) {
    tell_to_stop(the_buffer_writer, result_.failure);
    return;
  }
  for (auto& [id, c] : children_) {
    if (id.kind == stage_kind::loader && c.alive) {
      tell_to_stop(id, result_.failure);
    }
  }
  if (any_alive(stage_kind::loader)) {
    return;
  }
  child& state = children_[the_checkpoint];
  if (state.alive) {
    if (!std::exchange(state.told, true)) {
      post(checkpoint_, close_run{result_.status, result_.failure ? result_.failure->what() : ""});
    }
    return;
  }
  finish(result_.status);
}

void supervisor_state::interrupt_all() {
  for (auto& [id, c] : children_) {
    c.stop.request_stop();
  }
}

void supervisor_state::tell_to_stop(stage_id stage, std::optional<error> why) {
  child& c = children_[stage];
  if (!std::exchange(c.told, true)) {
    post(c.handle, stop_stage{std::move(why)});
  }
}

void supervisor_state::finish(run_status status) {
  if (phase_ == phase::ended) {
    return;
  }
  phase_ = phase::ended;
  result_.status = status;
  setup_.on_result(result_);
  self_->quit();
}

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervision s) {
  state_of(self).begin(std::move(s));
  return {
      [self](const stage_failed& m) { guarded(self, [&] { state_of(self).record(m); }); },
      [self](const stage_done& m) { guarded(self, [&] { state_of(self).record(m); }); },
      [self](const stage_down& m) { guarded(self, [&] { state_of(self).handle_death(m); }); },
      [self](const buffer_drained& m) { guarded(self, [&] { state_of(self).finalize(m); }); },
      [self](const restart_due& m) { guarded(self, [&] { state_of(self).restart(m); }); },
      [self](const stop_requested&) { guarded(self, [&] { state_of(self).request_stop(); }); },
      [self](const shutdown_due&) { guarded(self, [&] { state_of(self).interrupt_all(); }); },
  };
}

}  // namespace ingest::actors

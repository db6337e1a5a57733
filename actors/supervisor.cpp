#include "actors/supervisor.hpp"

#include "ingest/log.hpp"
#include "log/event_names.hpp"

namespace ingest::actors {

void supervisor_state::begin(supervision s) {
  setup_ = std::move(s);
  intensity_.emplace(spec().restarts, setup_.seed);
  crew_ = std::make_unique<crew>(self_, setup_);
  crew_->start_all();
}

// -- What stages report ----------------------------------------------------------------------------------------------

void supervisor_state::record(const stage_failed& m) {
  if (crew::child* c = crew_->find(m.stage, m.life)) {
    c->why = m.why;
    if (m.abort_failure && !result_.abort_failure) {
      result_.abort_failure = m.abort_failure;
    }
  }
}

void supervisor_state::record(const stage_done& m) {
  if (crew::child* c = crew_->find(m.stage, m.life)) {
    c->done = true;
    if (m.abort_failure && !result_.abort_failure) {
      result_.abort_failure = m.abort_failure;
    }
  }
}

void supervisor_state::handle_death(const stage_down& m) {
  crew::child* c = crew_->find(m.stage, m.life);
  if (c == nullptr || !c->alive) {
    return;
  }
  crew_->end(*c);
  const bool input = m.stage.kind <= stage_kind::transform_worker;
  const bool spent = input || m.stage.kind == stage_kind::memory_buffer;  // of no use once everything is written
  if (phase_ == phase::closing) {
    continue_closing();
  } else if (phase_ == phase::finalizing && (spent || c->done)) {
    continue_finalizing();  // what is spent may have ended in whatever way
  } else if (!c->done) {
    handle_failure(m.stage, *c);
  } else if (phase_ == phase::restarting_all) {
    end_generation();
  }
}

// -- Restarts --------------------------------------------------------------------------------------------------------

void supervisor_state::handle_failure(stage_id stage, const crew::child& c) {
  const error why = c.why.value_or(error(errc::internal, to_string(stage) + " ended without saying why"));
  const bool ends_the_run = !why.transient() || spec().restarts.max_restarts == 0;
  // What ends the run is said once, when it has ended.
  log::warning(events::stage_failed, ends_the_run ? to_string(stage) + " failed, which ends the run" : why.what(),
               {{"stage", to_string(stage)}, {"code", name_of(why.code())}});
  last_failure_ = why;
  if (ends_the_run) {
    close_down(stream_status::failed, why);
    return;
  }
  if (stop_waits_) {
    close_down(stream_status::aborted, setup_.run->stop.signal().why());  // nothing is begun anew for one who leaves
    return;
  }
  if (phase_ == phase::restarting_all) {
    end_generation();  // it failed while being ended for a restart that is already counted
    return;
  }
  const auto delay = intensity_->next(time_of(self_));
  if (!delay) {
    const restart_policy& policy = spec().restarts;
    const errc code = why.code() == errc::no_space ? why.code() : errc::exhausted;  // which says what is to be done
    close_down(stream_status::failed,
               error(code,
                     to_string(stage) + " failed after " + std::to_string(policy.max_restarts) + " restarts within " +
                         std::to_string(policy.period.count() / 1000) + " s; its last error: " + why.what(),
                     false));
    return;
  }
  spec().metrics->restarts += 1;
  log::info(events::stage_restarted, to_string(stage) + " will be started again",
            {{"stage", to_string(stage)}, {"delay_ms", delay->count()}});
  if (can_be_replaced_alone(stage)) {
    if (stage.kind == stage_kind::loader) {
      crew_->detach_loader(stage.index, c.life);
    }
    post_after(self_, *delay, supervisor_actor(self_), restart_due{stage, c.life});
  } else {
    restart_everything(*delay, why);
  }
}

bool supervisor_state::can_be_replaced_alone(stage_id stage) const {
  return stage.kind == stage_kind::reader ||
         (stage.kind == stage_kind::loader && (spec().buffer || setup_.run->written.can_replace_sink()));
}

void supervisor_state::give_up_slice(const cannot_resume& m) {
  if (phase_ == phase::running && crew_->find({stage_kind::reader, m.reader}, m.life) != nullptr) {
    const std::string first = last_failure_ ? std::string(": ") + last_failure_->what() : "";
    restart_everything(std::chrono::milliseconds(0),
                       error(errc::unavailable, to_string(m.slice) +
                                                    " cannot be read on, because the last batch read came without a "
                                                    "position" +
                                                    first));
  }
}

void supervisor_state::restart_everything(std::chrono::milliseconds delay, const error& why) {
  restart_cause_ = why;
  if (!can_begin_anew()) {
    refuse_to_begin_anew();
    return;
  }
  phase_ = phase::restarting_all;
  restart_delay_ = delay;
  // No life of the new generation may begin before the last of the old one has ended: they would share files.
  crew_->interrupt_all();
  end_generation();
}

bool supervisor_state::can_begin_anew() const {
  return spec().buffer || (!restart_cause_->in_doubt() && setup_.run->written.can_begin_anew());
}

void supervisor_state::refuse_to_begin_anew() {
  const error why = *restart_cause_;
  close_down(stream_status::failed,
             error(why.code(),
                   std::string(why.what()) + "; it cannot all begin anew, because the sink has kept what it was "
                                             "given: a durable buffer would help",
                   false));
}

void supervisor_state::end_generation() {
  const error why(errc::cancelled, "the pipeline is being restarted");
  for (const stage_kind kind : {stage_kind::reader, stage_kind::transformer, stage_kind::transform_worker,
                                crew_->buffer_kind(), stage_kind::loader}) {
    crew_->tell_to_stop(kind, why);
  }
  if (crew_->any_alive_but(stage_kind::checkpoint)) {
    return;
  }
  // Last, so that it has heard what loaders have loaded.
  crew_->tell_to_stop(stage_kind::checkpoint, why);
  if (!crew_->any_alive()) {
    post_after(self_, restart_delay_, supervisor_actor(self_), restart_due{});
  }
}

void supervisor_state::restart(const restart_due& m) {
  if (!m.stage) {
    if (phase_ == phase::restarting_all && !crew_->any_alive()) {
      if (!can_begin_anew()) {
        refuse_to_begin_anew();  // something was written after all, before the loader heard of it
        return;
      }
      phase_ = phase::running;
      if (!spec().buffer) {
        setup_.run->written.reset();
      }
      crew_->start_all();
    }
    return;
  }
  const crew::child* c = crew_->find(*m.stage, m.life);
  if (c == nullptr || c->alive || (phase_ != phase::running && phase_ != phase::finalizing)) {
    return;
  }
  if (stop_waits_) {
    close_down(stream_status::aborted, setup_.run->stop.signal().why());
  } else {
    crew_->replace(*m.stage, phase_ == phase::finalizing);
  }
}

// -- The three ends --------------------------------------------------------------------------------------------------

void supervisor_state::finalize(const buffer_drained& m) {
  if (phase_ != phase::running || crew_->find({crew_->buffer_kind(), 0}, m.life) == nullptr) {
    return;
  }
  phase_ = phase::finalizing;
  crew_->finalize_sinks();
  continue_finalizing();
}

void supervisor_state::continue_finalizing() {
  // Sinks first, then the state, then the buffer: each says "complete" only after the one before has.
  if (!crew_->all_done(stage_kind::loader) || !crew_->close_checkpoint(run_status::complete, "")) {
    return;
  }
  // A reader or transformer of a slice that had ended before may still wait to be told so.
  for (const stage_kind kind :
       {stage_kind::reader, stage_kind::transformer, stage_kind::transform_worker, crew_->buffer_kind()}) {
    crew_->tell_to_stop(kind, std::nullopt);
  }
  if (!crew_->any_alive()) {
    finish(stream_status::success);
  }
}

void supervisor_state::request_stop() {
  if (phase_ == phase::finalizing) {
    // Everything is written; a sink that is being finalized is not disturbed, as long as it takes no longer than this.
    if (!std::exchange(stop_waits_, true)) {
      post_after(self_, spec().shutdown_timeout, supervisor_actor(self_), shutdown_due{});
    }
  } else if (phase_ != phase::closing && phase_ != phase::ended) {
    close_down(stream_status::aborted, setup_.run->stop.signal().why());
  }
}

void supervisor_state::close_down(stream_status status, std::optional<error> why) {
  phase_ = phase::closing;
  result_.status = status;
  result_.failure = std::move(why);
  crew_->forget_what_was_told();
  // An orderly stop gives transactions under way time; without a durable buffer it interrupts, like ingest_stream().
  if (status == stream_status::failed || !spec().buffer) {
    crew_->interrupt_all();
  } else {
    for (const stage_kind kind : {stage_kind::reader, stage_kind::transformer, stage_kind::transform_worker}) {
      crew_->interrupt(kind);
    }
  }
  post_after(self_, spec().shutdown_timeout, supervisor_actor(self_), shutdown_due{});
  continue_closing();
}

void supervisor_state::continue_closing() {
  // In the direction of the data: what readers have sent becomes durable, what loaders have begun is reported.
  for (const stage_kind kind : {stage_kind::reader, stage_kind::transformer, stage_kind::transform_worker,
                                crew_->buffer_kind(), stage_kind::loader}) {
    crew_->tell_to_stop(kind, result_.failure);
    if (crew_->any_alive(kind)) {
      return;
    }
  }
  const bool failed = result_.status == stream_status::failed;
  if (crew_->close_checkpoint(failed ? run_status::aborted : run_status::interrupted,
                              failed ? result_.failure->what() : "")) {
    finish(result_.status);
  }
}

void supervisor_state::end_patience() {
  if (phase_ == phase::finalizing) {
    close_down(stream_status::aborted, setup_.run->stop.signal().why());
  }
  crew_->interrupt_all();
}

void supervisor_state::finish(stream_status status) {
  if (phase_ == phase::ended) {
    return;
  }
  phase_ = phase::ended;
  static_cast<stream_progress&>(result_) = setup_.run->written.total();
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
      [self](const cannot_resume& m) { guarded(self, [&] { state_of(self).give_up_slice(m); }); },
      [self](const restart_due& m) { guarded(self, [&] { state_of(self).restart(m); }); },
      [self](const stop_requested&) { guarded(self, [&] { state_of(self).request_stop(); }); },
      [self](const shutdown_due&) { guarded(self, [&] { state_of(self).end_patience(); }); },
  };
}

}  // namespace ingest::actors

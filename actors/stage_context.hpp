#pragma once

#include <algorithm>
#include <memory>
#include <stop_token>
#include <utility>

#include "actors/messages.hpp"
#include "actors/slice_desk.hpp"
#include "actors/written_account.hpp"
#include "ingest/actors/pipeline_spec.hpp"

namespace ingest::actors {

/// How many loaders a run has.
inline std::size_t loaders_of(const pipeline_spec& spec) {
  const std::size_t most = spec.buffer && spec.buffer->order == write_order::as_it_came ? 1 : spec.loaders;
  return spec.make_sink ? std::min(spec.loaders, most) : 0;
}

/// What all stages of a run share.
struct pipeline_context {
  explicit pipeline_context(pipeline_spec s)
      : spec(std::move(s)),
        written(spec.limits, spec.on_progress, !spec.make_slices && spec.slices == 1 && loaders_of(spec) == 1) {}

  pipeline_spec spec;  ///< does not change while there are stages
  stop_switch stop;    ///< known to every stage at once, whereas messages take their turn
  written_account written;
  slice_desk desk{spec};

  bool stop_requested() const { return stop.signal().requested(); }
};

/// What every life of a stage is given: its name, its number, whom it reports to, and the token that interrupts its
/// blocking calls.
struct stage_context {
  stage_id id;
  life_number life = 0;
  stage_observer supervisor;
  std::stop_token stop;
  std::shared_ptr<pipeline_context> run;
  const pipeline_spec* spec = nullptr;  ///< of the run
};

/// How many slices are read at a time.
inline std::size_t readers_at_a_time(const pipeline_spec& spec) {
  if (spec.make_slices) {
    return std::max<std::size_t>(1, spec.readers);
  }
  return spec.readers == 0 ? spec.slices : std::min(spec.readers, spec.slices);
}

/// A reader's share of the credit.
inline std::uint64_t window_of_reader(const pipeline_spec& spec) {
  return std::max<std::uint64_t>(1, spec.credit_bytes / readers_at_a_time(spec));
}

/// How often a stage that waits for room on the disk looks again.
inline constexpr std::chrono::milliseconds space_check_interval{1'000};

/// Ends the stage, having done what it was asked to do.
template <class Self>
void end_stage(Self* self, const stage_context& context, std::optional<error> abort_failure = std::nullopt) {
  post(context.supervisor, stage_done{context.id, context.life, std::move(abort_failure)});
  self->quit();
}

/// Ends the stage because of `why`. An interrupted call is no failure where the stage was told to stop.
template <class Self>
void fail_stage(Self* self, const stage_context& context, const error& why,
                std::optional<error> abort_failure = std::nullopt) {
  if (why.code() == errc::cancelled && (context.stop.stop_requested() || context.run->stop_requested())) {
    end_stage(self, context, std::move(abort_failure));
    return;
  }
  post(context.supervisor, stage_failed{context.id, context.life, why, std::move(abort_failure)});
  self->quit();
}

/// Runs the body of a handler. No exception may leave a handler: CAF 0.17 would drop its text, CAF 1.x would send it to
/// whoever sent the message.
template <class Self, class Body>
void guarded(Self* self, Body body) {
  try {
    body();
  } catch (...) {
    state_of(self).fail(current_error());
  }
}

}  // namespace ingest::actors

#include "actors/transform_worker.hpp"

#include "ingest/stop.hpp"

namespace ingest::actors {

void transform_worker_state::work(transform_job m) {
  transform_done answer;
  answer.life = m.life;
  answer.worker = m.worker;
  answer.section = m.task.section;
  answer.ticket = m.task.ticket;
  try {
    throw_if_stopped(m.stop);
    answer.output = apply_transforms(*m.task.transforms, 0, std::move(m.task.input));
  } catch (...) {
    answer.failure = current_error();
  }
  post(m.transformer, std::move(answer));
}

transform_worker_actor::behavior_type transform_worker(
    transform_worker_actor::stateful_pointer<transform_worker_state> self, stage_context context) {
  state_of(self).begin(std::move(context));
  return {
      [self](transform_job& m) { guarded(self, [&] { state_of(self).work(std::move(m)); }); },
      [self](const stop_stage&) { guarded(self, [&] { state_of(self).stop(); }); },
  };
}

}  // namespace ingest::actors

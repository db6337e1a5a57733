#pragma once

#include "actors/messages.hpp"
#include "actors/stage_context.hpp"

namespace ingest::actors {

/// Applies transforms for whichever transformer asks, so that work that is heavy on the processor is spread over
/// threads. What a transform throws is the transformer's to deal with.
class transform_worker_state {
 public:
  explicit transform_worker_state(transform_worker_actor::pointer self) : self_(self) {}

  void begin(stage_context context) { context_ = std::move(context); }
  void work(transform_job m);
  void stop() { end_stage(self_, context_); }
  void fail(const error& why) { fail_stage(self_, context_, why); }

 private:
  transform_worker_actor::pointer self_;
  stage_context context_;
};

transform_worker_actor::behavior_type transform_worker(
    transform_worker_actor::stateful_pointer<transform_worker_state> self, stage_context context);

}  // namespace ingest::actors

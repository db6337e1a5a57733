#pragma once

#include <map>
#include <optional>
#include <vector>

#include "actors/supervisor.hpp"
#include "support/scripted_pipeline.hpp"
#include "support/simulated_system.hpp"

namespace ingest::testing {

/// One run of the pipeline's real actors on a simulated scheduler.
class simulated_run {
 public:
  simulated_run(std::uint64_t seed, actors::pipeline_spec spec);
  ~simulated_run();

  /// Delivers messages until the pipeline has ended; `after_each` runs after every single one. Throws if it does not
  /// end within `limit` deliveries.
  actors::pipeline_result run(
      const std::function<void()>& after_each = [] {}, std::size_t limit = 200'000);

  void kill(actors::stage_id stage);
  /// Kills a stage drawn at random among those that were ever started.
  void kill_any();
  void stop() { actors::post(supervisor_, actors::stop_requested{}); }

  std::size_t delivered() const { return delivered_; }
  std::uint64_t random(std::uint64_t below) { return simulation_.random(below); }

 private:
  simulated_system simulation_;
  std::map<actors::stage_id, caf::weak_actor_ptr> stages_;
  std::optional<actors::pipeline_result> result_;
  actors::supervisor_actor supervisor_;
  std::size_t delivered_ = 0;
};

}  // namespace ingest::testing

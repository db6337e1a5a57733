#include "support/simulated_run.hpp"

#include <algorithm>
#include <stdexcept>

#include "ingest/log.hpp"

namespace ingest::testing {

simulated_run::simulated_run(std::uint64_t seed, actors::pipeline_spec spec)
    : simulation_(seed), rarity_of_timeouts_(simulation_.random(2) == 0 ? 3 : 50) {
  log::configure(log::format::json, log::level::error);  // kills by the thousand are no news here
  actors::supervision setup;
  run_ = std::make_shared<actors::pipeline_context>(std::move(spec));
  setup.run = run_;
  setup.detached = false;
  setup.seed = seed;
  setup.on_start = [this](actors::stage_id id, const actors::stoppable& handle) {
    stages_[id] = caf::actor_cast<caf::weak_actor_ptr>(handle);
  };
  setup.on_result = [this](const stream_result& r) {
    if (result_) {
      throw std::logic_error("the pipeline has reported two results");
    }
    result_ = r;
  };
  supervisor_ = simulation_.system().spawn(actors::supervisor, std::move(setup));
}

simulated_run::~simulated_run() {
  // A failed check may have left in the middle: the actors end before what their callbacks refer to.
  if (supervisor_) {
    stop();
    supervisor_ = actors::supervisor_actor();
    while (simulation_.deliver_one() || simulation_.advance()) {
    }
  }
}

stream_result simulated_run::run(const std::function<void()>& after_each, std::size_t limit) {
  const std::size_t last = delivered_ + limit;
  while (step()) {
    if (delivered_ > last) {
      throw std::runtime_error("the pipeline does not end");
    }
    after_each();
  }
  after_each();
  return *result_;
}

bool simulated_run::step() {
  if (result_) {
    return false;
  }
  const bool early_timeout = random(rarity_of_timeouts_) == 0 && simulation_.advance();
  if (!early_timeout && !simulation_.deliver_one() && !simulation_.advance()) {
    throw std::runtime_error("the pipeline stands still");
  }
  ++delivered_;
  if (result_) {
    supervisor_ = actors::supervisor_actor();
  }
  return !result_;
}

void simulated_run::stop() {
  run_->stop.request("stop requested");
  actors::post(supervisor_, actors::stop_requested{});
}

void simulated_run::kill(actors::stage_id stage) {
  if (const auto alive = caf::actor_cast<caf::strong_actor_ptr>(stages_[stage])) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(alive), caf::exit_reason::kill);
  }
}

bool simulated_run::is_dead(actors::stage_id stage) const {
  const auto known = stages_.find(stage);
  return known != stages_.end() && has_ended(caf::actor_cast<caf::strong_actor_ptr>(known->second));
}

void simulated_run::kill_any() {
  if (stages_.empty()) {
    return;
  }
  auto chosen = stages_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(random(stages_.size())));
  kill(chosen->first);
}

void simulated_run::kill_any(std::initializer_list<actors::stage_kind> kinds) {
  std::vector<actors::stage_id> candidates;
  for (const auto& [id, handle] : stages_) {
    if (std::find(kinds.begin(), kinds.end(), id.kind) != kinds.end()) {
      candidates.push_back(id);
    }
  }
  if (!candidates.empty()) {
    kill(candidates[random(candidates.size())]);
  }
}

}  // namespace ingest::testing

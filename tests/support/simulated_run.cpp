#include "support/simulated_run.hpp"

#include <stdexcept>

#include "ingest/log.hpp"

namespace ingest::testing {

simulated_run::simulated_run(std::uint64_t seed, actors::pipeline_spec spec) : simulation_(seed) {
  log::configure(log::format::json, log::level::error);  // kills by the thousand are no news here
  actors::supervision setup;
  setup.spec = std::make_shared<const actors::pipeline_spec>(std::move(spec));
  setup.detached = false;
  setup.seed = seed;
  setup.on_start = [this](actors::stage_id id, const actors::stoppable& handle) {
    stages_[id] = caf::actor_cast<caf::weak_actor_ptr>(handle);
  };
  setup.on_result = [this](const actors::pipeline_result& r) {
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

actors::pipeline_result simulated_run::run(const std::function<void()>& after_each, std::size_t limit) {
  const std::size_t last = delivered_ + limit;
  while (!result_) {
    const bool early_timeout = random(50) == 0 && simulation_.advance();
    if (!early_timeout && !simulation_.deliver_one() && !simulation_.advance()) {
      throw std::runtime_error("the pipeline stands still");
    }
    if (++delivered_ > last) {
      throw std::runtime_error("the pipeline does not end");
    }
    after_each();
  }
  supervisor_ = actors::supervisor_actor();
  return *result_;
}

void simulated_run::kill(actors::stage_id stage) {
  if (const auto alive = caf::actor_cast<caf::strong_actor_ptr>(stages_[stage])) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(alive), caf::exit_reason::kill);
  }
}

void simulated_run::kill_any() {
  auto chosen = stages_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(random(stages_.size())));
  kill(chosen->first);
}

}  // namespace ingest::testing

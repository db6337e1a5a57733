#include "ingest/actors/pipeline.hpp"

#include <future>
#include <mutex>
#include <random>

#include "actors/supervisor.hpp"

namespace ingest::actors {

namespace {

using config = system_config<caf::id_block::ingest_actors>;

void check(const pipeline_spec& spec) {
  const auto refuse = [](const char* what) { throw error(errc::config, what); };
  if (!spec.recover) {
    refuse("pipeline: recover must open the buffer");
  }
  if (!spec.make_source && !spec.make_sink) {
    refuse("pipeline: neither a source nor a sink is given");
  }
  if (spec.slices == 0 || (spec.make_sink && spec.loaders == 0)) {
    refuse("pipeline: at least one slice and one loader are needed");
  }
  if (spec.credit_bytes == 0 || spec.range_bytes == 0) {
    refuse("pipeline: credit_bytes and range_bytes must be greater than 0");
  }
}

}  // namespace

class pipeline::implementation {
 public:
  explicit implementation(pipeline_spec spec) : spec_(std::make_shared<const pipeline_spec>(std::move(spec))) {
    check(*spec_);
  }

  pipeline_result run() {
    static const bool types_known = (config::initialise_types(), true);
    static_cast<void>(types_known);
    config settings;
    caf::actor_system system(settings);
    std::promise<pipeline_result> promise;
    supervision setup;
    setup.spec = spec_;
    setup.seed = std::random_device{}();
    setup.on_result = [&promise](const pipeline_result& r) { promise.set_value(r); };
    {
      const std::lock_guard lock(mutex_);
      supervisor_ = system.spawn(supervisor, std::move(setup));
      if (stop_requested_) {
        post(supervisor_, stop_requested{});
      }
    }
    pipeline_result result = promise.get_future().get();
    {
      // A handle that outlives the system would keep it from ending.
      const std::lock_guard lock(mutex_);
      supervisor_ = supervisor_actor();
    }
    system.await_all_actors_done();
    return result;
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(stop_requested_, true) && supervisor_) {
      post(supervisor_, stop_requested{});
    }
  }

 private:
  std::shared_ptr<const pipeline_spec> spec_;
  std::mutex mutex_;
  supervisor_actor supervisor_;
  bool stop_requested_ = false;
};

pipeline::pipeline(pipeline_spec spec) : implementation_(std::make_unique<implementation>(std::move(spec))) {}
pipeline::~pipeline() = default;
pipeline_result pipeline::run() {
  return implementation_->run();
}
void pipeline::stop() {
  implementation_->stop();
}

}  // namespace ingest::actors

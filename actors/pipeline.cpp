#include "ingest/actors/pipeline.hpp"

#include <future>
#include <mutex>
#include <random>

#include "actors/crew.hpp"
#include "actors/supervisor.hpp"
#include "actors/thread_supply.hpp"

namespace ingest::actors {

namespace {

using config = system_config<caf::id_block::ingest_actors>;

void refuse_if(bool senseless, const char* what) {
  if (senseless) {
    throw error(errc::config, std::string("pipeline: ") + what);
  }
}

void check_buffer(const buffer_spec& buffer) {
  refuse_if(!buffer.recover, "recover must open the durable buffer");
  refuse_if(buffer.files == nullptr, "files of the durable buffer must not be null");
  refuse_if(buffer.group_bytes == 0 || buffer.range_bytes == 0, "group_bytes and range_bytes must be greater than 0");
}

void check(const pipeline_spec& spec) {
  refuse_if(!spec.make_source && !spec.make_sink, "neither a source nor a sink is given");
  refuse_if(spec.slices == 0, "at least one slice is needed");
  refuse_if(spec.make_sink && spec.loaders == 0, "at least one loader is needed");
  refuse_if(spec.credit_bytes == 0, "credit_bytes must be greater than 0");
  refuse_if(!spec.metrics, "metrics must not be null");
  if (spec.buffer) {
    check_buffer(*spec.buffer);
    refuse_if(!spec.positions.empty(), "positions are for pipelines without a durable buffer, which knows by itself");
  } else {
    refuse_if(!spec.make_source, "without a durable buffer there is nothing to load: give a source");
    refuse_if(!spec.make_sink, "without a durable buffer there is nowhere to put what is read: give a sink");
  }
  stream_options options;
  options.limits = spec.limits;
  if (const auto complaint = complaint_about(options)) {
    throw error(errc::config, *complaint);
  }
}

struct actor_world {
  config settings;
  caf::actor_system actors{settings};
};

}  // namespace

class pipeline::implementation {
 public:
  explicit implementation(pipeline_spec spec) : run_(checked(std::move(spec))) {
    follow_.emplace(run_->spec.stop.token(), [this] { stop(run_->spec.stop.reason()); });
  }

  // What does not end cannot be destroyed either: better no process at all.
  ~implementation() {  // NOLINT(bugprone-exception-escape)
    follow_.reset();
    if (system_) {
      stop("the pipeline is being destroyed");
      wait();
    }
  }

  void start() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(started_, true)) {
      throw error(errc::usage, "a pipeline can be started once: make another one");
    }
    started_at_ = std::chrono::steady_clock::now();
    if (run_->stop_requested()) {
      result_.emplace();
      result_->status = stream_status::aborted;
      result_->failure = run_->stop.signal().why();
      run_->spec.make_source = nullptr;
      return;
    }
    try {
      require_threads(threads_of(run_->spec));
    } catch (const error& e) {
      result_.emplace();
      result_->status = stream_status::failed;
      result_->failure = e;
      run_->spec.make_source = nullptr;
      return;
    }
    config::initialise_types();
    system_.emplace();
    supervision setup;
    setup.run = run_;
    setup.seed = std::random_device{}();
    setup.on_result = [this](const stream_result& r) { promise_.set_value(r); };
    supervisor_ = system_->actors.spawn(supervisor, std::move(setup));
  }

  stream_result wait() {
    if (!started()) {
      throw error(errc::usage, "the pipeline was not started, so there is nothing to wait for");
    }
    if (system_) {
      stream_result result = promise_.get_future().get();
      result.duration = std::chrono::steady_clock::now() - started_at_;
      {
        // A handle that outlives the system would keep it from ending.
        const std::lock_guard lock(mutex_);
        supervisor_ = supervisor_actor();
        result_ = std::move(result);
      }
      system_->actors.await_all_actors_done();
      system_.reset();
      run_->spec.make_source = nullptr;  // a source object that nobody opened is closed thereby
    }
    return *result_;
  }

  void stop(std::string reason) {
    run_->stop.request(std::move(reason));
    const std::lock_guard lock(mutex_);
    if (supervisor_) {
      post(supervisor_, stop_requested{});
    }
  }

  pipeline_snapshot snapshot() const {
    const metrics& m = *run_->spec.metrics;
    pipeline_snapshot s;
    s.written = run_->written.total();
    s.rows_read = m.rows_fetched;
    s.batches_read = m.pages_fetched;
    s.rows_durable = m.rows_durable;
    s.bytes_buffered = m.bytes_buffered;
    s.bytes_in_flight = m.bytes_in_flight;
    s.readers = m.readers_running;
    s.transformers = m.transformers_running;
    s.loaders = m.loaders_running;
    s.restarts = m.restarts;
    const std::lock_guard lock(mutex_);
    s.running = started_ && !result_;
    return s;
  }

 private:
  static std::shared_ptr<pipeline_context> checked(pipeline_spec spec) {
    check(spec);
    return std::make_shared<pipeline_context>(std::move(spec));
  }

  bool started() const {
    const std::lock_guard lock(mutex_);
    return started_;
  }

  const std::shared_ptr<pipeline_context> run_;
  std::optional<std::stop_callback<std::function<void()>>> follow_;
  mutable std::mutex mutex_;
  bool started_ = false;
  std::chrono::steady_clock::time_point started_at_;
  std::promise<stream_result> promise_;
  std::optional<actor_world> system_;  // from start() to wait()
  supervisor_actor supervisor_;
  std::optional<stream_result> result_;
};

pipeline::pipeline(pipeline_spec spec) : implementation_(std::make_unique<implementation>(std::move(spec))) {}
pipeline::~pipeline() = default;
stream_result pipeline::run() {
  start();
  return wait();
}
void pipeline::start() {
  implementation_->start();
}
void pipeline::stop(std::string reason) {
  implementation_->stop(std::move(reason));
}
stream_result pipeline::wait() {
  return implementation_->wait();
}
pipeline_snapshot pipeline::snapshot() const {
  return implementation_->snapshot();
}

}  // namespace ingest::actors

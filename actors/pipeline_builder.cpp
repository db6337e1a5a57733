#include "ingest/actors/pipeline_builder.hpp"

#include <algorithm>

#include "actors/single_life.hpp"
#include "buffer/recovered_buffer.hpp"
#include "buffer/recovery.hpp"
#include "buffer/run_state.hpp"

namespace ingest::actors {

pipeline_builder& pipeline_builder::from(source_factory make) {
  spec_.make_source = std::move(make);
  return *this;
}

pipeline_builder& pipeline_builder::from(source& only) {
  single_life_ = true;
  return from([lent = std::make_shared<lent_source>(only)](slice_id) { return lend(lent); });
}

pipeline_builder& pipeline_builder::to(sink_factory make, std::size_t loaders) {
  spec_.make_sink = std::move(make);
  spec_.loaders = loaders;
  return *this;
}

pipeline_builder& pipeline_builder::to(sink& only) {
  single_life_ = true;
  return to([&only](std::size_t) { return lend(only); });
}

pipeline_builder& pipeline_builder::transforms(transform_factory make, std::size_t workers) {
  spec_.make_transforms = std::move(make);
  spec_.transform_workers = workers;
  return *this;
}

pipeline_builder& pipeline_builder::transforms(transform_list only, std::size_t workers) {
  only_transforms_ = only;
  if (only.empty()) {
    return *this;
  }
  single_life_ = true;
  return transforms([only = std::move(only)](slice_id) { return only; }, workers);
}

pipeline_builder& pipeline_builder::slices(std::size_t count, std::size_t readers) {
  spec_.slices = count;
  spec_.readers = readers;
  return *this;
}

pipeline_builder& pipeline_builder::slices(slice_supply_factory make, std::size_t readers) {
  spec_.make_slices = std::move(make);
  spec_.readers = readers;
  return *this;
}

pipeline_builder& pipeline_builder::begin_at(std::string position, slice_id s) {
  spec_.positions[s] = std::move(position);
  return *this;
}

pipeline_builder& pipeline_builder::durable(durable_run_options run) {
  durable_ = std::move(run);
  return *this;
}

pipeline_builder& pipeline_builder::durable(std::shared_ptr<durable_run> run) {
  buffer_spec& buffer = spec_.buffer ? *spec_.buffer : spec_.buffer.emplace();
  buffer.directory = run->directory();
  buffer.description = std::make_shared<const run_state>(run->description());
  buffer.read_before = run->found().fetched;
  buffer.order = run->order();
  if (run->has_ledger()) {
    buffer.take_slices = [run](std::span<const slice_id> slices, std::stop_token stop) {
      return run->take(slices, std::move(stop));
    };
    buffer.count_slices = [run](std::uint64_t count) { run->expect_slices(count); };
    buffer.completed = [run] { return run->completed(); };
  }
  buffer.recover = [run = std::move(run)] { return run->open_buffer(); };
  return *this;
}

pipeline_builder& pipeline_builder::credit(std::uint64_t bytes) {
  spec_.credit_bytes = bytes;
  return *this;
}

pipeline_builder& pipeline_builder::restarts(restart_policy policy) {
  spec_.restarts = policy;
  return *this;
}

pipeline_builder& pipeline_builder::stop_on(stop_signal signal) {
  spec_.stop = std::move(signal);
  return *this;
}

pipeline_builder& pipeline_builder::shutdown_timeout(std::chrono::milliseconds t) {
  spec_.shutdown_timeout = t;
  return *this;
}

pipeline_builder& pipeline_builder::limits(stream_limits limits) {
  spec_.limits = limits;
  return *this;
}

pipeline_builder& pipeline_builder::on_progress(std::function<void(const stream_progress&)> listener) {
  spec_.on_progress = std::move(listener);
  return *this;
}

pipeline_builder& pipeline_builder::count_in(std::shared_ptr<ingest::metrics> counters) {
  spec_.metrics = std::move(counters);
  return *this;
}

pipeline pipeline_builder::build() {
  stream_options given;
  given.transforms = std::move(only_transforms_);
  if (const auto complaint = complaint_about(given)) {
    throw error(errc::config, *complaint);
  }
  if (single_life_) {
    if (spec_.slices != 1 || spec_.make_slices || spec_.loaders != 1) {
      throw error(errc::config, "pipeline: one object cannot serve several slices or loaders: give a factory");
    }
    spec_.restarts.max_restarts = 0;
  }
  if (durable_) {
    durable_->slices = spec_.make_slices ? 0 : spec_.slices;
    durable_->stop = spec_.stop.token();
    const auto run = std::make_shared<durable_run>(std::move(*durable_));
    run->find();
    run->begin();
    durable(run);
  }
  return pipeline(std::move(spec_));
}

stream_result pipeline_builder::run() {
  return build().run();
}

}  // namespace ingest::actors

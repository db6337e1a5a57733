#pragma once

#include <string>
#include <utility>

#include "ingest/actors/pipeline.hpp"

namespace ingest::actors {

/// Puts a pipeline together, in any order:
///
///     auto result = pipeline_builder()
///                       .from([](slice_id) { return std::make_unique<my_source>(); })
///                       .transforms([](slice_id) { return transform_list{std::make_shared<my_transform>()}; })
///                       .to([](std::size_t) { return std::make_unique<my_sink>(); })
///                       .run();
///
/// Sources, transforms and sinks are given as factories, so that a stage that failed can be started again with a fresh
/// one; or as one object, for a single life: such a pipeline restarts nothing, and has one slice and one loader. The
/// object is the caller's and outlives the pipeline. A source object is closed before wait() returns, also where it was
/// not opened; or by the destructor of a pipeline that was not started; and not at all where build() throws.
class pipeline_builder {
 public:
  pipeline_builder& from(source_factory make);
  pipeline_builder& from(source& only);
  pipeline_builder& to(sink_factory make, std::size_t loaders = 1);
  pipeline_builder& to(sink& only);
  pipeline_builder& transforms(transform_factory make, std::size_t workers = 0);
  pipeline_builder& transforms(transform_list only, std::size_t workers = 0);

  /// `count` slices, of which at most `readers` are read at a time; 0: all.
  pipeline_builder& slices(std::size_t count, std::size_t readers = 0);

  /// Slices that are found while the pipeline runs, however many.
  pipeline_builder& slices(slice_supply_factory make, std::size_t readers);

  /// Where slice `s` begins.
  pipeline_builder& begin_at(std::string position, slice_id s = 0);

  /// What is read goes through a buffer on disk and survives the process: built again with the same options, the
  /// pipeline goes on where it stood. build() finds out where that is, and takes the number of slices and the stop from
  /// the pipeline; it throws what durable_run throws. Sources and transforms must give positions.
  pipeline_builder& durable(durable_run_options run);

  /// Likewise, for a run whose begin() was called.
  pipeline_builder& durable(std::shared_ptr<durable_run> run);

  pipeline_builder& credit(std::uint64_t bytes);
  pipeline_builder& restarts(restart_policy policy);
  pipeline_builder& stop_on(stop_signal signal);
  pipeline_builder& shutdown_timeout(std::chrono::milliseconds t);
  pipeline_builder& limits(stream_limits limits);
  pipeline_builder& on_progress(std::function<void(const stream_progress&)> listener);
  pipeline_builder& count_in(std::shared_ptr<ingest::metrics> counters);

  /// The specification so far, for what has no word above.
  pipeline_spec& spec() { return spec_; }

  /// Throws errc::config if the specification makes no sense. The builder is used up.
  pipeline build();

  /// build(), run().
  stream_result run();

 private:
  pipeline_spec spec_;
  std::optional<durable_run_options> durable_;
  transform_list only_transforms_;
  bool single_life_ = false;
};

}  // namespace ingest::actors

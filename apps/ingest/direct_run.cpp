#include "direct_run.hpp"

#include "first_records.hpp"
#include "from/from.hpp"
#include "log/event_names.hpp"
#include "pipeline_setup.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

stream_result run_directly(const settings& s, const std::shared_ptr<metrics>& counters, const std::stop_token& stop) {
  const bool divides = from_of(s).divisible && !s.slices;
  const std::string plan = divides ? with_edges(plan_of(s), find_windows(s, plan_of(s), *counters, stop)) : plan_of(s);
  log::info(events::run_started, "the run begins", {{"command", "run"}, {"plan", plan}});
  actors::pipeline_builder builder = begin_pipeline(s, counters);
  add_source(builder, s, plan, slices_in(plan));
  first_records first(s.limit.value_or(0), counters);
  if (s.limit) {
    builder.to(first.passed_to(to_of(s).sinks(s)));
  } else {
    builder.to(to_of(s).sinks(s));
    // A failure may have everything started anew, and what was written before then counts no longer.
    builder.on_progress([counters](const stream_progress& so_far) {
      counters->rows_loaded = so_far.records;
      counters->bytes_loaded = so_far.bytes;
    });
  }
  actors::pipeline pipeline = builder.build();
  const std::stop_callback seen_enough(first.enough(), [&pipeline] { pipeline.stop(); });
  stream_result result = run_shown(pipeline, s, counters, true, 0, stop);
  if (first.are_written()) {
    log::info(events::limit_reached, "no more was asked for", {{"limit", *s.limit}});
    result.status = stream_status::success;
  }
  return result;
}

}  // namespace ingest::app

#include "pipeline_setup.hpp"

#include <unistd.h>

#include "datasync/slice_plan.hpp"
#include "from/api.hpp"
#include "from/from.hpp"
#include "ingest/transforms/compress_transform.hpp"
#include "progress_display.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

constexpr std::size_t readers_of_found_slices = 8;

/// What turns the records of FROM into what TO takes. None: they do as they are.
actors::transform_factory make_transforms(const settings& s) {
  if (to_of(s).keyed && !from_of(s).keyed) {
    return [keys = keys_for(s)](slice_id) { return transform_list{std::make_shared<key_transform>(keys)}; };
  }
  if (s.to.compression != file_compression::none) {
    using enum compress_transform::format;
    return [format = s.to.compression == file_compression::gzip ? gzip : zstd](slice_id) {
      return transform_list{std::make_shared<compress_transform>(format)};
    };
  }
  return nullptr;
}

}  // namespace

actors::pipeline_builder begin_pipeline(const settings& s, const std::shared_ptr<metrics>& counters) {
  actors::restart_policy restarts;
  restarts.max_restarts = s.max_restarts;
  restarts.period = s.restart_window;
  actors::pipeline_builder builder;
  builder.credit(s.credit_bytes).count_in(counters).shutdown_timeout(s.shutdown_timeout).restarts(restarts);
  return builder;
}

void add_source(actors::pipeline_builder& to, const settings& s, const std::string& plan, std::size_t slices,
                const std::shared_ptr<run_ledger>& ledger, const std::set<slice_id>& begun) {
  if (const auto supplied = from_of(s).supplied) {
    supplied_sources found = supplied(s, plan, ledger, begun, *to.spec().metrics);
    to.slices(std::move(found.slices), s.readers.value_or(readers_of_found_slices));
    to.from(std::move(found.sources));
  } else {
    to.slices(slices, reader_count(s, slices));
    to.from(from_of(s).sources(s, plan, *to.spec().metrics));
  }
  if (auto transforms = make_transforms(s)) {
    to.transforms(std::move(transforms));
  }
}

std::vector<time_window> find_windows(const settings& s, const std::string& plan, metrics& counters,
                                      const std::stop_token& stop) {
  slice_plan_options o;
  o.readers = s.readers.value_or(o.readers);
  return plan_slices(source_options(s, plan), o, counters, stop);
}

sync_plan find_sync(const settings& s, const std::string& watermark, const std::string& plan_before, metrics& counters,
                    const std::stop_token& stop) {
  sync_beginning from{s.since, std::nullopt, newest_in(plan_before), s.lookback};
  if (!watermark.empty()) {
    from.watermark_ms = parse_watermark(watermark);
  }
  return plan_sync(source_options(s, plan_of(s)), from, counters, stop);
}

stream_result run_shown(actors::pipeline& p, const settings& s, const std::shared_ptr<metrics>& counters, bool loads,
                        std::uint64_t rows_before, const std::stop_token& stop) {
  const std::stop_callback forward(stop, [&p] { p.stop(); });
  progress_display::options shown;
  shown.terminal = ::isatty(STDERR_FILENO) == 1;
  shown.interval = s.progress_interval;
  shown.goal = loads ? progress_meter::goal::loaded : progress_meter::goal::durable;
  shown.rows_before = rows_before;
  const progress_display progress(counters, shown);
  return p.run();
}

}  // namespace ingest::app

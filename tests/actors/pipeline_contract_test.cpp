/// What is asked of ingest_stream() is asked of the pipeline.

#include "ingest/actors/pipeline_builder.hpp"
#include "support/contract_report.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

constexpr std::uint64_t window = 1 << 20;

stream_result run_in_memory(source& from, sink& to, const stream_options& options) {
  try {
    actors::pipeline_builder builder;
    builder.from(from).to(to).transforms(options.transforms, 3).credit(window);
    builder.stop_on(options.stop).limits(options.limits).on_progress(options.on_progress);
    if (options.position) {
      builder.begin_at(*options.position);
    }
    return builder.run();
  } catch (const error& e) {
    stream_result refused;
    refused.failure = e;
    return refused;
  }
}

/// Says of any transform that it may run in parallel. Those of the contract's cases may.
class by_workers final : public transform {
 public:
  explicit by_workers(std::shared_ptr<transform> t) : transform_(std::move(t)) {}
  void open(std::stop_token stop) override { transform_->open(std::move(stop)); }
  std::optional<batch> apply(batch input) override { return transform_->apply(std::move(input)); }
  std::optional<batch> finish() override { return transform_->finish(); }
  bool parallel() const override { return true; }

 private:
  std::shared_ptr<transform> transform_;
};

stream_result run_with_workers(source& from, sink& to, const stream_options& options) {
  stream_options changed = options;
  for (auto& t : changed.transforms) {
    t = t ? std::make_shared<by_workers>(t) : nullptr;
  }
  return run_in_memory(from, to, changed);
}

const engine with_workers{.run = run_with_workers, .in_flight_bytes = window, .tiny_batches = 1'000};

const engine in_memory{.run = run_in_memory, .in_flight_bytes = window};

}  // namespace

BOOST_AUTO_TEST_SUITE(pipeline_contract)

BOOST_AUTO_TEST_CASE(flows_as_it_should_in_memory) {
  check_contract(engine_flow_cases(), in_memory);
}
BOOST_AUTO_TEST_CASE(fails_as_it_should_in_memory) {
  check_contract(engine_failure_cases(), in_memory);
}
BOOST_AUTO_TEST_CASE(stops_as_it_should_in_memory) {
  check_contract(engine_stop_cases(), in_memory);
}

BOOST_AUTO_TEST_CASE(is_the_same_with_transforms_in_parallel) {
  check_contract(engine_cases(), with_workers);
}

BOOST_AUTO_TEST_SUITE_END()

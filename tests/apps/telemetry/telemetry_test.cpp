// What a process tells of itself while a collector takes its time.
#include "telemetry/telemetry.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>

#include "apps/telemetry/collector.hpp"
#include "ingest/metrics.hpp"
#include "report.hpp"

using namespace ingest;
using namespace ingest::app;
using namespace ingest::testing;

namespace {

void wait_for(const std::atomic<bool>& condition) {
  while (!condition) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_process_that_tells_of_itself)

BOOST_AUTO_TEST_CASE(has_its_own_span_told_though_all_spans_that_there_may_be_are_under_way_at_its_end) {
  std::atomic<bool> is_asked{false};
  std::atomic<bool> has_ended{false};
  collector traces([&](const received_request&) {
    is_asked = true;
    wait_for(has_ended);
    return reply{.body = "{}"};
  });
  // Which is sent at the end alone.
  collector figures([&](const received_request&) {
    has_ended = true;
    return reply{.body = "{}"};
  });
  telemetry_options o;
  o.traces = otlp_target{traces.server.url("/v1/traces"), {}, std::chrono::minutes(2)};
  o.metrics = otlp_target{figures.server.url("/v1/metrics"), {}, std::chrono::minutes(2)};
  o.resource = {{"service.name", "ingest"}};
  o.metrics_interval = std::chrono::hours(24);
  telemetry told(std::move(o), "run", "shop");
  for (int i = 0; i < 511; ++i) {
    told.add_failure("stream" + std::to_string(i), 78, "it is not read");
  }
  told.begin_run("shop.orders", std::make_shared<const metrics>());
  told.end_run(run_report{});
  wait_for(is_asked);
  told.finish(0, "");
  const auto spans = spans_in(traces.received("/v1/traces"));
  BOOST_TEST(spans.size() == 513u);
  BOOST_TEST(spans.contains("ingest run"));
}

BOOST_AUTO_TEST_SUITE_END()

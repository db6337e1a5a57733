// ingest run and what it tells a collector of OpenTelemetry, which is a real server: what it was sent is read as JSON
// and held against the rules of OTLP and against the report.
#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <optional>

#include "apps/serve/service_run.hpp"
#include "apps/telemetry/collector.hpp"
#include "support/ingest_run.hpp"
#include "support/raw_server.hpp"
#include "support/shop_api.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 5'000;
constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct told_run : ingest_run {
  explicit told_run(int n = events, std::vector<std::string> flags = {}) : ingest_run(n, std::move(flags)) {
    environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = to.server.url();
  }

  std::map<std::string, seen_span> spans() const { return spans_in(to.received("/v1/traces")); }
  std::map<std::string, std::vector<seen_point>> points() const { return points_in(to.received("/v1/metrics")); }

  collector to;
};

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++n;
  }
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_that_a_collector_is_told_of)

BOOST_AUTO_TEST_CASE(has_the_numbers_of_its_report_in_metrics_and_span) {
  told_run r;
  r.environment["OTEL_SERVICE_NAME"] = "events";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  const auto report = r.report();
  const auto points = r.points();
  for (const char* name :
       {"rows_fetched", "rows_durable", "rows_loaded", "bytes_loaded", "pages_fetched", "requests"}) {
    const auto& last = points.at(std::string("ingest.") + name).back();
    BOOST_TEST(last.value == static_cast<double>(count_in(report, name)), name);
    BOOST_TEST(last.by.at("pipeline") == "default");
    BOOST_TEST(!last.by.contains("stream"));
  }
  BOOST_TEST(points.at("ingest.load_seconds").back().value == seconds_in(report, "seconds.load"));
  BOOST_TEST(points.at("ingest.transaction_duration").back().value ==
             static_cast<double>(count_in(report, "ranges_loaded")));
  const auto spans = r.spans();
  const seen_span& root = spans.at("ingest run");
  BOOST_TEST(root.parent_id == "");
  BOOST_TEST(root.status == 0);
  BOOST_TEST(root.about.at("ingest.rows_loaded") == std::to_string(events));
  BOOST_TEST(root.about.at("ingest.outcome") == "complete");
  BOOST_TEST(root.about.at("ingest.exit_code") == "0");
  BOOST_TEST(root.about.at("ingest.pipeline") == "default");
  BOOST_TEST(root.about.at("ingest.run_id") == text_in(report, "run_id"));
  for (const char* phase : {"fetch", "load"}) {
    BOOST_TEST(spans.at(phase).trace_id == root.trace_id);
    BOOST_TEST(spans.at(phase).parent_id == root.id);
    BOOST_TEST(spans.at(phase).start >= root.start);
    BOOST_TEST(spans.at(phase).end <= root.end);
  }
  BOOST_TEST(spans.size() == 3u);
  BOOST_TEST(times(p.err, "telemetry_") == 0u, p.err);
}

BOOST_AUTO_TEST_CASE(is_told_of_while_it_goes_on_with_sums_that_never_fall) {
  told_run r(events, {"--delay", "20"});
  r.environment["OTEL_METRIC_EXPORT_INTERVAL"] = "20";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  const auto all = r.points();
  const auto& rows = all.at("ingest.rows_loaded");
  BOOST_TEST(rows.size() > 3u);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    BOOST_TEST(rows[i].value >= rows[i - 1].value);
    BOOST_TEST(rows[i].start == rows[0].start);
    BOOST_TEST(rows[i].time >= rows[i - 1].time);
  }
  BOOST_TEST(rows.back().value == events);
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_trace_that_it_was_started_in) {
  told_run r;
  r.environment["TRACEPARENT"] = parent;
  BOOST_TEST(r.run("run").exit_code == 0);
  const auto root = r.spans().at("ingest run");
  BOOST_TEST(root.trace_id == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(root.parent_id == "b7ad6b7169203331");
}

BOOST_AUTO_TEST_CASE(has_a_span_for_each_stream_and_tells_why_one_has_failed) {
  told_run r(1);
  shop_api shop;
  shop.fault = [](const received_request& q) -> std::optional<reply> {
    return q.path == "/v1/customers" ? std::optional(reply{.status = 403, .body = R"({"message":"not yours"})"})
                                     : std::nullopt;
  };
  const http_server api(std::ref(shop));
  r.environment["CONNECTOR_CONFIG"] = INGEST_SOURCE_DIR "/examples/connectors/shop.config.yaml";
  r.environment["SHOP_URL"] = api.url("/v1");
  r.environment["PIPELINE"] = "shop";
  const auto p = r.run("run", {INGEST_SOURCE_DIR "/examples/connectors/shop.yaml"});
  BOOST_TEST(p.exit_code != 0);
  const auto spans = r.spans();
  const seen_span& root = spans.at("ingest run");
  BOOST_TEST(root.status == 2);
  BOOST_TEST(root.message.starts_with("customers: "), root.message);
  BOOST_TEST(root.message.find("not yours") != std::string::npos, root.message);
  BOOST_TEST(root.about.at("ingest.exit_code") == std::to_string(p.exit_code));
  const seen_span& failed = spans.at("stream customers");
  BOOST_TEST(failed.status == 2);
  BOOST_TEST(failed.parent_id == root.id);
  BOOST_TEST(failed.about.at("ingest.outcome") == "aborted");
  const seen_span& complete = spans.at("stream orders");
  BOOST_TEST(complete.status == 0);
  BOOST_TEST(complete.about.at("ingest.stream") == "orders");
  BOOST_TEST(complete.about.at("ingest.rows_loaded") == r.database.value("SELECT count(*) FROM orders"));
  std::map<std::string, double> loaded;
  const auto points = r.points();
  for (const seen_point& one : points.at("ingest.rows_loaded")) {
    BOOST_TEST(one.by.at("pipeline") == "shop");
    loaded[one.by.at("stream")] += one.value;
  }
  BOOST_TEST(loaded.at("orders") == std::stod(complete.about.at("ingest.rows_loaded")));
}

BOOST_AUTO_TEST_CASE(is_told_of_where_it_fails_before_anything_is_read) {
  told_run r;
  r.environment["FROM"] = "connector:missing.yaml";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code != 0, p.err);
  const auto root = r.spans().at("ingest run");
  BOOST_TEST(root.status == 2);
  BOOST_TEST(root.message.find("missing.yaml") != std::string::npos, root.message);
  BOOST_TEST(root.about.at("ingest.exit_code") == std::to_string(p.exit_code));
}

BOOST_AUTO_TEST_CASE(that_a_signal_has_stopped_is_told_of_and_has_not_failed) {
  told_run r(50'000, {"--delay", "20"});
  auto p = r.start("run");
  await(p, [&] { return r.counter("pages_served") > 3; });
  p.signal(SIGTERM);
  BOOST_TEST(p.wait() == 128 + SIGTERM);
  const auto root = r.spans().at("ingest run");
  BOOST_TEST(root.status == 0);
  BOOST_TEST(root.about.at("ingest.outcome") == "interrupted");
}

BOOST_AUTO_TEST_CASE(is_complete_though_the_collector_hangs_and_ends_after_its_timeout) {
  raw_server hangs([](raw_server::connection& c) {
    c.read_request();
    c.pause(std::chrono::minutes(10));
  });
  told_run r;
  r.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = hangs.url("");
  r.environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "500";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(p.err.find("run_complete") < p.err.find("telemetry_failed"), p.err);
  BOOST_TEST(times(p.err, "telemetry_failed") == 2u, p.err);
}

BOOST_AUTO_TEST_CASE(leaves_a_collector_that_hangs_at_the_first_signal_once_it_is_complete) {
  raw_server hangs([](raw_server::connection& c) {
    c.read_request();
    c.pause(std::chrono::minutes(10));
  });
  told_run r;
  r.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = hangs.url("");
  r.environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "600000";
  auto p = r.start("run");
  p.wait_for_output("run_complete");
  p.signal(SIGTERM);
  BOOST_TEST(p.wait() == 0);
}

BOOST_AUTO_TEST_CASE(has_its_own_exit_code_though_the_collector_refuses_all_or_is_not_there) {
  told_run refused;
  const collector refuses([](const received_request&) { return reply{.status = 400, .body = "{}"}; });
  refused.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = refuses.server.url();
  const auto p = refused.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(times(p.err, "telemetry_failed") == 2u, p.err);
  BOOST_TEST(refuses.server.requests().size() == 2u);

  told_run absent;
  absent.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9";
  absent.environment["API_BASE_URL"] = "http://127.0.0.1:9";
  absent.environment["RETRY_DEADLINE_MS"] = "0";
  BOOST_TEST(absent.run("run").exit_code == 69);
}

BOOST_AUTO_TEST_CASE(goes_on_with_a_variable_that_is_wrong_and_says_what_is_done) {
  told_run r;
  r.environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(times(p.err, "telemetry_unclear") == 1u, p.err);
  BOOST_TEST(r.to.server.requests().empty());
}

BOOST_AUTO_TEST_CASE(is_not_told_of_where_nobody_asks_for_it) {
  told_run r;
  r.environment["OTEL_SDK_DISABLED"] = "true";
  BOOST_TEST(r.run("run").exit_code == 0);
  BOOST_TEST(r.to.server.requests().empty());
}

BOOST_AUTO_TEST_CASE(sends_its_headers_and_shows_them_nowhere) {
  told_run r;
  r.environment["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20canary-token";
  r.environment["LOG_LEVEL"] = "debug";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  for (const received_request& q : r.to.server.requests()) {
    BOOST_TEST(q.header("authorization") == "Bearer canary-token");
  }
  BOOST_TEST(p.err.find("canary-token") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(may_be_a_fetch_or_a_load) {
  told_run r;
  BOOST_TEST(r.run("fetch").exit_code == 0);
  BOOST_TEST(r.spans().contains("ingest fetch"));
  BOOST_TEST(r.run("load").exit_code == 0);
  BOOST_TEST(spans_in(r.to.received("/v1/traces")).contains("ingest load"));
}

BOOST_FIXTURE_TEST_CASE(may_be_a_sync_of_a_service_whose_own_trace_it_does_not_join, service_run) {
  const collector to;
  write("rows", "schedule: '@manual'\notel_exporter_otlp_endpoint: " + to.server.url() + "\notel_service_name: shop\n");
  start({}, {"env", std::string("TRACEPARENT=") + parent});
  BOOST_TEST(order("rows", "start").status == 200);
  await_that([&] { return of("rows", "last.outcome") == "complete"; });
  const auto spans = spans_in(to.received("/v1/traces"));
  BOOST_TEST(spans.at("ingest run").trace_id != "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(spans.at("stream rows").about.at("ingest.pipeline") == "rows");
  BOOST_TEST(points_in(to.received("/v1/metrics")).at("ingest.rows_loaded").back().value == 7.0);
  BOOST_TEST(stop() == 0);
}

BOOST_FIXTURE_TEST_CASE(may_be_many_syncs_of_a_service_whose_log_says_once_that_no_collector_is_there, service_run) {
  write("rows", "schedule: every 1s\notel_exporter_otlp_endpoint: http://127.0.0.1:9\n");
  start();
  await_that([&] { return metric(R"(ingest_syncs_total{pipeline="rows",outcome="complete"})") >= 3; });
  BOOST_TEST(of("rows", "says").find("could not be sent") == std::string::npos);
  BOOST_TEST(stop() == 0);
  BOOST_TEST(times(service->err(), "\"telemetry_failed\"") == 1u, service->err());
}

BOOST_AUTO_TEST_SUITE_END()

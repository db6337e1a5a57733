#include "telemetry/otlp_json.hpp"

#include <boost/test/unit_test.hpp>

#include "apps/telemetry/collector.hpp"
#include "ingest/log.hpp"

using namespace ingest::app;
using namespace ingest::testing;
using ingest::metrics;

namespace {

constexpr unix_nanoseconds begin = 1'800'000'000'000'000'000;

std::vector<rapidjson::Document> parsed(const std::string& body) {
  std::vector<rapidjson::Document> all(1);
  all.back().Parse(body.c_str());
  BOOST_REQUIRE_MESSAGE(!all.back().HasParseError(), body);
  return all;
}

trace_span example() {
  trace_span s;
  s.trace_id = "0af7651916cd43dd8448eb211c80319c";
  s.id = "b7ad6b7169203331";
  s.name = "ingest run";
  s.start = begin;
  s.end = begin + 5;
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bodies_of_otlp)

BOOST_AUTO_TEST_CASE(have_spans_with_their_attributes_and_their_failure) {
  trace_span s = example();
  s.parent_id = "00f067aa0ba902b7";
  s.has_failed = true;
  s.failure = "the disk is full";
  s.about = {{"a", std::string("text")}, {"b", std::int64_t{9'007'199'254'740'993}}, {"c", 1.5}};
  auto bodies = parsed(traces_body({{"service.name", "shop"}}, std::vector{s}));
  const auto seen = spans_in(bodies).at("ingest run");
  BOOST_TEST(seen.parent_id == "00f067aa0ba902b7");
  BOOST_TEST(seen.start == begin);
  BOOST_TEST(seen.end == begin + 5);
  BOOST_TEST(seen.status == 2);
  BOOST_TEST(seen.message == "the disk is full");
  BOOST_TEST(seen.about.at("a") == "text");
  BOOST_TEST(seen.about.at("b") == "9007199254740993");
  BOOST_TEST(seen.about.at("c") == "1.500000");
}

BOOST_AUTO_TEST_CASE(have_no_secret_and_no_byte_that_is_no_utf_8) {
  ingest::log::add_secret("canary-of-bodies");
  trace_span s = example();
  s.has_failed = true;
  s.failure = "postgresql://me:hunter22@db says canary-of-bodies \xff";
  s.about = {{"a", std::string("canary-of-bodies")}};
  const std::string body = traces_body({{"service.name", "shop"}, {"key", "canary-of-bodies"}}, std::vector{s});
  BOOST_TEST(body.find("canary") == std::string::npos, body);
  BOOST_TEST(body.find("hunter22") == std::string::npos, body);
  BOOST_TEST(spans_in(parsed(body)).at("ingest run").message.starts_with("postgresql://me:***@db says *** "));
}

BOOST_AUTO_TEST_CASE(have_each_metric_but_moments_with_its_unit) {
  measured_run r{"shop", "orders", begin, begin + 9};
  r.figures.rows_loaded = 18'446'744'073'709'551'615u;
  r.figures.fetch_us = 1'500'000;
  r.figures.bytes_buffered = 7;
  r.figures.request_duration.add(4'000);
  r.figures.request_duration.add(90'000'000);
  const auto bodies = parsed(metrics_body({}, std::vector{r}));
  const auto points = points_in(bodies);
  std::size_t expected = r.figures.histograms().size();
  for (const auto* m : r.figures.all()) {
    expected += m->definition.kind == ingest::metric_kind::moment ? 0 : 1;
  }
  BOOST_TEST(points.size() == expected);
  BOOST_TEST(points.at("ingest.fetch_seconds").front().value == 1.5);
  BOOST_TEST(points.at("ingest.bytes_buffered").front().value == 7.0);
  BOOST_TEST(points.at("ingest.request_duration").front().value == 2.0);
  BOOST_TEST(points.at("ingest.rows_loaded").front().by.at("pipeline") == "shop");
  BOOST_TEST(points.at("ingest.rows_loaded").front().by.at("stream") == "orders");
  for (const json& m : only_in(only_in(bodies.front(), "resourceMetrics"), "scopeMetrics")["metrics"].GetArray()) {
    const std::string name = text_at(m, "name");
    const std::string unit = text_at(m, "unit");
    BOOST_TEST((name != "ingest.rows_loaded" || unit == "{rows}"));
    BOOST_TEST((name != "ingest.bytes_buffered" || (unit == "By" && m.HasMember("gauge"))));
    BOOST_TEST((name != "ingest.fetch_seconds" || (unit == "s" && m.HasMember("sum"))));
    if (name == "ingest.request_duration") {
      const json& p = m["histogram"]["dataPoints"][0];
      BOOST_TEST(std::string(p["bucketCounts"][1].GetString()) == "1");
      BOOST_TEST(std::string(p["bucketCounts"][14].GetString()) == "1");
      BOOST_TEST(p["explicitBounds"][1].GetDouble() == 0.005);
      BOOST_TEST(p["sum"].GetDouble() == 90.004);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

#include "telemetry/telemetry_options.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/log.hpp"
#include "settings/setting_secrets.hpp"
#include "settings/settings.hpp"

using namespace ingest;
using namespace ingest::app;

namespace {

constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

telemetry_options of(const texts_by_name& variables, const std::string& traceparent = "") {
  return telemetry_options_of(variables, traceparent, "");
}

telemetry_options with(const std::string& name, const std::string& text) {
  return of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"}, {name, text}});
}

bool complains(const telemetry_options& o, const std::string& of_what) {
  return o.problems.size() == 1 && o.problems.front().find(of_what) != std::string::npos;
}

std::string resource_value(const telemetry_options& o, const std::string& name) {
  for (const auto& [key, value] : o.resource) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(variables_of_opentelemetry)

BOOST_AUTO_TEST_CASE(send_nothing_where_no_endpoint_is_named) {
  const auto o = of({{"OTEL_SERVICE_NAME", "shop"}, {"OTEL_EXPORTER_OTLP_TIMEOUT", "soon"}});
  BOOST_TEST((!o.traces && !o.metrics && o.problems.empty()));
  BOOST_TEST(complains(of({{"OTEL_TRACES_EXPORTER", "otlp"}}), "http://localhost:4318"));
}

BOOST_AUTO_TEST_CASE(add_paths_to_the_endpoint_of_both_and_none_to_that_of_one) {
  const auto o = with("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://other/as/it/is/");
  BOOST_TEST(o.traces.value().url == "http://collector:4318/v1/traces");
  BOOST_TEST(o.metrics.value().url == "https://other/as/it/is/");
  for (const char* base : {"http://c:1/x", "http://c:1/x/", "http://c:1/x//"}) {
    BOOST_TEST(of({{"OTEL_EXPORTER_OTLP_ENDPOINT", base}}).traces.value().url == "http://c:1/x/v1/traces", base);
  }
  BOOST_TEST(of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c?a=b"}}).traces.value().url == "http://c/v1/traces?a=b");
  const auto metrics_only = of({{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://c/m"}});
  BOOST_TEST((metrics_only.metrics && !metrics_only.traces));
}

BOOST_AUTO_TEST_CASE(are_heeded_of_a_signal_before_those_of_both) {
  const auto o = of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"},
                     {"OTEL_EXPORTER_OTLP_HEADERS", "api-key=both, x-team = a%20b"},
                     {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "api-key=traces"},
                     {"OTEL_EXPORTER_OTLP_TIMEOUT", "3000"},
                     {"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "4000"},
                     {"OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem"}});
  BOOST_TEST((o.traces.value().headers == std::vector<http_header>{{"api-key", "traces"}}));
  BOOST_TEST((o.metrics.value().headers == std::vector<http_header>{{"api-key", "both"}, {"x-team", "a b"}}));
  BOOST_TEST(o.traces->timeout.count() == 3000);
  BOOST_TEST(o.metrics->timeout.count() == 4000);
  BOOST_TEST(o.traces->ca_file == "ca.pem");
  BOOST_TEST(o.problems.empty());
}

BOOST_AUTO_TEST_CASE(turn_off_all_or_one_of_both) {
  BOOST_TEST((!with("OTEL_SDK_DISABLED", "TRUE").traces && !with("OTEL_SDK_DISABLED", "true").metrics));
  BOOST_TEST(with("OTEL_SDK_DISABLED", "1").traces.has_value());
  const auto o = with("OTEL_TRACES_EXPORTER", "none");
  BOOST_TEST((!o.traces && o.metrics && o.problems.empty()));
  BOOST_TEST(with("OTEL_METRICS_EXPORTER", "console,otlp").metrics.has_value());
  const auto another = with("OTEL_METRICS_EXPORTER", "prometheus");
  BOOST_TEST(
      (another.traces && !another.metrics && complains(another, "OTEL_METRICS_EXPORTER is neither otlp nor none")));
}

BOOST_AUTO_TEST_CASE(that_want_another_protocol_send_nothing_or_json_and_a_warning_says_which) {
  const auto grpc = with("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
  BOOST_TEST((!grpc.traces && !grpc.metrics && complains(grpc, "nothing is sent. Set it to http/json")));
  const auto protobuf = with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
  BOOST_TEST((protobuf.traces && protobuf.metrics && complains(protobuf, "JSON is sent")));
  const auto one = with("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc");
  BOOST_TEST((!one.traces && one.metrics));
  BOOST_TEST(with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json").problems.empty());
}

BOOST_AUTO_TEST_CASE(that_are_wrong_are_left_out_and_told_of_without_their_values) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"OTEL_EXPORTER_OTLP_TIMEOUT", "canary"},     {"OTEL_EXPORTER_OTLP_TIMEOUT", "0"},
      {"OTEL_METRIC_EXPORT_INTERVAL", "-1"},        {"OTEL_EXPORTER_OTLP_HEADERS", "canary"},
      {"OTEL_EXPORTER_OTLP_HEADERS", "a b=canary"}, {"OTEL_EXPORTER_OTLP_HEADERS", "a=canary%0d%0ab"},
      {"OTEL_EXPORTER_OTLP_HEADERS", "a=canary%z"}, {"OTEL_RESOURCE_ATTRIBUTES", "canary"}};
  for (const auto& [name, text] : wrong) {
    const auto o = with(name, text);
    BOOST_TEST((o.traces && o.metrics), name);
    BOOST_TEST(complains(o, name), name);
    BOOST_TEST(o.problems.front().find("canary") == std::string::npos, name);
    BOOST_TEST(o.metrics->timeout.count() == 10'000);
    BOOST_TEST(o.metrics_interval.count() == 60'000);
    BOOST_TEST(o.metrics->headers.empty());
  }
  for (const char* endpoint : {"collector:4318", "http://", "http:///x", "ftp://c", "http://a b"}) {
    const auto o = of({{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint}});
    BOOST_TEST((!o.traces && !o.metrics && complains(o, "nothing is sent there")), endpoint);
  }
}

BOOST_AUTO_TEST_CASE(say_what_sends) {
  BOOST_TEST(resource_value(with("OTEL_SERVICE_NAME", ""), "service.name") == "ingest");
  BOOST_TEST(resource_value(with("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,team=b%2Cc"), "service.name") == "a");
  BOOST_TEST(resource_value(with("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,team=b%2Cc"), "team") == "b,c");
  const auto both = of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"},
                        {"OTEL_SERVICE_NAME", "first"},
                        {"OTEL_RESOURCE_ATTRIBUTES", "service.name=second"}});
  BOOST_TEST(resource_value(both, "service.name") == "first");
  BOOST_TEST(resource_value(both, "service.version") != "");
}

BOOST_AUTO_TEST_CASE(go_on_with_a_trace_unless_nobody_wants_it) {
  const texts_by_name endpoint = {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"}};
  const auto o = of(endpoint, parent);
  BOOST_TEST(o.parent.value().trace_id == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(o.parent->span_id == "b7ad6b7169203331");
  const auto unsampled = of(endpoint, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  BOOST_TEST((!unsampled.traces && unsampled.metrics));
  for (const std::string wrong : {"x", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                  "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                  "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                  "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"}) {
    BOOST_TEST((!of(endpoint, wrong).parent && complains(of(endpoint, wrong), "TRACEPARENT")), wrong);
  }
  BOOST_TEST(of(endpoint, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more").parent.has_value());
}

BOOST_AUTO_TEST_CASE(hold_keys_that_are_secret_and_names_that_are_none) {
  setting_sources from;
  const std::map<std::string, std::string> variables = {
      {"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20canary-1,x-team=canary-that-is-long-2,x-set=shop"},
      {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "canary-3, x"}};
  for (const auto& [name, text] : variables) {
    ingest::detail::register_secrets(*find_setting(name), text);
  }
  const std::string shown = log::redact("canary-1 canary-that-is-long-2 canary-3, x shop");
  BOOST_TEST(shown.find("canary") == std::string::npos, shown);
  BOOST_TEST(shown.find("shop") != std::string::npos, shown);
}

BOOST_AUTO_TEST_SUITE_END()

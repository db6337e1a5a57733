#pragma once

#include <rapidjson/document.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/http_server.hpp"

namespace ingest::testing {

/// What takes traces and metrics by OTLP/HTTP in JSON, as a collector of OpenTelemetry does, and keeps them.
class collector {
 public:
  using handler = std::function<reply(const received_request&)>;

  explicit collector(handler h = [](const received_request&) { return reply{.body = "{}"}; }) : server(std::move(h)) {}

  /// Bodies of the requests that were sent to this path.
  std::vector<rapidjson::Document> received(const std::string& path) const {
    std::vector<rapidjson::Document> all;
    for (const received_request& r : server.requests()) {
      if (r.path == path) {
        all.emplace_back();
        all.back().Parse(r.body.c_str());
        BOOST_REQUIRE_MESSAGE(!all.back().HasParseError(), r.body);
      }
    }
    return all;
  }

  http_server server;
};

using json = rapidjson::Value;

inline std::string text_at(const json& object, const char* key) {
  BOOST_REQUIRE_MESSAGE(object.HasMember(key), key);
  BOOST_REQUIRE_MESSAGE(object[key].IsString(), key);
  return object[key].GetString();
}

/// Whole numbers of 64 bits are texts.
inline std::uint64_t number_at(const json& object, const char* key) {
  const std::string digits = text_at(object, key);
  BOOST_REQUIRE_MESSAGE(!digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos, digits);
  return std::stoull(digits);
}

/// Attributes as texts, whatever they are.
inline std::map<std::string, std::string> attributes_of(const json& object) {
  std::map<std::string, std::string> all;
  for (const json& one : object["attributes"].GetArray()) {
    const json& value = one["value"];
    BOOST_REQUIRE(value.MemberCount() == 1);
    const auto& only = *value.MemberBegin();
    const std::string kind = only.name.GetString();
    BOOST_REQUIRE(kind == "stringValue" || kind == "intValue" || kind == "doubleValue");
    BOOST_REQUIRE(only.value.IsString() == (kind != "doubleValue"));
    all[text_at(one, "key")] = only.value.IsString() ? only.value.GetString() : std::to_string(only.value.GetDouble());
  }
  return all;
}

inline const json& only_in(const json& object, const char* key) {
  BOOST_REQUIRE(object.HasMember(key));
  BOOST_REQUIRE(object[key].Size() == 1);
  return object[key][0];
}

inline void check_hexadecimal(const std::string& id, std::size_t digits) {
  BOOST_TEST(id.size() == digits);
  BOOST_TEST(id.find_first_not_of("0123456789abcdef") == std::string::npos, id);
  BOOST_TEST(id.find_first_not_of('0') != std::string::npos, id);
}

inline void check_moment(std::uint64_t nanoseconds) {
  BOOST_TEST(nanoseconds > 1'700'000'000'000'000'000u);
  BOOST_TEST(nanoseconds < 9'000'000'000'000'000'000u);
}

struct seen_span {
  std::string trace_id;
  std::string id;
  std::string parent_id;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  int status = 0;
  std::string message;
  std::map<std::string, std::string> about;
};

/// All spans by their names, after a look at what OTLP wants of each; of the phases of streams the first ones.
inline std::map<std::string, seen_span> spans_in(const std::vector<rapidjson::Document>& bodies) {
  std::map<std::string, seen_span> all;
  for (const auto& body : bodies) {
    const json& of_resource = only_in(body, "resourceSpans");
    BOOST_TEST(attributes_of(of_resource["resource"])["service.name"] != "");
    for (const json& s : only_in(of_resource, "scopeSpans")["spans"].GetArray()) {
      seen_span seen{text_at(s, "traceId"),
                     text_at(s, "spanId"),
                     s.HasMember("parentSpanId") ? text_at(s, "parentSpanId") : "",
                     number_at(s, "startTimeUnixNano"),
                     number_at(s, "endTimeUnixNano"),
                     s["status"].HasMember("code") ? s["status"]["code"].GetInt() : 0,
                     s["status"].HasMember("message") ? text_at(s["status"], "message") : "",
                     attributes_of(s)};
      check_hexadecimal(seen.trace_id, 32);
      check_hexadecimal(seen.id, 16);
      check_moment(seen.start);
      BOOST_TEST(seen.end >= seen.start);
      BOOST_TEST(s["kind"].GetInt() == 1);
      const std::string name = text_at(s, "name");
      const bool is_new = all.emplace(name, seen).second;
      BOOST_TEST((is_new || name == "fetch" || name == "load"), name);
    }
  }
  return all;
}

struct seen_point {
  std::uint64_t start = 0;
  std::uint64_t time = 0;
  double value = 0;  ///< of a histogram, how many
  std::map<std::string, std::string> by;
};

/// The points of each metric in the order in which they came, after a look at what OTLP wants of each.
inline std::map<std::string, std::vector<seen_point>> points_in(const std::vector<rapidjson::Document>& bodies) {
  std::map<std::string, std::vector<seen_point>> all;
  for (const auto& body : bodies) {
    for (const json& m : only_in(only_in(body, "resourceMetrics"), "scopeMetrics")["metrics"].GetArray()) {
      const std::string name = text_at(m, "name");
      BOOST_TEST(name.starts_with("ingest."));
      BOOST_TEST(text_at(m, "unit") != "");
      BOOST_TEST(text_at(m, "description") != "");
      const char* const kind = m.HasMember("sum") ? "sum" : m.HasMember("gauge") ? "gauge" : "histogram";
      BOOST_REQUIRE(m.HasMember(kind));
      const json& data = m[kind];
      if (std::string_view(kind) != "gauge") {
        BOOST_TEST(data["aggregationTemporality"].GetInt() == 2);
      }
      BOOST_TEST((std::string_view(kind) != "sum" || data["isMonotonic"].GetBool()));
      for (const json& p : data["dataPoints"].GetArray()) {
        seen_point seen{number_at(p, "startTimeUnixNano"), number_at(p, "timeUnixNano"), 0, attributes_of(p)};
        check_moment(seen.start);
        BOOST_TEST(seen.time >= seen.start);
        if (std::string_view(kind) == "histogram") {
          seen.value = static_cast<double>(number_at(p, "count"));
          BOOST_TEST(p["bucketCounts"].Size() == p["explicitBounds"].Size() + 1);
          std::uint64_t together = 0;
          for (const json& n : p["bucketCounts"].GetArray()) {
            together += std::stoull(n.GetString());
          }
          BOOST_TEST(together == number_at(p, "count"));
          BOOST_TEST(p["sum"].IsDouble());
        } else {
          seen.value = p.HasMember("asInt") ? static_cast<double>(number_at(p, "asInt")) : p["asDouble"].GetDouble();
        }
        all[name].push_back(seen);
      }
    }
  }
  return all;
}

}  // namespace ingest::testing

#include "telemetry/telemetry_options.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/trimmed.hpp"
#include "ingest/version.hpp"
#include "settings/otel_pairs.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

using std::chrono::milliseconds;

bool lists(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    if (detail::trimmed(text.substr(0, text.find(','))) == word) {
      return true;
    }
    text.remove_prefix(std::min(text.find(','), text.size() - 1) + 1);
  }
  return false;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

class variables_reading {
 public:
  variables_reading(const texts_by_name& variables, telemetry_options& to) : variables_(variables), to_(to) {}

  std::string text(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? "" : found->second;
  }

  /// Where `signal` is sent, if it is.
  std::optional<otlp_target> target(const std::string& signal, const std::string& path) {
    const std::string exporter = "OTEL_" + signal + "_EXPORTER";
    const std::string chosen = text(exporter);
    const auto [endpoint_name, endpoint] = of_signal(signal, "ENDPOINT");
    if (endpoint.empty()) {
      complain_if(lists(chosen, "otlp"), exporter +
                                             " is otlp, but no OTEL_EXPORTER_OTLP_ENDPOINT says where to: "
                                             "nothing is sent. A collector of this machine is http://localhost:4318");
      return std::nullopt;
    }
    if (chosen == "none") {
      return std::nullopt;
    }
    if (!chosen.empty() && !lists(chosen, "otlp")) {
      to_.problems.push_back(exporter + " is neither otlp nor none: " + lower(signal) + " are not sent");
      return std::nullopt;
    }
    return speaks_json(signal) ? target_at(signal, endpoint_name, endpoint, path) : std::nullopt;
  }

  milliseconds duration(const std::string& name, milliseconds otherwise, milliseconds most) {
    const std::string given = text(name);
    const auto n = detail::parse_integer(given);
    if (n && *n > 0 && *n <= static_cast<std::uint64_t>(most.count())) {
      return milliseconds(*n);
    }
    complain_if(!given.empty(), name + " must be a whole number of milliseconds, 1 … " + std::to_string(most.count()) +
                                    ": " + std::to_string(otherwise.count()) + " is taken");
    return otherwise;
  }

  /// Of one pair that is malformed, the specification wants all to be left out.
  void take_resource() {
    const std::string name = "OTEL_RESOURCE_ATTRIBUTES";
    const auto given = detail::pairs_in(text(name));
    complain_if(!given.whole, name + " must be name=value, separated by commas: all of it is left out");
    set("service.name", "ingest");
    set("service.version", std::string(version()));
    set("host.name", host_name());
    for (const auto& [key, value] : given.pairs) {
      if (given.whole) {
        set(key, value);
      }
    }
    if (const std::string service = text("OTEL_SERVICE_NAME"); !service.empty()) {
      set("service.name", service);
    }
  }

 private:
  struct named_text {
    std::string name;
    std::string text;
  };

  /// The signal's own variable, else that of both.
  named_text of_signal(const std::string& signal, const std::string& what) const {
    const std::string own = "OTEL_EXPORTER_OTLP_" + signal + "_" + what;
    const std::string both = "OTEL_EXPORTER_OTLP_" + what;
    return text(own).empty() ? named_text{both, text(both)} : named_text{own, text(own)};
  }

  bool speaks_json(const std::string& signal) {
    const auto [name, protocol] = of_signal(signal, "PROTOCOL");
    if (protocol.empty() || protocol == "http/json") {
      return true;
    }
    if (protocol == "http/protobuf") {
      complain_once(name +
                    " is http/protobuf: JSON is sent to the same endpoint, which a collector takes as well. "
                    "http/json is what is spoken here");
      return true;
    }
    complain_once(name +
                  " is not http/json, the only one that is spoken here: nothing is sent. Set it to http/json, and "
                  "the endpoint to the collector's port for HTTP, 4318 mostly");
    return false;
  }

  std::optional<otlp_target> target_at(const std::string& signal, const std::string& name, const std::string& endpoint,
                                       const std::string& path) {
    const std::size_t scheme = endpoint.starts_with("https://") ? 8 : endpoint.starts_with("http://") ? 7 : 0;
    const std::size_t end_of_host = endpoint.find_first_of("/?#", scheme);
    const bool has_blanks = std::any_of(endpoint.begin(), endpoint.end(), [](unsigned char c) { return c <= 0x20; });
    if (scheme == 0 || end_of_host == scheme || endpoint.size() == scheme || has_blanks) {
      complain_once(name +
                    " must be a URL that begins with http:// or https:// and names a host: nothing is sent there");
      return std::nullopt;
    }
    otlp_target to{endpoint};
    if (name == "OTEL_EXPORTER_OTLP_ENDPOINT") {
      const std::size_t query = std::min(endpoint.find_first_of("?#"), endpoint.size());
      const std::size_t last = endpoint.find_last_not_of('/', query == 0 ? 0 : query - 1);
      to.url = endpoint.substr(0, last + 1) + path + endpoint.substr(query);
    }
    take_headers(signal, to);
    const auto timeout = of_signal(signal, "TIMEOUT").name;
    to.timeout = duration(timeout, to.timeout, std::chrono::minutes(10));
    to.ca_file = of_signal(signal, "CERTIFICATE").text;
    return to;
  }

  void take_headers(const std::string& signal, otlp_target& to) {
    const auto [name, given] = of_signal(signal, "HEADERS");
    const auto headers = detail::pairs_in(given);
    bool whole = headers.whole;
    for (const auto& [key, value] : headers.pairs) {
      try {
        const http_header header{key, value};
        validate(header);
        to.headers.push_back(header);
      } catch (const error&) {
        whole = false;
      }
    }
    if (!whole) {
      complain_once(name + " must be name=value, separated by commas: what in it is none is not sent");
    }
  }

  void set(const std::string& key, const std::string& value) {
    auto& all = to_.resource;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& known) { return known.first == key; });
    if (found != all.end()) {
      found->second = value;
    } else if (!value.empty()) {
      all.emplace_back(key, value);
    }
  }

  void complain_if(bool so, const std::string& what) {
    if (so) {
      complain_once(what);
    }
  }
  void complain_once(const std::string& what) {
    if (std::find(to_.problems.begin(), to_.problems.end(), what) == to_.problems.end()) {
      to_.problems.push_back(what);
    }
  }

  const texts_by_name& variables_;
  telemetry_options& to_;
};

}  // namespace

telemetry_options telemetry_options_of(const texts_by_name& variables, const std::string& traceparent,
                                       const std::string& tracestate) {
  telemetry_options o;
  variables_reading in(variables, o);
  if (lower(in.text("OTEL_SDK_DISABLED")) == "true") {
    return o;
  }
  o.traces = in.target("TRACES", "/v1/traces");
  o.metrics = in.target("METRICS", "/v1/metrics");
  if (!o.traces && !o.metrics) {
    return o;
  }
  if (o.metrics) {
    o.metrics_interval = in.duration("OTEL_METRIC_EXPORT_INTERVAL", o.metrics_interval, std::chrono::hours(24));
  }
  in.take_resource();
  if (o.traces && !traceparent.empty()) {
    o.parent = parse_trace_parent(traceparent);
    if (!o.parent) {
      o.problems.push_back("TRACEPARENT is none as W3C Trace Context has it: a trace of its own begins");
    } else {
      o.parent->state = tracestate;
    }
  }
  if (o.parent && !o.parent->is_sampled) {
    o.traces.reset();  // as a sampler of the SDK's does by default
  }
  return o;
}

}  // namespace ingest::app

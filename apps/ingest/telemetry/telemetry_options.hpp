#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/http_client.hpp"
#include "settings/settings.hpp"
#include "telemetry/trace_context.hpp"

namespace ingest::app {

/// Where a signal, traces or metrics, is sent by OTLP/HTTP.
struct otlp_target {
  std::string url;
  std::vector<http_header> headers = {};
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  std::string ca_file = {};  ///< empty: the system's
};

/// What the standard variables of OpenTelemetry say.
struct telemetry_options {
  std::optional<otlp_target> traces = {};   ///< none: they are not sent
  std::optional<otlp_target> metrics = {};  ///< likewise
  std::chrono::milliseconds metrics_interval = std::chrono::minutes(1);
  std::vector<std::pair<std::string, std::string>> resource = {};  ///< attributes of what sends
  std::optional<trace_parent> parent = {};                         ///< of the process's span

  /// A sentence for each variable that cannot be heeded, and what is done instead. None where nothing is to be sent
  /// anyway: nobody refuses to run for a variable that may be there for other programs.
  std::vector<std::string> problems = {};
};

/// `variables` are those of settings::otel; the others are of the process's environment, empty where they are not set.
telemetry_options telemetry_options_of(const texts_by_name& variables, const std::string& traceparent,
                                       const std::string& tracestate);

}  // namespace ingest::app

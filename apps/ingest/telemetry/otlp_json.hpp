#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ingest/metrics.hpp"

/// Bodies of OTLP/HTTP in JSON (OTLP 1.x): ids as hexadecimal digits, whole numbers of 64 bits as texts, nothing that
/// is a secret.
namespace ingest::app {

using attribute_value = std::variant<std::string, std::int64_t, double>;
using attributes = std::vector<std::pair<std::string, attribute_value>>;
using resource_attributes = std::vector<std::pair<std::string, std::string>>;

/// Nanoseconds since 1970.
using unix_nanoseconds = std::uint64_t;

struct trace_span {
  std::string trace_id;
  std::string id;
  std::string parent_id = {};      ///< empty: it has none
  bool has_remote_parent = false;  ///< in another process
  std::string trace_state = {};
  std::string name;
  unix_nanoseconds start = 0;
  unix_nanoseconds end = 0;
  attributes about = {};
  bool has_failed = false;
  std::string failure = {};  ///< why
};

std::string traces_body(const resource_attributes& resource, std::span<const trace_span> spans);

/// The figures of a run at a moment.
struct measured_run {
  std::string pipeline;
  std::string stream;  ///< empty: it has no name
  unix_nanoseconds start = 0;
  unix_nanoseconds time = 0;
  metrics figures = {};
};

/// All metrics but moments, by their table, for each of the runs; sums are cumulative from its start on.
std::string metrics_body(const resource_attributes& resource, std::span<const measured_run> runs);

}  // namespace ingest::app

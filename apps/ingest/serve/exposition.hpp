#pragma once

#include <string>

#include "ingest/metrics.hpp"
#include "serve/service_status.hpp"

namespace ingest::app {

/// The figures of a service in Prometheus' text format, version 0.0.4: those of all runs by the table of metrics, with
/// the labels pipeline and stream, times in seconds, and those of pipelines and their syncs.
std::string exposition_of(const service_status& s);

/// What exposition_of() calls a metric of the table; empty for one that it leaves out.
std::string exposed_name(const metric_definition& d);

}  // namespace ingest::app

#pragma once

#include <string>
#include <string_view>

#include "ingest/metrics.hpp"

namespace ingest::app {

/// What the unit is called in docs/metrics.md.
std::string_view name_of(metric_unit u);

/// What a metric is called outside of logs and reports, behind "ingest_" or "ingest.": durations end in _seconds and
/// are given in them. Empty for a moment, which is not told.
std::string exported_name(const metric_definition& d);

}  // namespace ingest::app

#pragma once

#include <memory>
#include <string>

#include "ingest/http_source.hpp"
#include "ingest/metrics.hpp"
#include "ingest/postgres.hpp"
#include "settings/settings.hpp"

/// What the settings mean for each part of a pipeline.
namespace ingest::app {

/// `plan`: of the run; see run_plan.hpp.
http_source_options source_options(const settings& s, const std::string& plan);

/// How much a loader holds in memory at a time.
std::uint64_t range_bytes(const settings& s, command c);

postgres_options target_options(const settings& s, std::shared_ptr<metrics> counters);

}  // namespace ingest::app

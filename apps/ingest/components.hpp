#pragma once

#include <memory>
#include <string>

#include "ingest/http_source.hpp"
#include "ingest/metrics.hpp"
#include "ingest/postgres.hpp"
#include "ingest/settings.hpp"

/// What the settings mean for each part of a pipeline.
namespace ingest::app {

/// What is asked of the source, as text. Pages of different plans must not mix, so a run goes on only with its own.
std::string plan_of(const settings& s);

http_source_options source_options(const settings& s);
postgres_options target_options(const settings& s, std::shared_ptr<metrics> counters);

}  // namespace ingest::app

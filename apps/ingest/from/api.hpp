#pragma once

#include <string>

#include "ingest/http_source.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// What the settings mean for the source of an API. `plan`: of the run; see run_plan.hpp.
http_source_options source_options(const settings& s, const std::string& plan);

}  // namespace ingest::app

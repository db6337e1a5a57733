#pragma once

#include <functional>
#include <ostream>
#include <vector>

#include "checks.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// Checks the settings, DATA_DIR (which is created if it is missing; not where TO needs none) and what `more` returns,
/// and writes a line per check to `out`. Goes on after a failure, unless it is the settings that are wrong. Returns 0
/// or the exit code of the first failure.
int validate_command(const setting_sources& sources, const std::function<std::vector<check>(const settings&)>& more,
                     std::ostream& out);

}  // namespace ingest::app

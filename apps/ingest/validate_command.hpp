#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

/// Checks the settings, DATA_DIR (which is created if it is missing; not where TO needs none), FROM and TO,
/// and writes a line per check to `out`. Goes on after a failure, unless it is the settings that are wrong. Returns 0
/// or the exit code of the first failure.
int validate_command(const setting_sources& sources, std::ostream& out);

}  // namespace ingest::app

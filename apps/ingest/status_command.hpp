#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

/// Writes the status of the run in DATA_DIR to `out`. Needs neither API nor database, and disturbs no running process.
/// Returns 0. Throws errc::config if there is no run.
int status_command(const settings& s, bool json, std::ostream& out);

}  // namespace ingest::app

#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

/// Serves until a signal ends it, and returns 0. With `check`, nothing runs: `out` gets a line for each file of the
/// folder, and 78 is returned where one of them cannot be used. Throws what keeps the service from beginning.
int serve_command(const settings& s, bool check, std::ostream& out);

}  // namespace ingest::app

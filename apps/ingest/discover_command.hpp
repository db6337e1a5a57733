#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

/// Writes to `out` the statement that makes a view with typed columns of a table of (id, data). Changes nothing.
int discover_command(const settings& s, std::ostream& out);

}  // namespace ingest::app

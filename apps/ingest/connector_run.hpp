#pragma once

#include "settings/settings.hpp"

namespace ingest::app {

/// FROM=connector:FILE: a run of each stream that is chosen, one after the other. What becomes of one hinders no other,
/// but a signal ends all. Returns 0 where all are complete; else the exit code of the first that is not.
int run_connector(const settings& s, command c, bool fresh);

}  // namespace ingest::app

#pragma once

#include "settings/settings.hpp"

namespace ingest::app {

/// Refuses --fresh on a DATA_DIR that holds a run, unless --yes was given too: errc::usage.
void check_fresh(const settings& s, bool fresh, bool yes);

/// Runs `c`, which is run, fetch or load, to its end. With `fresh`, what DATA_DIR and the ledger hold is forgotten
/// first. Returns the exit code: 0, or 128 + n after an orderly stop by signal n. Throws what keeps it from starting.
int run_command(const settings& s, command c, bool fresh);

}  // namespace ingest::app

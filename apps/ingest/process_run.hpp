#pragma once

#include "settings/settings.hpp"

namespace ingest::app {

/// FROM=singer:COMMAND and FROM=airbyte:COMMAND: a run of each stream that is chosen, one after the other, each with a
/// process of its own. What becomes of one hinders no other, but a signal ends all. Returns 0 where all are complete;
/// else the exit code of the first that is not.
int run_process(const settings& s, command c, bool fresh);

}  // namespace ingest::app

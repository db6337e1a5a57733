#pragma once

#include <functional>
#include <ostream>

#include "rejected_rows.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// Loads rows that were refused in runs with these settings once more, each exactly once, and marks them. One that is
/// refused again stays as it is. A replay that was broken off is finished first, whatever is wanted now. Rows of
/// a connector's streams are loaded stream by stream. Returns 0; 65 where some were refused again; or the exit code of
/// the first run that came to no end.
///
/// A replay is a run of its own, with a pipeline and a directory of its own: PIPELINE.replay-MOMENT reads what was
/// chosen from a file. Whatever moment it is killed at, the next replay goes on with it: what is chosen is durable
/// before anything is loaded, rows and ledger are in one transaction, and marking them twice is marking them once.
int replay_rejects(const settings& s, const std::function<bool(const set_aside_row&)>& wanted, bool rehearse,
                   std::ostream& out);

}  // namespace ingest::app

#pragma once

#include <functional>
#include <ostream>

#include "rejected_rows.hpp"
#include "settings/settings.hpp"

namespace ingest::app {

/// Which row stays where one that was refused, and one that has come since, have the same key.
enum class replay_winner { unsaid, of_the_table, refused_one };

struct replay_order {
  std::function<bool(const set_aside_row&)> wanted;
  replay_winner winner = replay_winner::unsaid;
  bool rehearse = false;
};

/// Loads rows that were refused in runs with these settings once more, each exactly once, and marks them. One that is
/// refused again stays as it is. A replay that was broken off is finished first, whatever is wanted now. Rows of
/// a connector's streams are loaded stream by stream. Returns 0; 65 where some were refused again, or are of no stream
/// that is read; or the exit code of the first run that came to no end.
///
/// With WRITE=append all are added. With WRITE=skip the first row of a key stays, and with VERSION_FIELD the newest;
/// with WRITE=merge without that, nobody knows which is newer: somebody has to say (errc::usage).
///
/// A replay is a run of its own, with a pipeline and a directory of its own: PIPELINE.replay-MOMENT reads what was
/// chosen from a file. Whatever moment it is killed at, the next replay goes on with it: what is chosen is durable
/// before anything is loaded, rows and ledger are in one transaction, and marking them twice is marking them once.
int replay_rejects(const settings& s, const replay_order& order, std::ostream& out);

}  // namespace ingest::app

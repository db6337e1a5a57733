#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "settings/settings.hpp"

/// Runs of a pipeline's source beside its own, which leave alone where that stands: a backfill, a verification.
namespace ingest::app {

/// A part of the source's time; an end that is not there is open.
struct part_of_time {
  std::optional<std::int64_t> from_ms = {};  ///< since 1970, included
  std::optional<std::int64_t> to_ms = {};    ///< not included

  bool is_all() const { return !from_ms && !to_ms; }
};

/// Of what people have written. Throws errc::usage for what is no time, and where the end is not behind the beginning.
part_of_time part_of_time_between(const std::string& from, const std::string& to);

/// With a pipeline and a directory of its own, PIPELINE.NAME and DATA_DIR/NAME, reading all of that part and no more. A
/// connector's tokens are those of the pipeline.
settings settings_beside(const settings& s, const std::string& name, const part_of_time& part);

/// Begins it, or, where its directory is there, goes on with it. Returns the exit code.
int run_beside(const settings& beside);

/// After it was complete: the next of its name begins anew.
void forget_run_beside(const settings& beside);

}  // namespace ingest::app

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "buffer/data_dir.hpp"
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

/// A stream that can be read beside its pipeline, and one that cannot.
struct stream_beside {
  std::string name;          ///< empty: the pipeline has one that has no name
  settings own;              ///< of the pipeline's run
  std::string problem = {};  ///< why it cannot be; empty: it can
};

/// Those that the settings choose. With a part of time, what has no cursor of time cannot be read so.
std::vector<stream_beside> streams_beside(const settings& s, const part_of_time& part);

/// While it is there, no run of these streams goes on here: none begins, and none is under way. Throws errc::locked
/// where one is, and errc::config where DATA_DIR is not there, so that nobody takes another one for the pipeline's.
class held_pipeline {
 public:
  held_pipeline(const settings& s, const std::vector<stream_beside>& streams);

 private:
  std::vector<std::unique_ptr<data_dir>> directories_;
};

/// With a pipeline and a directory of its own, PIPELINE.NAME and DATA_DIR/NAME, reading all of that part of these
/// streams and no more. A connector's tokens are those of the pipeline.
settings settings_beside(const settings& s, const std::vector<stream_beside>& streams, const std::string& name,
                         const part_of_time& part);

/// Begins it; with `resumes`, goes on with it where its directory is there. Returns the exit code.
int run_beside(const settings& beside, bool resumes);

/// Its directory, and what the ledger knows of it, are no more.
void forget_run_beside(const settings& beside);

}  // namespace ingest::app

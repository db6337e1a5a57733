#pragma once

#include <string>

#include "ingest/actors/pipeline_spec.hpp"
#include "ingest/metrics.hpp"
#include "settings/settings.hpp"

/// What FROM and TO mean: the sources, the transforms between, and the sinks.
namespace ingest::app {

/// The sources of a run with this plan (see run_plan.hpp). A file that is not what the plan says, at the beginning or
/// at the end of reading, fails with errc::config. `counters` must outlive them.
source_factory make_sources(const settings& s, const std::string& plan, metrics& counters);

/// What turns the records of FROM into what TO takes. None: they do as they are.
actors::transform_factory make_transforms(const settings& s);

/// The sinks of a TO that is no database.
sink_factory make_sinks(const settings& s);

/// What can be said of FROM before a run begins: throws errc::config where standard input is closed, and where a file
/// has no column of ids or cannot be read. An API is not asked.
void check_beginning_of_source(const settings& s);

/// Looks at the first record of FROM, a file. Returns what was found, in a few words. Throws what reading does, and
/// errc::bad_data if the database could not take the record.
std::string look_at_source_file(const settings& s);

/// The same for TO, a file: whether it could be written.
std::string look_at_target_file(const settings& s);

/// Where the rows are when the command `c` is complete.
std::string target_text(const settings& s, command c);

}  // namespace ingest::app

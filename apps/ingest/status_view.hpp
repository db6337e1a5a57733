#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "buffer/run_state.hpp"
#include "ingest/file_system.hpp"

namespace ingest::app {

/// How the run in `directory` stands, for people: the state file, corrected by what the buffer's indexes know better. A
/// state that says running while no process holds the directory is interrupted. Nothing where there is no run. Only
/// reads, so it may be called beside a running process. Throws errc::bad_data where neither state nor buffer can be
/// read.
std::optional<run_state> view_status(file_system& files, const std::filesystem::path& directory);

std::string status_json(const run_state& s);

/// A short table.
std::string status_text(const run_state& s);

}  // namespace ingest::app

#pragma once

#include <filesystem>
#include <vector>

namespace ingest::app {

/// DATA_DIR itself, and those below it, which a connector's streams have; by their names. Throws errc::config where it
/// is no directory, so that nobody takes another one for the pipeline's.
std::vector<std::filesystem::path> run_directories(const std::filesystem::path& data_dir);
void require_directory(const std::filesystem::path& data_dir);

/// Whether a run has left a state or a buffer there.
bool holds_run(const std::filesystem::path& directory);

}  // namespace ingest::app

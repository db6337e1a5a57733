#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "serve/pipeline_file.hpp"

namespace ingest::app {

/// What a folder of pipelines holds: its files `*.yaml`, `*.yml` and `*.json`; those that begin with a dot are passed
/// over, as editors leave them.
struct pipelines_folder {
  std::map<std::string, pipeline_file> pipelines;  ///< by name
  std::map<std::string, std::string> refused;      ///< by name: a file that cannot be used, and why, with its line
};

/// Reads all of it; `most_memory` is that of all syncs of the service, 0 for any amount. A file that cannot be used
/// hinders no other. Throws errc::config where the folder itself cannot be read.
pipelines_folder read_pipelines(const std::filesystem::path& folder, const std::filesystem::path& state,
                                const rest::setting_origins& origins, std::uint64_t most_memory = 0);

}  // namespace ingest::app

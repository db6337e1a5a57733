#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "serve/pipeline_file.hpp"

namespace ingest::app {

/// What a folder of pipelines holds: its files `*.yaml`, `*.yml` and `*.json`; those that begin with a dot are passed
/// over, as editors leave them.
struct pipelines_folder {
  std::map<std::string, pipeline_file> pipelines;  ///< by name
  std::map<std::string, std::string> refused;      ///< by name: a file that cannot be used, and why, with its line
};

/// In the directory of the state, so that no pipeline can be called that.
inline constexpr std::string_view service_lock = "service.lock";

/// What no two pipelines may share.
struct pipeline_identity {
  std::string in_ledger;
  std::filesystem::path directory;

  bool operator==(const pipeline_identity&) const = default;
};
pipeline_identity identity_of(const pipeline_file& p);

/// Reads all of it; `most_memory` is that of all syncs of the service, 0 for any amount. A file that cannot be used
/// hinders no other. Of two that share what they must not, the one that is `there` already, by name, is not refused,
/// and else the first one by the alphabet. Throws errc::config where the folder itself cannot be read.
pipelines_folder read_pipelines(const std::filesystem::path& folder, const std::filesystem::path& state,
                                const rest::setting_origins& origins, std::uint64_t most_memory = 0,
                                const std::map<std::string, pipeline_identity>& there = {});

}  // namespace ingest::app

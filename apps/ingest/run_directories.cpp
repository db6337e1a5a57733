#include "run_directories.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/file_system.hpp"

namespace ingest::app {

void require_directory(const std::filesystem::path& data_dir) {
  if (!std::filesystem::is_directory(data_dir)) {
    throw error(errc::config, "there is no directory " + data_dir.string() + ": set DATA_DIR to where a run is");
  }
}

std::vector<std::filesystem::path> run_directories(const std::filesystem::path& data_dir) {
  require_directory(data_dir);
  std::vector<std::filesystem::path> all{data_dir};
  for (const auto& entry : std::filesystem::directory_iterator(data_dir)) {
    if (entry.is_directory() && !entry.is_symlink()) {
      all.push_back(entry.path());
    }
  }
  std::sort(all.begin() + 1, all.end());
  return all;
}

bool holds_run(const std::filesystem::path& directory) {
  const auto names = posix_file_system().list(directory);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("events_buffer.") || name.starts_with("ingestion.state");
  });
}

}  // namespace ingest::app

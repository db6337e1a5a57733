#include "serve/pipelines_folder.hpp"

#include <set>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

std::set<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  std::error_code problem;
  std::filesystem::directory_iterator entries(folder, problem);
  for (; !problem && entries != std::filesystem::directory_iterator(); entries.increment(problem)) {
    const std::filesystem::path& path = entries->path();
    const std::string ending = path.extension().string();
    if ((ending == ".yaml" || ending == ".yml" || ending == ".json") && !path.filename().string().starts_with('.')) {
      files.insert(path);
    }
  }
  if (problem) {
    throw error(errc::config, "the folder of pipelines " + folder.string() + " cannot be read: " + problem.message());
  }
  return files;
}

pipeline_file read_file(const std::filesystem::path& path, const std::filesystem::path& state,
                        const rest::setting_origins& origins) {
  const auto text = detail::contents_of(path);
  if (!text) {
    throw error(errc::config, path.string() + ": cannot be read");
  }
  return read_pipeline(*text, path, state, origins);
}

}  // namespace

pipelines_folder read_pipelines(const std::filesystem::path& folder, const std::filesystem::path& state,
                                const rest::setting_origins& origins) {
  pipelines_folder found;
  std::map<std::filesystem::path, std::string> by_directory;
  for (const std::filesystem::path& path : files_in(folder)) {
    const std::string name = path.stem().string();
    try {
      if (found.pipelines.contains(name) || found.refused.contains(name)) {
        throw error(errc::config, path.string() + ": another file of that name is there, with another ending");
      }
      pipeline_file pipeline = read_file(path, state, origins);
      const auto directory = std::filesystem::absolute(pipeline.checked.data_dir).lexically_normal();
      if (const auto other = by_directory.find(directory); other != by_directory.end()) {
        throw error(errc::config, path.string() + ": data_dir is that of the pipeline " + other->second +
                                      ", and two must not share one: leave it out");
      }
      by_directory.emplace(directory, name);
      found.pipelines.emplace(name, std::move(pipeline));
    } catch (const error& e) {
      found.pipelines.erase(name);
      found.refused[name] = log::redact(e.what());
    }
  }
  return found;
}

}  // namespace ingest::app

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

/// A regular file of a size that a pipeline's may have; a pipe, say, would be waited for.
std::string contents_of(const std::filesystem::path& path) {
  constexpr std::uintmax_t most = 1 << 20;
  std::error_code problem;
  const bool is_file = std::filesystem::is_regular_file(path, problem);
  if (is_file && std::filesystem::file_size(path, problem) <= most) {
    if (auto text = detail::contents_of(path)) {
      return *std::move(text);
    }
  }
  throw error(errc::config, path.string() + ": " +
                                (problem || is_file ? "cannot be read, or has more than 1 MiB" : "is no regular file"));
}

/// Whether runs of one would be called as those of the other in the ledger: NAME, or NAME.STREAM.
bool share_name(const std::string& a, const std::string& b) {
  return a == b || a.starts_with(b + ".") || b.starts_with(a + ".");
}

void require_apart(const pipeline_file& p, const pipelines_folder& from) {
  const auto directory_of = [](const pipeline_file& f) {
    return std::filesystem::absolute(f.checked.data_dir).lexically_normal();
  };
  for (const auto& [name, other] : from.pipelines) {
    if (directory_of(p) == directory_of(other)) {
      throw error(errc::config, p.path.string() + ": data_dir is that of the pipeline " + name +
                                    ", and two must not share one: leave it out");
    }
    if (share_name(p.checked.pipeline, other.checked.pipeline)) {
      throw error(errc::config, p.path.string() + ": in the ledger it would be " + p.checked.pipeline +
                                    ", which is, or may be a stream of, what the pipeline " + name +
                                    " is called there: name the file otherwise, or set pipeline");
    }
  }
}

}  // namespace

pipelines_folder read_pipelines(const std::filesystem::path& folder, const std::filesystem::path& state,
                                const rest::setting_origins& origins, std::uint64_t most_memory) {
  pipelines_folder found;
  for (const std::filesystem::path& path : files_in(folder)) {
    const std::string name = path.stem().string();
    try {
      if (found.pipelines.contains(name) || found.refused.contains(name)) {
        throw error(errc::config, path.string() + ": another file of that name is there, with another ending");
      }
      pipeline_file pipeline = read_pipeline(contents_of(path), path, state, origins, most_memory);
      require_apart(pipeline, found);
      found.pipelines.emplace(name, std::move(pipeline));
    } catch (const error& e) {
      found.pipelines.erase(name);
      found.refused[name] = log::redact(e.what());
    }
  }
  return found;
}

}  // namespace ingest::app

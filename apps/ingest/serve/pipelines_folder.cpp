#include "serve/pipelines_folder.hpp"

#include <optional>
#include <set>
#include <utility>

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

using identities = std::map<std::string, pipeline_identity>;

/// Empty: it may be there beside these.
std::string clash_of(const pipeline_file& p, const identities& others) {
  const pipeline_identity own = identity_of(p);
  for (const auto& [name, other] : others) {
    if (own.directory == other.directory) {
      return p.path.string() + ": data_dir is that of the pipeline " + name +
             ", and two must not share one: leave it out";
    }
    if (share_name(own.in_ledger, other.in_ledger)) {
      return p.path.string() + ": in the ledger it would be " + own.in_ledger +
             ", which is, or may be a stream of, what the pipeline " + name +
             " is called there: name the file otherwise, or set pipeline";
    }
  }
  return {};
}

/// The first file, by the alphabet, that clashes with those before it or with what stays; and why.
std::optional<std::pair<std::string, std::string>> first_clash(const pipelines_folder& found, const identities& stay) {
  std::map<std::filesystem::path, const pipeline_file*> files;
  for (const auto& [name, file] : found.pipelines) {
    files.emplace(file.path, &file);
  }
  identities admitted = stay;
  for (const auto& [path, file] : files) {
    if (stay.contains(file->name)) {
      continue;
    }
    if (std::string clash = clash_of(*file, admitted); !clash.empty()) {
      return std::pair(file->name, std::move(clash));
    }
    admitted.emplace(file->name, identity_of(*file));
  }
  return std::nullopt;
}

/// Those that are there stay what they are, where their file is refused as well. So each refusal has all looked at once
/// more.
void refuse_clashes(pipelines_folder& found, const identities& there) {
  identities stay;
  for (const auto& [name, own] : there) {
    const auto file = found.pipelines.find(name);
    if (file == found.pipelines.end() ? found.refused.contains(name) : identity_of(file->second) == own) {
      stay.emplace(name, own);
    }
  }
  while (const auto clash = first_clash(found, stay)) {
    const auto& [name, why] = *clash;
    found.refused[name] = log::redact(why);
    found.pipelines.erase(name);
    if (const auto own = there.find(name); own != there.end()) {
      stay.insert(*own);
    }
  }
}

/// What the service itself keeps in the directory of its state.
void require_directory_of_its_own(const std::string& name, const std::filesystem::path& path,
                                  const std::filesystem::path& state) {
  std::error_code problem;
  const std::filesystem::file_status is = std::filesystem::status(state / name, problem);
  if (name == service_lock || (std::filesystem::exists(is) && !std::filesystem::is_directory(is))) {
    throw error(errc::config, path.string() + ": a pipeline cannot be called " + name + ", for " +
                                  (state / name).string() + " is a file of another use: name it otherwise");
  }
}

}  // namespace

pipeline_identity identity_of(const pipeline_file& p) {
  return {p.checked.pipeline, std::filesystem::absolute(p.checked.data_dir).lexically_normal()};
}

pipelines_folder read_pipelines(const std::filesystem::path& folder, const std::filesystem::path& state,
                                const rest::setting_origins& origins, std::uint64_t most_memory,
                                const std::map<std::string, pipeline_identity>& there) {
  pipelines_folder found;
  for (const std::filesystem::path& path : files_in(folder)) {
    const std::string name = path.stem().string();
    try {
      if (found.pipelines.contains(name) || found.refused.contains(name)) {
        throw error(errc::config, path.string() + ": another file of that name is there, with another ending");
      }
      require_directory_of_its_own(name, path, state);
      found.pipelines.emplace(name, read_pipeline(contents_of(path), path, state, origins, most_memory));
    } catch (const error& e) {
      found.pipelines.erase(name);
      found.refused[name] = log::redact(e.what());
    }
  }
  refuse_clashes(found, there);
  return found;
}

}  // namespace ingest::app

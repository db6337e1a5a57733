#include "core/replaced_file.hpp"

#include "ingest/error.hpp"

namespace ingest::detail {

void replace_file(file_system& files, const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path temporary = temporary_of(path);
  // One that a crash has left is worth nothing: it was never renamed.
  files.remove(temporary);
  try {
    const auto f = files.create(temporary);
    f->append(text);
    f->sync();
    files.rename(temporary, path);
  } catch (const error&) {
    try {
      files.remove(temporary);
    } catch (const error&) {
      // The next one removes it or fails with a reason of its own.
    }
    throw;
  }
  files.sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

std::filesystem::path temporary_of(std::filesystem::path path) {
  path += ".tmp";
  return path;
}

}  // namespace ingest::detail

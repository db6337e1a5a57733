#include "core/replaced_file.hpp"

#include <utility>

#include "ingest/error.hpp"

namespace ingest::detail {

replaced_file::replaced_file(file_system& files, std::filesystem::path path) : files_(files), path_(std::move(path)) {
  // One that a crash has left is worth nothing: it was never renamed.
  files_.remove(temporary_of(path_));
  file_ = files_.create(temporary_of(path_));
}

replaced_file::~replaced_file() {
  if (is_in_place_) {
    return;
  }
  try {
    files_.remove(temporary_of(path_));
  } catch (const error&) {
    // The next one removes it or fails with a reason of its own.
  }
}

void replaced_file::append(std::string_view bytes) {
  constexpr std::size_t enough = 1 << 20;
  piece_.append(bytes);
  if (piece_.size() > enough) {
    flush();
  }
}

void replaced_file::commit() {
  flush();
  file_->sync();
  files_.rename(temporary_of(path_), path_);
  is_in_place_ = true;
  files_.sync_directory(path_.has_parent_path() ? path_.parent_path() : ".");
}

void replaced_file::flush() {
  file_->append(piece_);
  piece_.clear();
}

void replace_file(file_system& files, const std::filesystem::path& path, std::string_view text) {
  replaced_file made(files, path);
  made.append(text);
  made.commit();
}

std::filesystem::path temporary_of(std::filesystem::path path) {
  path += ".tmp";
  return path;
}

}  // namespace ingest::detail

#pragma once

#include <filesystem>

#include "ingest/error.hpp"

namespace ingest {

/// The directory that holds a pipeline's buffer and state, locked for this process.
class data_dir {
 public:
  /// Creates the directory (0700) if it is missing and locks it. Throws errc::locked if another process holds it
  /// (nothing was written then), errc::config for a path with "..", one that is a symbolic link, no directory, or
  /// writable for group or others.
  explicit data_dir(std::filesystem::path path);
  ~data_dir();
  data_dir(const data_dir&) = delete;
  data_dir& operator=(const data_dir&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// True if some process holds the directory's lock now.
  static bool is_locked(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace ingest

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/file_system.hpp"

namespace ingest::detail {

/// What is appended becomes the contents of a file, durably, once it is committed: whatever happens on the way, the
/// file is what it was before, or that. Throws what `files` throws.
class replaced_file {
 public:
  replaced_file(file_system& files, std::filesystem::path path);
  ~replaced_file();  ///< not committed: the file stays what it is
  replaced_file(const replaced_file&) = delete;
  replaced_file& operator=(const replaced_file&) = delete;

  void append(std::string_view bytes);
  void commit();

 private:
  void flush();

  file_system& files_;
  std::filesystem::path path_;
  std::unique_ptr<file> file_;
  std::string piece_;
  bool is_in_place_ = false;
};

/// The same of a text that is at hand.
void replace_file(file_system& files, const std::filesystem::path& path, std::string_view text);

/// The file beside it that comes and goes then; a crash may leave it behind.
std::filesystem::path temporary_of(std::filesystem::path path);

}  // namespace ingest::detail

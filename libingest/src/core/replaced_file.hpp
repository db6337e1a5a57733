#pragma once

#include <filesystem>
#include <string_view>

#include "ingest/file_system.hpp"

namespace ingest::detail {

/// Makes `text` the contents of a file, durably: whatever happens on the way, the file is what it was before, or that.
/// Throws what `files` throws.
void replace_file(file_system& files, const std::filesystem::path& path, std::string_view text);

/// The file beside it that comes and goes then; a crash may leave it behind.
std::filesystem::path temporary_of(std::filesystem::path path);

}  // namespace ingest::detail

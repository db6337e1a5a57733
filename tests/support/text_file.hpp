#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace ingest::testing {

/// The whole contents of a file; empty if there is none.
inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

/// Creates or replaces a file.
inline void put_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace ingest::testing

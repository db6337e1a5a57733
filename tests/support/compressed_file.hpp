#pragma once

#include <filesystem>
#include <string>

#include "ingest/transforms/compress_transform.hpp"
#include "support/text_file.hpp"

namespace ingest::testing {

/// Writes `text` compressed, in `pieces` members or frames.
inline void put_compressed(const std::filesystem::path& path, const std::string& text, compress_transform::format f,
                           std::size_t pieces = 1) {
  compress_transform compress(f);
  std::string all;
  const std::size_t length = text.size() / pieces + 1;
  for (std::size_t at = 0; at < text.size(); at += length) {
    batch b;
    b.data = std::make_shared<const std::string>(text.substr(at, length));
    all += compress.apply(b)->bytes();
  }
  put_text(path, all);
}

}  // namespace ingest::testing

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/payload_pool.hpp"
#include "ingest/batch.hpp"
#include "ingest/file_system.hpp"

namespace ingest {

/// Reads ranges of the buffer that are durable. Independent of the disk_buffer object, so that loaders read while the
/// writer appends. One thread at a time; has no segment open between two ranges.
class range_reader {
 public:
  range_reader(file_system& files, std::filesystem::path directory);
  ~range_reader();

  /// The range's bytes, each page checked against its checksum: errc::bad_data names file, page and offset where one
  /// does not hold. The batch's `pages` are those of the range.
  batch read(const range& r);

 private:
  file_system& files_;
  std::filesystem::path directory_;
  payload_pool payloads_{1};
};

}  // namespace ingest

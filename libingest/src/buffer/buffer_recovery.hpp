#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "buffer/disk_buffer.hpp"

namespace ingest::detail {

/// What a buffer's directory holds, and what has to be done before it can be written to again.
struct buffer_scan {
  disk_buffer::contents found;

  /// Segments that stay, and the bytes of their whole pages.
  std::map<std::uint64_t, std::uint64_t> segments;

  /// Segments without a whole page: their creation, their first page or their deletion was interrupted.
  std::vector<std::uint64_t> remnants;

  /// The newest segment with data and header, perhaps a remnant. What lies behind the two ends is torn; what lies
  /// before may not be synced yet.
  struct end {
    std::uint64_t segment = 0;
    std::uint64_t data = 0;
    std::uint64_t index = 0;
    bool torn = false;
  };
  std::optional<end> newest;
};

/// Reads all indexes and the newest segment's pages. Throws errc::bad_data for damage that no crash can have caused.
buffer_scan scan_buffer(file_system& files, const std::filesystem::path& directory);

/// Deletes a segment's two files, durably, so that a crash in between leaves what scan_buffer() takes for a remnant.
void remove_segment(file_system& files, const std::filesystem::path& directory, std::uint64_t segment);

}  // namespace ingest::detail

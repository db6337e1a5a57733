#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "buffer/disk_buffer.hpp"
#include "fuzz/fuzz_target.hpp"
#include "support/memory_file_system.hpp"

namespace ingest::fuzz {

/// The directory of a disk buffer, from the bytes of an input: a byte of which the lowest bit says that checksums are
/// to be mended, then files, each a byte (segment 1 … 4 in the lowest two bits, index or data in the highest), two of
/// the length, and the contents.
class buffer_image {
 public:
  buffer_image(input in, std::filesystem::path directory);

  void write_to(testing::memory_file_system& files) const;

 private:
  struct segment {
    std::optional<std::string> data;
    std::optional<std::string> index;
  };

  /// Without this hardly an input would get past the checksums, and none could lie behind a valid one.
  static void mend(segment& s);

  std::filesystem::path directory_;
  std::array<segment, 4> segments_;
};

}  // namespace ingest::fuzz

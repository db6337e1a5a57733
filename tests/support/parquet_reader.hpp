#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ingest::testing {

/// A Parquet file as a reader sees it that is not ours: hyparquet, in Node, by tests/libingest/parquet/reader/read.mjs.
/// It has compared all checksums and statistics with what is there.
struct parquet_contents {
  struct column {
    std::string name, physical, logical, encodings;
  };

  std::uint64_t rows = 0;
  std::uint64_t row_groups = 0;
  std::string created_by;
  std::map<std::string, std::string> metadata;
  std::vector<column> columns;
  std::vector<std::string> lines;  ///< a row each, cells behind tabs, as read.mjs says
};

/// False where Node or the reader's packages are not installed.
bool can_read_parquet();

/// Throws std::runtime_error, with what the reader says, for a file that it does not read.
parquet_contents read_parquet(const std::filesystem::path& path);

/// Bytes as cells have them.
std::string parquet_cell(std::string_view bytes);

}  // namespace ingest::testing

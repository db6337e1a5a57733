#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "parquet/column_chunk.hpp"
#include "parquet/parquet_metadata.hpp"

namespace ingest::detail {

/// Writes a Parquet file (https://github.com/apache/parquet-format) from its beginning to its end, row group by row
/// group. For each row a value or null is added to each column, in any order, and then the row is ended.
class parquet_writer {
 public:
  struct limits {
    std::size_t row_group_bytes;  ///< in memory, compressed as far as it is; a row group is written when it has them
    std::optional<int> zstd_level;
  };

  /// `out` takes the bytes of the file.
  parquet_writer(std::vector<parquet_column> columns, const limits& l, std::function<void(std::string)> out);
  parquet_writer(const parquet_writer&) = delete;  // columns refer to what stands here
  parquet_writer& operator=(const parquet_writer&) = delete;

  const std::vector<parquet_column>& columns() const { return columns_; }

  void add(std::size_t column, const parquet_value& value) { chunks_[column].add(value); }

  /// Not in a column that is required.
  void add_null(std::size_t column) { chunks_[column].add_null(); }

  /// `bytes` is how large its values are, roughly.
  void end_row(std::size_t bytes);

  std::uint64_t rows() const { return rows_; }

  /// Writes what is left and the footer.
  void finish(const parquet_metadata::texts& key_values);

 private:
  void end_row_group();
  std::size_t memory() const;
  void write(std::string bytes);

  std::vector<parquet_column> columns_;
  std::size_t row_group_bytes_;
  std::function<void(std::string)> out_;
  page_compressor compressor_;
  std::vector<column_chunk> chunks_;
  parquet_metadata metadata_;
  std::uint64_t offset_ = 0;      // of the next byte in the file
  std::uint64_t rows_ = 0;        // of all row groups
  std::uint64_t group_rows_ = 0;  // of the one at hand
  std::size_t unmeasured_ = 0;    // bytes of rows since memory() was asked for
};

}  // namespace ingest::detail

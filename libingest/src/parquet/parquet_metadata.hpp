#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ingest/sinks/parquet_sink.hpp"
#include "parquet/column_chunk.hpp"
#include "parquet/thrift_encoder.hpp"

namespace ingest::detail {

/// What stands at the end of a file, as parquet.thrift has it. Row groups are kept as the bytes they will be.
class parquet_metadata {
 public:
  parquet_metadata(const std::vector<parquet_column>& columns, std::int32_t codec)
      : columns_(&columns), codec_(codec) {}

  void begin_row_group();

  /// Of the next column, whose pages begin at `offset` of the file.
  void add_chunk(const written_chunk& chunk, std::uint64_t offset);

  void end_row_group(std::uint64_t rows);

  using texts = std::vector<std::pair<std::string, std::string>>;
  std::string footer(const texts& key_values, std::string_view created_by) const;

 private:
  void append_chunk(thrift_encoder& out, const parquet_column& column, const written_chunk& chunk,
                    std::uint64_t offset) const;

  const std::vector<parquet_column>* columns_;
  std::int32_t codec_;
  std::string groups_;  // their structs, one behind the other
  std::size_t group_count_ = 0;
  std::uint64_t rows_ = 0;

  // Of the row group at hand.
  std::string chunks_;
  std::size_t chunk_count_ = 0;
  std::uint64_t uncompressed_ = 0;
  std::uint64_t compressed_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace ingest::detail

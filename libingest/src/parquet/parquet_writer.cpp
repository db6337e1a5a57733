#include "parquet/parquet_writer.hpp"

#include <algorithm>
#include <utility>

#include "ingest/version.hpp"
#include "parquet/little_endian.hpp"

namespace ingest::detail {

namespace {

constexpr std::string_view magic = "PAR1";
constexpr std::uint64_t most_rows_of_a_group = 1 << 20;
constexpr std::size_t usual_page_bytes = 1 << 20;
constexpr std::size_t least_page_bytes = 4 << 10;

/// Such that what is in no page yet leaves room for pages.
std::size_t page_bytes(std::size_t row_group_bytes, std::size_t columns) {
  return std::clamp(row_group_bytes / (4 * columns), least_page_bytes, usual_page_bytes);
}

}  // namespace

parquet_writer::parquet_writer(std::vector<parquet_column> columns, const limits& l,
                               std::function<void(std::string)> out)
    : columns_(std::move(columns)),
      row_group_bytes_(l.row_group_bytes),
      out_(std::move(out)),
      compressor_(l.zstd_level),
      metadata_(columns_, compressor_.codec()) {
  const std::size_t bytes = page_bytes(row_group_bytes_, columns_.size());
  chunks_.reserve(columns_.size());
  for (const parquet_column& c : columns_) {
    chunks_.emplace_back(c, bytes, compressor_);
  }
  write(std::string(magic));
}

void parquet_writer::end_row(std::size_t bytes) {
  constexpr std::size_t share = 64;
  ++rows_;
  ++group_rows_;
  unmeasured_ += bytes + columns_.size();
  if (unmeasured_ < row_group_bytes_ / share && group_rows_ < most_rows_of_a_group) {
    return;
  }
  unmeasured_ = 0;
  if (group_rows_ >= most_rows_of_a_group || memory() >= row_group_bytes_) {
    end_row_group();
  }
}

std::size_t parquet_writer::memory() const {
  std::size_t sum = 0;
  for (const column_chunk& c : chunks_) {
    sum += c.memory();
  }
  return sum;
}

void parquet_writer::end_row_group() {
  metadata_.begin_row_group();
  for (column_chunk& column : chunks_) {
    written_chunk chunk = column.end();
    metadata_.add_chunk(chunk, offset_);
    for (std::string& page : chunk.pages) {
      write(std::move(page));
    }
  }
  metadata_.end_row_group(std::exchange(group_rows_, 0));
}

void parquet_writer::finish(const parquet_metadata::texts& key_values) {
  if (group_rows_ > 0) {
    end_row_group();
  }
  std::string end = metadata_.footer(key_values, "ingest version " + std::string(version()));
  append_little_endian(static_cast<std::uint32_t>(end.size()), end);
  end += magic;
  write(std::move(end));
}

void parquet_writer::write(std::string bytes) {
  offset_ += bytes.size();
  out_(std::move(bytes));
}

}  // namespace ingest::detail

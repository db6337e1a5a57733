#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ingest/payload_pool.hpp"
#include "ingest/source.hpp"

namespace ingest {

namespace detail {
class byte_input;
}

struct ndjson_options {
  std::size_t batch_bytes = 1 << 20;         ///< of a batch, about; a longer line makes a longer batch
  std::size_t max_line_bytes = 64ull << 20;  ///< a longer line is refused with errc::bad_data
};

/// The lines of a file of newline-delimited JSON, gzipped, compressed with zstd, or neither. A batch holds whole lines,
/// each with its newline, also the last; a line is a record, and blank ones are left out. Lines are not parsed.
/// Positions are offsets into the decompressed bytes; going on in a compressed file means decompressing what is before.
class ndjson_source final : public source {
 public:
  explicit ndjson_source(std::filesystem::path path, ndjson_options options = {});
  ~ndjson_source() override;

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override;

 private:
  std::size_t extend(std::string& block, std::size_t filled);

  std::filesystem::path path_;
  ndjson_options options_;
  payload_pool payloads_;
  std::unique_ptr<detail::byte_input> input_;
  std::string begun_;         // of a line whose end has not been read
  std::uint64_t offset_ = 0;  // of the first byte of begun_
};

}  // namespace ingest

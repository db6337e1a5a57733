#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "ingest/source.hpp"

namespace ingest {

class payload_pool;

namespace detail {
class byte_input;
}

/// The bytes of a file, as they are, in blocks that know nothing of records (their `records` is 0). Positions are byte
/// offsets. A FIFO or a device can be read as well, but not from a position.
class file_source final : public source {
 public:
  /// Measured: larger blocks leave the processor's cache between reading and writing, and are slower.
  static constexpr std::size_t default_block_bytes = 64 << 10;

  explicit file_source(std::filesystem::path path, std::size_t block_bytes = default_block_bytes);
  ~file_source() override;

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override;
  void close() noexcept override;

 private:
  std::filesystem::path path_;
  std::size_t block_bytes_;
  std::shared_ptr<payload_pool> payloads_;
  std::unique_ptr<detail::byte_input> file_;
  std::uint64_t offset_ = 0;
};

}  // namespace ingest

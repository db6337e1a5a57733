#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace ingest::detail {

/// A run of bytes, read from its beginning to its end.
class byte_input {
 public:
  virtual ~byte_input() = default;

  /// Reads up to `size` bytes, at least one unless the end is reached; 0 at the end.
  virtual std::size_t read(char* to, std::size_t size) = 0;
};

enum class compression { none, gzip, zstd };

/// What a file that begins with `bytes` is compressed with; four bytes are enough to tell.
compression compression_of(std::string_view bytes);

/// Opens a file to be read from `offset`, as it is. Throws errc::config where there is no such file, errc::bad_data if
/// it is shorter than that; reading throws errc::cancelled when `stop` is requested.
std::unique_ptr<byte_input> open_file(const std::string& path, std::uint64_t offset, const std::stop_token& stop);

/// The same, decompressed: gzip (all members) and zstd (all frames) are told by their first bytes. `offset` counts
/// decompressed bytes; those before it are decompressed and thrown away. Reading throws errc::bad_data where compressed
/// data is damaged or cut off.
std::unique_ptr<byte_input> open_decompressed(const std::string& path, std::uint64_t offset,
                                              const std::stop_token& stop);

/// The number that `position` says, 0 where there is none; `name` is what the message calls the source of it. Throws
/// errc::config for what is no number.
std::uint64_t offset_of(const std::optional<std::string>& position, const std::string& name);

}  // namespace ingest::detail

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

/// Bytes whose beginning can be looked at before it is read.
class peeked_input final : public byte_input {
 public:
  explicit peeked_input(std::unique_ptr<byte_input> from) : from_(std::move(from)) {}

  std::size_t read(char* to, std::size_t size) override;

  /// What comes next: at least `wanted` bytes unless the end comes before, more where they came along.
  std::string_view look_ahead(std::size_t wanted);

 private:
  std::unique_ptr<byte_input> from_;
  std::string ahead_;
};

/// Opens a file to be read from `offset`, as it is. Throws errc::config where there is no such file, errc::bad_data if
/// it is shorter than that; reading throws errc::cancelled when `stop` is requested.
std::unique_ptr<byte_input> open_file(const std::string& path, std::uint64_t offset, const std::stop_token& stop);

/// What comes out of a descriptor that somebody else owns; `name` is what messages call it.
std::unique_ptr<byte_input> open_descriptor(int fd, std::string name, std::stop_token stop);

/// Reads `count` bytes of the file `path` and throws them away. Throws errc::bad_data if there are fewer.
void skip(byte_input& bytes, std::uint64_t count, const std::string& path);

/// The number that `position` says, 0 where there is none; `name` is what the message calls the source of it. Throws
/// errc::config for what is no number.
std::uint64_t offset_of(const std::optional<std::string>& position, const std::string& name);

}  // namespace ingest::detail

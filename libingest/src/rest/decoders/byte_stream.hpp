#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace ingest::rest {

/// How much of what a body holds may be in memory, however small the body itself is.
struct decoding_limits {
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::size_t text = none;      ///< bytes of what can only be looked at as a whole: a line, a row, a document
  std::size_t unpacked = none;  ///< bytes that come of all that is compressed in it
};

/// A body, piece by piece. To be used by one thread at a time.
class byte_stream {
 public:
  virtual ~byte_stream() = default;

  /// The next piece, valid until the next call; nothing at the end, then and from then on. Throws errc::bad_data for
  /// what cannot be read.
  virtual std::string_view next() = 0;

  /// Whether pieces stay valid as long as the stream does.
  virtual bool keeps_pieces() const { return false; }
};

/// A body that is there as a whole, and outlives this.
class whole_body final : public byte_stream {
 public:
  explicit whole_body(std::string_view bytes) : bytes_(bytes) {}
  std::string_view next() override;
  bool keeps_pieces() const override { return true; }

 private:
  std::string_view bytes_;
};

/// All that a stream has, for those who cannot do with less.
class gathered_body {
 public:
  /// Throws errc::bad_data beyond `most` bytes.
  gathered_body(std::unique_ptr<byte_stream> from, std::size_t most);
  gathered_body(const gathered_body&) = delete;
  gathered_body& operator=(const gathered_body&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  std::unique_ptr<byte_stream> from_;  // has the bytes where it keeps them
  std::string kept_;
  std::string_view bytes_;
};

/// Throws errc::bad_data: `what` of the answer is larger than that, when it is unpacked.
[[noreturn]] void refuse_size(const std::string& what, std::size_t most);

}  // namespace ingest::rest

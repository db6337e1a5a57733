#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Puts the pieces of response bodies together, decompressing those in gzip with all their members (RFC 1952, section
/// 2.2): libcurl's own decoder stops behind the first.
class body_decoder {
 public:
  body_decoder();
  ~body_decoder();
  body_decoder(const body_decoder&) = delete;
  body_decoder& operator=(const body_decoder&) = delete;

  /// Another body begins, in the coding that its Content-Encoding names.
  void begin(std::string_view content_encoding);

  bool is_plain() const { return coding_ == coding::plain; }

  /// Adds a piece to `body`, which may hold `most` bytes. False if there is no use in going on: the body is too large
  /// or cannot be decoded. Zeros behind a gzip member, with which some servers pad, are skipped.
  bool append(std::string_view piece, std::string& body, std::size_t most);

  bool too_large() const { return too_large_; }

  /// Why the body cannot be read, now that it has come to its end; empty if it can.
  std::string problem() const;

 private:
  enum class coding { plain, gzip, unknown };
  struct gzip_stream;

  bool inflate(std::string_view piece, std::string& body, std::size_t most);

  coding coding_ = coding::plain;
  bool too_large_ = false;
  bool damaged_ = false;
  std::string name_;  // of an unknown coding
  std::unique_ptr<gzip_stream> gzip_;
};

}  // namespace ingest::detail

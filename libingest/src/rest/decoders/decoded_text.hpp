#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "rest/decoders/byte_stream.hpp"
#include "rest/decoders/text_encoding.hpp"

namespace ingest::rest {

/// A body that is a text, as UTF-8 without a byte order mark. No piece ends inside of a character.
class decoded_text final : public byte_stream {
 public:
  decoded_text(std::unique_ptr<byte_stream> from, text_encoding encoding);

  /// Throws errc::bad_data for bytes that are no text of the encoding, with their place.
  std::string_view next() override;

 private:
  std::unique_ptr<byte_stream> from_;
  text_encoding encoding_;
  bool begun_ = false;
  bool ended_ = false;
  std::size_t before_ = 0;  // bytes that were given
  std::string held_back_;   // the beginning of a character
  std::string joined_;
  std::string kept_;
};

}  // namespace ingest::rest

#pragma once

#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

/// JsonDecoder: the elements of an array, or the one value.
class json_decoder final : public decoder {
 public:
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;
  bool is_json() const override { return true; }
  bool shows_response() const override { return true; }
};

}  // namespace ingest::rest

#pragma once

#include "rest/decoders/decoder.hpp"
#include "rest/decoders/text_encoding.hpp"

namespace ingest::rest {

/// JsonlDecoder: a document a line. Empty lines are none. A line that is no JSON is an error; the CDK would leave it
/// out.
class jsonl_decoder final : public decoder {
 public:
  explicit jsonl_decoder(text_encoding encoding = {}) : encoding_(encoding) {}
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;

 private:
  text_encoding encoding_;
};

/// IterableDecoder: {"record": line}, of each line.
class iterable_decoder final : public decoder {
 public:
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;
};

}  // namespace ingest::rest

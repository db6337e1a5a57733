#pragma once

#include <atomic>

#include "rest/decoders/decoder.hpp"
#include "rest/decoders/text_encoding.hpp"

namespace ingest::rest {

/// JsonlDecoder: a document a line. Empty lines are none. A line that is no JSON is an error; the CDK would leave it
/// out. So is a last line that says nothing but an error, where no line before it does: the API has broken off there.
/// One in the middle is a document, with a warning.
class jsonl_decoder final : public decoder {
 public:
  explicit jsonl_decoder(text_encoding encoding = {}) : encoding_(encoding) {}
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;

 private:
  text_encoding encoding_;
  mutable std::atomic<bool> told_{false};
};

/// IterableDecoder: {"record": line}, of each line. A page of HTML is refused.
class iterable_decoder final : public decoder {
 public:
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;
};

}  // namespace ingest::rest

#pragma once

#include "rest/decoders/decoder.hpp"
#include "rest/decoders/text_encoding.hpp"

namespace ingest::rest {

/// JsonlDecoder: a document a line. Empty lines are none. A line that is no JSON is an error; the CDK would leave it
/// out.
class jsonl_decoder final : public decoder {
 public:
  explicit jsonl_decoder(text_encoding encoding = {}) : encoding_(encoding) {}
  void decode(std::string_view body, const std::function<void(const value& document)>& each) const override;

 private:
  text_encoding encoding_;
};

/// IterableDecoder: {"record": line}, of each line.
class iterable_decoder final : public decoder {
 public:
  void decode(std::string_view body, const std::function<void(const value& document)>& each) const override;
};

}  // namespace ingest::rest

#pragma once

#include <cstddef>
#include <memory>

#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

/// GzipDecoder: another decoder's bodies, compressed. A body that is not compressed goes to the other one as it is.
class gzip_decoder final : public decoder {
 public:
  /// `most_bytes`: of all that decode() unpacks.
  explicit gzip_decoder(std::shared_ptr<const decoder> inner, std::size_t most_bytes)
      : inner_(std::move(inner)), most_bytes_(most_bytes) {}

  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;

 protected:
  decoding_limits limits() const override { return {most_bytes_, most_bytes_}; }

 private:
  std::shared_ptr<const decoder> inner_;
  std::size_t most_bytes_;
};

}  // namespace ingest::rest

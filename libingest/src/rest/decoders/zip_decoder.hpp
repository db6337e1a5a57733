#pragma once

#include <cstddef>
#include <memory>

#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

/// ZipfileDecoder: another decoder's bodies are the members of the archive, in the order of its directory.
class zip_decoder final : public decoder {
 public:
  /// `most_bytes`: of all that decode() unpacks.
  zip_decoder(std::shared_ptr<const decoder> inner, std::size_t most_bytes)
      : inner_(std::move(inner)), most_bytes_(most_bytes) {}

  /// Throws errc::bad_data, naming the member where it is one's, for what is no archive, damaged or cut short,
  /// encrypted, or too large.
  std::unique_ptr<document_stream> documents(std::unique_ptr<byte_stream> body,
                                             const decoding_limits& most) const override;
  bool shows_response() const override { return true; }

 protected:
  decoding_limits limits() const override { return {most_bytes_, most_bytes_}; }

 private:
  std::shared_ptr<const decoder> inner_;
  std::size_t most_bytes_;
};

}  // namespace ingest::rest

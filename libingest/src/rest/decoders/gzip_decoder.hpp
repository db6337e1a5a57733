#pragma once

#include <cstddef>
#include <memory>

#include "rest/decoders/decoder.hpp"

namespace ingest::rest {

/// GzipDecoder: another decoder's bodies, compressed. A body that is not compressed goes to the other one as it is.
class gzip_decoder final : public decoder {
 public:
  explicit gzip_decoder(std::shared_ptr<const decoder> inner, std::size_t most_bytes = std::size_t(1) << 30U)
      : inner_(std::move(inner)), most_bytes_(most_bytes) {}

  /// Throws errc::bad_data for a body that is damaged, or has more than `most_bytes` when it is not compressed.
  void decode(std::string_view body, const std::function<void(const value& document)>& each) const override;

 private:
  std::shared_ptr<const decoder> inner_;
  std::size_t most_bytes_;
};

}  // namespace ingest::rest

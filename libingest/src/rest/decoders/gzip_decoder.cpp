#include "rest/decoders/gzip_decoder.hpp"

#include "rest/decoders/inflated_stream.hpp"

namespace ingest::rest {

std::unique_ptr<document_stream> gzip_decoder::documents(std::unique_ptr<byte_stream> body,
                                                         const decoding_limits& most) const {
  return inner_->documents(std::make_unique<inflated_stream>(std::move(body), most.unpacked), most);
}

}  // namespace ingest::rest

#include "rest/decoders/gzip_decoder.hpp"

#include <string>

#include "http/body_decoder.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

void gzip_decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  if (!body.starts_with("\x1f\x8b")) {
    return inner_->decode(body, each);
  }
  detail::body_decoder unpacking;
  unpacking.begin("gzip");
  std::string unpacked;
  if (!unpacking.append(body, unpacked, most_bytes_) && unpacking.too_large()) {
    throw error(errc::bad_data, "the answer has more than " + std::to_string(most_bytes_) +
                                    " bytes when it is unpacked; ask for smaller parts of it");
  }
  if (const std::string problem = unpacking.problem(); !problem.empty()) {
    throw error(errc::bad_data, "the answer cannot be unpacked: " + problem, true);
  }
  inner_->decode(unpacked, each);
}

}  // namespace ingest::rest

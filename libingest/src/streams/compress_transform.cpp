#include "ingest/transforms/compress_transform.hpp"

#include "ingest/error.hpp"
#include "streams/compression.hpp"

namespace ingest {

compress_transform::compress_transform(format f, int level) : format_(f), level_(level) {
  const int highest = f == format::gzip ? 9 : 19;
  if (level < 1 || level > highest) {
    throw error(errc::config,
                "the compression level " + std::to_string(level) + " is not one of 1 to " + std::to_string(highest));
  }
}

std::optional<batch> compress_transform::apply(batch input) {
  if (!input.bytes().empty()) {
    input.data = std::make_shared<const std::string>(format_ == format::gzip ? detail::gzip(input.bytes(), level_)
                                                                             : detail::zstd(input.bytes(), level_));
  }
  return input;
}

}  // namespace ingest

#include "demo_api/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace demo_api {

void gzip(std::string_view text, std::string& out) {
  z_stream z{};
  constexpr int gzip_format = 15 + 16;
  if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  out.resize(deflateBound(&z, text.size()));
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  if (result != Z_STREAM_END) {
    throw std::runtime_error("deflate ended with " + std::to_string(result));
  }
}

}  // namespace demo_api

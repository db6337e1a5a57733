#include "http/body_decoder.hpp"

#include <zlib.h>

#include <array>
#include <new>

namespace ingest::detail {

struct body_decoder::gzip_stream {
  gzip_stream() {
    constexpr int gzip_only = 15 + 16;
    if (::inflateInit2(&z, gzip_only) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~gzip_stream() { ::inflateEnd(&z); }
  gzip_stream(const gzip_stream&) = delete;
  gzip_stream& operator=(const gzip_stream&) = delete;

  z_stream z{};
  bool in_member = true;
  std::array<char, std::size_t{64} << 10> chunk;
};

body_decoder::body_decoder() = default;

body_decoder::~body_decoder() = default;

void body_decoder::begin(std::string_view content_encoding) {
  const bool is_gzip = content_encoding == "gzip" || content_encoding == "x-gzip";
  const bool is_plain = content_encoding.empty() || content_encoding == "identity";
  coding_ = is_gzip ? coding::gzip : is_plain ? coding::plain : coding::unknown;
  name_ = content_encoding.substr(0, 32);
  too_large_ = false;
  damaged_ = false;
  if (!is_gzip) {
    return;
  }
  if (!gzip_) {
    gzip_ = std::make_unique<gzip_stream>();
  }
  ::inflateReset(&gzip_->z);
  gzip_->in_member = true;
}

bool body_decoder::append(std::string_view piece, std::string& body, std::size_t most) {
  if (coding_ == coding::gzip) {
    return inflate(piece, body, most);
  }
  too_large_ = piece.size() > most - body.size();
  if (too_large_ || coding_ == coding::unknown) {
    return false;
  }
  body.append(piece);
  return true;
}

bool body_decoder::inflate(std::string_view piece, std::string& body, std::size_t most) {
  z_stream& z = gzip_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(piece.size());
  do {
    while (!gzip_->in_member && z.avail_in > 0 && *z.next_in == 0) {
      ++z.next_in;
      --z.avail_in;
    }
    if (!gzip_->in_member && z.avail_in == 0) {
      break;
    }
    gzip_->in_member = true;
    z.next_out = reinterpret_cast<Bytef*>(gzip_->chunk.data());
    z.avail_out = static_cast<uInt>(gzip_->chunk.size());
    const int result = ::inflate(&z, Z_NO_FLUSH);
    const std::size_t size = gzip_->chunk.size() - z.avail_out;
    too_large_ = size > most - body.size();
    damaged_ = result != Z_STREAM_END && result != Z_OK && result != Z_BUF_ERROR;
    if (too_large_ || damaged_) {
      return false;
    }
    body.append(gzip_->chunk.data(), size);
    if (result == Z_STREAM_END) {
      ::inflateReset(&z);
      gzip_->in_member = false;
    }
  } while (z.avail_in > 0 || z.avail_out == 0);
  return true;
}

std::string body_decoder::problem() const {
  if (coding_ == coding::unknown) {
    return "the response has a Content-Encoding that was not asked for, " + name_ +
           "; try it with `compression` set to false";
  }
  const bool cut_off = coding_ == coding::gzip && gzip_->in_member;
  return damaged_ || cut_off ? "the compressed response is damaged or cut short; if that goes on, "
                               "`compression` set to false asks for it uncompressed"
                             : "";
}

}  // namespace ingest::detail

#include "streams/compression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <limits>
#include <new>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

std::size_t checked(std::size_t outcome) {
  if (::ZSTD_isError(outcome)) {
    throw error(errc::internal, std::string("compressing with zstd failed: ") + ::ZSTD_getErrorName(outcome));
  }
  return outcome;
}

/// Passes `bytes` through `context` with `directive`, until it is done with them.
std::string run(ZSTD_CCtx_s* context, std::string_view bytes, ZSTD_EndDirective directive) {
  std::string out;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  const std::size_t piece = ::ZSTD_CStreamOutSize();
  std::size_t produced = 0;
  for (bool done = false; !done;) {
    out.resize(produced + piece);
    ZSTD_outBuffer room{out.data() + produced, piece, 0};
    const std::size_t left = checked(::ZSTD_compressStream2(context, &room, &in, directive));
    produced += room.pos;
    done = directive == ZSTD_e_continue ? in.pos == in.size : left == 0;
  }
  out.resize(produced);
  return out;
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
  constexpr int gzip_format = 15 + 16;
  constexpr int default_memory = 8;
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    throw error(errc::bad_data, "a batch of 4 GiB or more cannot be compressed with gzip in one piece");
  }
  z_stream z{};
  if (::deflateInit2(&z, level, Z_DEFLATED, gzip_format, default_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&z, ::deflateEnd);
  std::string out(::deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&z, Z_FINISH) != Z_STREAM_END) {
    throw error(errc::internal, "compressing with gzip failed");
  }
  out.resize(z.total_out);
  return out;
}

std::string zstd(std::string_view bytes, int level) {
  zstd_encoder encoder(level);
  std::string out = encoder.add(bytes);
  out += encoder.finish();
  return out;
}

void zstd_encoder::freed::operator()(ZSTD_CCtx_s* c) const {
  ::ZSTD_freeCCtx(c);
}

zstd_encoder::zstd_encoder(int level) : context_(::ZSTD_createCCtx()) {
  if (!context_) {
    throw std::bad_alloc();
  }
  checked(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
  checked(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1));
}

std::string zstd_encoder::add(std::string_view bytes) {
  return run(context_.get(), bytes, ZSTD_e_continue);
}

std::string zstd_encoder::finish() {
  return run(context_.get(), {}, ZSTD_e_end);
}

}  // namespace ingest::detail

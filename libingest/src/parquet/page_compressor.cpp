#include "parquet/page_compressor.hpp"

#include <isa-l/crc.h>
#include <zstd.h>

#include <new>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t kept_bytes = 4 << 20;  // a page is larger where one record is

}  // namespace

void page_compressor::freed::operator()(ZSTD_CCtx_s* c) const {
  ::ZSTD_freeCCtx(c);
}

page_compressor::page_compressor(std::optional<int> zstd_level) {
  if (!zstd_level) {
    return;
  }
  context_.reset(::ZSTD_createCCtx());
  if (!context_) {
    throw std::bad_alloc();
  }
  ::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, *zstd_level);
}

std::int32_t page_compressor::codec() const {
  constexpr std::int32_t uncompressed = 0;
  constexpr std::int32_t zstd = 6;
  return context_ ? zstd : uncompressed;
}

std::string_view page_compressor::compressed(std::string_view page) {
  if (!context_) {
    return page;
  }
  if (out_.size() > kept_bytes) {
    std::string().swap(out_);
  }
  const std::size_t most = ::ZSTD_compressBound(page.size());
  if (out_.size() < most) {
    out_.resize(most);
  }
  const std::size_t length = ::ZSTD_compress2(context_.get(), out_.data(), out_.size(), page.data(), page.size());
  if (::ZSTD_isError(length) != 0) {
    throw error(errc::internal, std::string("compressing with zstd failed: ") + ::ZSTD_getErrorName(length));
  }
  return std::string_view(out_).substr(0, length);
}

std::int32_t page_checksum(std::string_view page) {
  return static_cast<std::int32_t>(
      ::crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(page.data()), page.size()));
}

}  // namespace ingest::detail

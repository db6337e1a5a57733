#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace ingest::detail {

/// `bytes` as one gzip member. `level` is 1 … 9.
std::string gzip(std::string_view bytes, int level);

/// `bytes` as one zstd frame, with a checksum. `level` is 1 … 19.
std::string zstd(std::string_view bytes, int level);

/// Compresses a run of bytes, piece by piece, into one zstd frame with a checksum.
class zstd_encoder {
 public:
  explicit zstd_encoder(int level);

  /// What comes out when `bytes` have gone in; may be empty.
  std::string add(std::string_view bytes);

  /// The rest of the frame. Nothing may be added behind it.
  std::string finish();

 private:
  struct freed {
    void operator()(ZSTD_CCtx_s* c) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, freed> context_;
};

}  // namespace ingest::detail

#pragma once

#include "ingest/transform.hpp"

namespace ingest {

/// Compresses each batch by itself, as a gzip member (RFC 1952) or a zstd frame (RFC 8878); one behind the other they
/// are a valid file of that kind. So records and positions stay what they were, and several threads can compress at
/// once. The larger the batches, the better: from 128 KiB on, little is lost to compressing the stream as one.
class compress_transform final : public transform {
 public:
  enum class format { gzip, zstd };

  /// Throws errc::config for a level that the format does not know: 1 … 9 for gzip, 1 … 19 for zstd.
  compress_transform(format f, int level);
  explicit compress_transform(format f) : compress_transform(f, f == format::gzip ? 6 : 3) {}

  std::optional<batch> apply(batch input) override;
  bool parallel() const override { return true; }

 private:
  format format_;
  int level_;
};

}  // namespace ingest

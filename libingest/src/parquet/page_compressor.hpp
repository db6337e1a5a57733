#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace ingest::detail {

/// Makes pages of what they hold, for all columns of a file.
class page_compressor {
 public:
  /// Nothing: pages are as they are.
  explicit page_compressor(std::optional<int> zstd_level);

  /// By its number in parquet.thrift.
  std::int32_t codec() const;

  /// As one zstd frame that tells its size; valid until the next call.
  std::string_view compressed(std::string_view page);

 private:
  struct freed {
    void operator()(ZSTD_CCtx_s* c) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, freed> context_;  // none: pages are as they are
  std::string out_;
};

/// The checksum of a page as its header has it: CRC-32, as gzip has it.
std::int32_t page_checksum(std::string_view page);

}  // namespace ingest::detail

#pragma once

#include <memory>
#include <string>

#include "streams/byte_input.hpp"

namespace ingest::detail {

/// What `compressed` holds, decompressed: all members (RFC 1952) or frames (RFC 8878), one behind the other. Zeros
/// behind them are padding. `name` is what messages call it.
std::unique_ptr<byte_input> decompress_gzip(std::unique_ptr<byte_input> compressed, std::string name);
std::unique_ptr<byte_input> decompress_zstd(std::unique_ptr<byte_input> compressed, std::string name);

}  // namespace ingest::detail

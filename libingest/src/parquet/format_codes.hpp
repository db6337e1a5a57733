#pragma once

#include <cstdint>

namespace ingest::detail {

/// Of parquet.thrift: PageType and Encoding.
constexpr std::int32_t data_page = 0;
constexpr std::int32_t dictionary_page = 2;
constexpr std::int32_t plain = 0;
constexpr std::int32_t run_lengths = 3;
constexpr std::int32_t dictionary_numbers = 8;

}  // namespace ingest::detail

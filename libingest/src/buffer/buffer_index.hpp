#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "buffer/disk_buffer.hpp"

/// The bytes of an index file. docs/disk_format.md holds the tables.
namespace ingest::detail {

inline constexpr std::size_t longest_position = 64u << 10;

/// What precedes the records.
struct index_header {
  std::uint64_t segment = 0;
  page_id first_page = 0;  ///< that the segment's first record will have
  run_identity identity;
  std::vector<slice_progress> slices;  ///< before the segment's first page
};

struct encoded_header {
  std::string bytes;
  std::uint32_t crc = 0;  ///< of the header; ties the segment's records to it
};

encoded_header encode(const index_header& h);

struct decoded_header {
  index_header header;
  std::size_t length = 0;
  std::uint32_t crc = 0;
};

/// The header at the start of `index`; nothing if it is not whole. Throws errc::bad_data, naming `file`, for a whole
/// one of a format that is not known.
std::optional<decoded_header> decode_header(std::string_view index, const std::string& file);

/// A page's record. `durable_before` is the last page that was known durable when the record was written.
std::string encode(const page& p, page_id durable_before, std::uint32_t header_crc);

struct decoded_record {
  page description;
  page_id durable_before = 0;
  std::size_t length = 0;
};

/// The record at `offset` of `index`, the index of `segment`; nothing if there is no whole one.
std::optional<decoded_record> decode_record(std::string_view index, std::size_t offset, std::uint64_t segment,
                                            std::uint32_t header_crc);

/// The next place at or behind `offset` where a record seems to begin; npos if there is none.
std::size_t find_record(std::string_view index, std::size_t offset);

/// The segment that the file `name` belongs to; nothing if it belongs to none.
std::optional<std::uint64_t> segment_of(const std::string& name);

}  // namespace ingest::detail

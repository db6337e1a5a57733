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
  run_identity identity;
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

/// What precedes the record of a slice's first page in a segment: that the segment's other records mean this slice by
/// `number`, counted from 0, and how far it had come before.
std::string encode_slice(std::uint32_t number, const slice_progress& before, std::uint32_t header_crc);

struct decoded_slice {
  std::uint32_t number = 0;
  slice_progress before;
  std::size_t length = 0;
};

std::optional<decoded_slice> decode_slice(std::string_view index, std::size_t offset, std::uint32_t header_crc);

/// A page's record. `slice` is its slice's number in the segment, `durable_before` how many of the segment's pages were
/// known to be durable when the record was written.
std::string encode_page(const page& p, std::uint32_t slice, std::uint64_t durable_before, std::uint32_t header_crc);

struct decoded_page {
  page description;  ///< without its slice and segment
  std::uint32_t slice = 0;
  std::uint64_t durable_before = 0;
  std::size_t length = 0;
};

/// The record at `offset` of `index`; nothing if there is no whole one.
std::optional<decoded_page> decode_page(std::string_view index, std::size_t offset, std::uint32_t header_crc);

/// The next place at or behind `offset` where a page's record seems to begin; npos if there is none.
std::size_t find_page(std::string_view index, std::size_t offset);

/// The segment that the file `name` belongs to; nothing if it belongs to none.
std::optional<std::uint64_t> segment_of(const std::string& name);

}  // namespace ingest::detail

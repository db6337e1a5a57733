#include "fuzz/buffer_image.hpp"

#include "core/crc32c.hpp"

namespace ingest::fuzz {

namespace {

// docs/disk_format.md has the tables.
constexpr std::size_t header_length_at = 12;
constexpr std::size_t record_length_at = 8;
constexpr char first_letter_of_a_slice = 'S';  // in the magic number of its record
constexpr std::size_t record_offset_at = 24;
constexpr std::size_t record_page_length_at = 32;
constexpr std::size_t record_page_crc_at = 56;
constexpr std::size_t crc_bytes = 4;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

void put_crc(std::string& bytes, std::size_t at, std::uint32_t crc) {
  for (std::size_t i = 0; i < crc_bytes; ++i) {
    bytes[at + i] = static_cast<char>(crc >> (8 * i));
  }
}

/// Corrects the checksum of the part that begins at `begin`; returns its end, or nothing if its length makes no sense.
std::optional<std::size_t> close_part(std::string& index, std::size_t begin, std::size_t length_at,
                                      std::uint32_t seed) {
  if (index.size() < begin + length_at + 4) {
    return std::nullopt;
  }
  const std::uint64_t length = number_at(index, begin + length_at, 4);
  if (length < length_at + 4 + crc_bytes || length > index.size() - begin) {
    return std::nullopt;
  }
  const std::size_t end = begin + length;
  put_crc(index, end - crc_bytes, crc32c(std::string_view(index).substr(begin, length - crc_bytes)) ^ seed);
  return end;
}

}  // namespace

buffer_image::buffer_image(input in, std::filesystem::path directory) : directory_(std::move(directory)) {
  const bool mended = (in.byte() & 1) != 0;
  while (!in.empty()) {
    const std::uint8_t kind = in.byte();
    segment& s = segments_.at(kind & 3);
    ((kind & 0x80) != 0 ? s.index : s.data) = in.take(in.number());
  }
  for (segment& s : segments_) {
    if (mended && s.index) {
      mend(s);
    }
  }
}

void buffer_image::mend(segment& s) {
  std::string& index = *s.index;
  auto at = close_part(index, 0, header_length_at, 0);
  if (!at) {
    return;
  }
  const auto seed = static_cast<std::uint32_t>(number_at(index, *at - crc_bytes, crc_bytes));
  while (at && index.size() >= *at + record_page_crc_at + crc_bytes) {
    if (index[*at + 1] == first_letter_of_a_slice) {
      at = close_part(index, *at, record_length_at, seed);
      continue;
    }
    const std::uint64_t offset = number_at(index, *at + record_offset_at, 8);
    const std::uint64_t length = number_at(index, *at + record_page_length_at, 8);
    if (s.data && offset <= s.data->size() && length <= s.data->size() - offset) {
      put_crc(index, *at + record_page_crc_at, crc32c(std::string_view(*s.data).substr(offset, length)));
    }
    at = close_part(index, *at, record_length_at, seed);
  }
}

void buffer_image::write_to(testing::memory_file_system& files) const {
  const auto write = [&](const std::string& name, const std::optional<std::string>& bytes) {
    if (bytes) {
      files.create(directory_ / name)->append(*bytes);
    }
  };
  for (std::uint64_t number = 1; number <= segments_.size(); ++number) {
    write(segment_file_name(number), segments_[number - 1].data);
    write(index_file_name(number), segments_[number - 1].index);
  }
}

}  // namespace ingest::fuzz

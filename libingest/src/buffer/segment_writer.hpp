#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>

#include "buffer/buffer_index.hpp"
#include "buffer/disk_buffer.hpp"

namespace ingest::detail {

/// The segment that is being appended to: its two files and how far they are written and durable.
class segment_writer {
 public:
  /// Creates the segment's files and makes them, the header and their names durable. Nothing else is written before:
  /// recovery relies on it to tell a segment that was never begun from a damaged one. After errc::no_space nothing is
  /// left of it.
  segment_writer(file_system& files, const std::filesystem::path& directory, const index_header& header);

  /// Writes the page's bytes, then its record; `p.offset` is data_end(), `before` is where its slice stood. After
  /// errc::no_space the segment is as before.
  void append(const page& p, std::string_view bytes, const slice_progress& before);

  /// Makes all that was appended durable. Throws errc::io, never transient, after which only the destructor may follow.
  void sync();

  std::uint64_t number() const { return number_; }
  std::uint64_t data_end() const { return data_end_; }

  std::uint64_t pages() const { return pages_; }

  /// Those that sync() would make durable.
  std::uint64_t unsynced_pages() const { return pages_ - durable_pages_; }

 private:
  void take_back_files(file_system& files, const std::filesystem::path& directory);
  void take_back_page();
  void forget_what_is_not_durable() noexcept;

  std::uint64_t number_;
  std::unique_ptr<file> data_;
  std::unique_ptr<file> index_;
  std::uint32_t header_crc_ = 0;
  std::uint64_t data_end_ = 0;
  std::uint64_t index_end_ = 0;
  std::uint64_t durable_data_end_ = 0;
  std::uint64_t durable_index_end_ = 0;
  std::uint64_t pages_ = 0;
  std::uint64_t durable_pages_ = 0;
  std::map<slice_id, std::uint32_t> slices_;  ///< their numbers in this segment
};

/// Syncs a segment's data, then its index, so that no record vouches for bytes that are only on their way. Any failure
/// becomes errc::io, not transient: the files must not be synced again.
void make_durable(file& data, file& index);

}  // namespace ingest::detail

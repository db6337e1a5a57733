#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/batch.hpp"
#include "ingest/file_system.hpp"
#include "ingest/payload_pool.hpp"

namespace ingest {

/// Who a buffer belongs to. Written into every index; a buffer with another identity is refused, not reused.
struct run_identity {
  std::string pipeline;
  std::string run_id;  ///< 32 hexadecimal digits, drawn at random when a run starts from nothing
  std::string plan;    ///< what was asked of the source (slices, window), as text: pages of another plan do not mix

  bool operator==(const run_identity&) const = default;
};

/// The durable buffer between a source and a sink: segments of lines and, beside each, an index with a
/// checksummed record per page. docs/disk_format.md describes the bytes.
///
/// The contract in one line: **a page is durable once sync() has returned after its append(); its position must not be
/// used, nor its rows be loaded, before.**
///
/// One thread at a time. One instance at a time per directory: the caller holds the directory's lock.
class disk_buffer {
 public:
  struct options {
    std::filesystem::path directory;
    std::uint64_t segment_bytes = 64ull << 20;  ///< a segment is sealed once it holds as much
    /// Above this over_quota() holds; appending still works. Each page counts 4 KiB and 16 times its position's length
    /// beside its bytes, because what waits is also known in memory: the quota bounds that as well, to a sixteenth.
    std::uint64_t quota_bytes = 4ull << 30;
  };

  /// What others (the state file, the database's ledger) know about the run: the buffer starts there where its own
  /// indexes know less, as they do after segments were loaded and deleted.
  struct prior {
    page_id last_page = 0;
    std::uint64_t last_segment = 0;
    std::vector<slice_progress> slices;  ///< in any order; slices that are missing stand at their beginning
  };

  /// What a look at the directory found, without changing anything in it.
  struct contents {
    std::optional<run_identity> identity;  ///< none where there is no segment
    std::vector<page> pages;               ///< all that are whole, ascending
    std::vector<slice_progress> slices;    ///< as the newest index has them
    std::uint64_t last_segment = 0;
    std::uint64_t bytes = 0;
    std::uint64_t torn_bytes = 0;  ///< of data and index behind the last whole page: the rest of an interrupted append
  };

  /// Reads all indexes and checks the newest segment's pages against their checksums. Throws errc::bad_data, naming
  /// file and offset, for damage that no interrupted append can have caused. Reads only, so it is safe (if perhaps
  /// already outdated) beside a running process.
  static contents inspect(file_system& files, const std::filesystem::path& directory);

  /// Opens the buffer of `who` in `o.directory`, which exists and may be empty: inspects, removes a torn tail (durably)
  /// and goes on behind the last whole page, in a new segment. Opening twice changes nothing the second time.
  /// Throws errc::bad_data if the directory holds the buffer of another run.
  disk_buffer(file_system& files, options o, run_identity who, const prior& known);
  ~disk_buffer();
  disk_buffer(const disk_buffer&) = delete;
  disk_buffer& operator=(const disk_buffer&) = delete;

  /// The pages found at opening, ascending: durable, not known to be loaded.
  const std::vector<page>& recovered() const;

  /// Where slice `s` stands, appended but perhaps not yet durable pages included.
  slice_progress progress(slice_id s) const;

  /// Appends `records` as the next page of slice `s`. The page is not durable yet. After errc::no_space nothing has
  /// changed and the same append may be tried again; after any other error the buffer is unusable.
  page append(slice_id s, const batch& records);

  /// Makes all appended pages durable. Blocks for as long as the disk takes. Throws errc::io (never transient), after
  /// which this buffer is unusable; only a new one, which starts from what the disk really holds, may go on.
  void sync();

  /// The last page appended, or what was known at opening.
  page_id last_page() const;

  /// The last page that is durable.
  page_id durable_page() const;

  /// Syncs and closes the open segment, so that it can be released once it is loaded. A later append opens another.
  void seal();

  /// The segment being appended to, or 0. All lower ones are sealed.
  std::uint64_t open_segment() const;

  /// Deletes a sealed segment and its index, durably. The caller has made sure that all its pages are loaded and that
  /// a durable state says so. No error if it is gone already.
  void release(std::uint64_t segment);

  /// A segment that could be released stays on the disk, and counts against the quota no more.
  void keep(std::uint64_t segment);

  /// Bytes of segments on disk, and whether those that count exceed the quota.
  std::uint64_t bytes() const;
  bool over_quota() const;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

/// Reads ranges of the buffer that are durable. Independent of the disk_buffer object, so that loaders read while the
/// writer appends. One thread at a time; has no segment open between two ranges.
class range_reader {
 public:
  range_reader(file_system& files, std::filesystem::path directory);
  ~range_reader();

  /// The range's bytes, each page checked against its checksum: errc::bad_data names file, page and offset where one
  /// does not hold. The batch's `pages` are those of the range.
  batch read(const range& r);

 private:
  file_system& files_;
  std::filesystem::path directory_;
  payload_pool payloads_{1};
};

/// The names of a segment's files: events_buffer.000001.tsv and events_buffer.000001.idx.
std::string segment_file_name(std::uint64_t segment);
std::string index_file_name(std::uint64_t segment);

/// CRC32C (Castagnoli; RFC 3720, appendix B.4) of `bytes`.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace ingest

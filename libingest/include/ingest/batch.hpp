#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ingest {

/// The number of a slice, counted from 0: an independent part of a source, such as a time window, with a position and
/// an end of its own. A source that is not divided is slice 0.
using slice_id = std::uint32_t;

/// The number of a page within a run, counted from 1 over all slices in the order of appending. 0 means none.
using page_id = std::uint64_t;

/// Where a page of a slice lies in the buffer. A page is what one read() of a source produced; it is appended, made
/// durable and recorded as loaded as a whole.
struct page {
  page_id id = 0;
  slice_id slice = 0;
  bool last = false;          ///< the slice ends with this page
  std::uint64_t segment = 0;  ///< number of the segment file, counted from 1
  std::uint64_t offset = 0;   ///< of its first byte in the segment
  std::uint64_t length = 0;   ///< in bytes; may be 0
  std::uint64_t rows = 0;
  std::uint32_t crc = 0;  ///< CRC32C of its bytes
  std::string position;   ///< the slice's position after this page

  bool operator==(const page&) const = default;
};

/// Records on their way through a pipeline: an immutable byte payload, shared without copying, and what is to be known
/// about it without looking inside. Copying a batch is cheap and never copies the payload.
struct batch {
  std::shared_ptr<const std::string> data;  ///< null means empty
  std::uint64_t records = 0;

  /// The source's position after this batch: opening the source there continues with the next record. Opaque to all
  /// but the source that made it.
  std::string position;

  /// True where the source knows that nothing follows. The end may also be told by read() returning nothing.
  bool last = false;

  /// The buffer's pages this batch consists of, in the order of their bytes. Empty when it comes straight from a
  /// source.
  std::vector<page> pages;

  std::string_view bytes() const { return data ? std::string_view(*data) : std::string_view(); }
};

/// Pages that lie one behind the other in a segment and are loaded in one transaction.
struct range {
  std::vector<page> pages;  ///< never empty; ascending ids, adjacent bytes

  std::uint64_t segment() const { return pages.front().segment; }
  page_id first() const { return pages.front().id; }
  page_id last() const { return pages.back().id; }
  std::uint64_t offset() const { return pages.front().offset; }
  std::uint64_t bytes() const { return pages.back().offset + pages.back().length - pages.front().offset; }
  std::uint64_t rows() const;
};

/// Where a slice stands: the page after which it would be resumed.
struct slice_progress {
  slice_id slice = 0;
  page_id last_page = 0;  ///< 0 before the first
  std::string position;   ///< after that page; meaningless before the first
  bool done = false;      ///< that page was the slice's last
  std::uint64_t pages = 0;
  std::uint64_t rows = 0;

  bool operator==(const slice_progress&) const = default;

  /// Moves on to `p`, a later page of this slice.
  void advance(const page& p);
};

}  // namespace ingest

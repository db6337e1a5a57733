#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/slice_id.hpp"

namespace ingest {

/// The number of a page within its slice, counted from 1 without holes. 0 means none.
using page_id = std::uint64_t;

/// Where a page of a slice lies in the buffer. A page is what one read() of a source produced; it is appended, made
/// durable and recorded as loaded as a whole. Its slice and its number name it, for ever and on every machine.
struct page {
  slice_id slice;
  page_id id = 0;             ///< its number within the slice
  bool last = false;          ///< the slice ends with this page
  std::uint64_t segment = 0;  ///< number of the segment file, counted from 1
  std::uint64_t offset = 0;   ///< of its first byte in the segment
  std::uint64_t length = 0;   ///< in bytes; may be 0
  std::uint64_t rows = 0;
  std::uint32_t crc = 0;  ///< CRC32C of its bytes
  std::string position;   ///< the slice's position after this page

  bool operator==(const page&) const = default;
};

/// As messages name it: "page 7 of slice 3".
std::string to_string(const page& p);

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
  std::vector<page> pages;  ///< never empty; of any slices, adjacent bytes

  std::uint64_t segment() const { return pages.front().segment; }
  std::uint64_t offset() const { return pages.front().offset; }
  std::uint64_t bytes() const { return pages.back().offset + pages.back().length - pages.front().offset; }
  std::uint64_t rows() const;
};

/// Where a slice stands: the page after which it would be resumed.
struct slice_progress {
  slice_id slice;
  page_id pages = 0;     ///< the number of that page; 0 before the first
  std::string position;  ///< after it; empty: it goes on at its beginning, whatever its pages
  bool done = false;     ///< it was the slice's last
  std::uint64_t rows = 0;
  bool elsewhere = false;  ///< another process has a lease of it (run_ledger::claim())

  bool operator==(const slice_progress&) const = default;

  /// Moves on to `p`, a later page of this slice.
  void advance(const page& p);
};

}  // namespace ingest

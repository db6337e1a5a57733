#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

/// Where a slice goes on behind a page. Opaque to all but the retriever, and kept as text in buffer and ledger; but for
/// what an ended one says of its partition and of itself, as run_ledger reads it.
struct page_position {
  std::optional<value> token = {};              ///< of the next page; nothing: its first one
  std::optional<std::uint64_t> last_page = {};  ///< the fingerprint of the page before
  std::optional<value> observed = {};           ///< the highest cursor value of the records before it
  std::optional<std::uint64_t> so_far = {};     ///< records of the slice before it, while it has not ended
  bool ended = false;                           ///< nothing comes behind it
  bool unseen = false;  ///< it has ended without records, and nobody has said so: run_ledger::replaces_rows()
  /// By its paginator, the slice ended with the page before, which had so many records; whether it did is looked at.
  std::optional<std::size_t> doubted_end = {};

  /// Canonical JSON: equal positions are equal texts.
  std::string to_text() const;

  /// Throws errc::bad_data for what to_text() has not written.
  static page_position from_text(std::string_view text);
};

/// The position of a slice that ends where it stands, read to its end or not: the watermark of its partition does not
/// move by this run, as run_ledger reads it; where nobody knows which one that is, none does.
std::string as_unread(const std::string& position, const std::optional<std::string>& partition);

/// The position of a slice whose watermark tells of the children of all partitions: it moves where none is unread.
std::string after_all(const std::string& position);

/// The position of an ended slice, which says how far its partition has been read then.
std::string with_watermark(const std::string& position, const std::string& partition, const std::string& watermark);

}  // namespace ingest::rest

#pragma once

#include <deque>
#include <optional>

#include "ingest/batch.hpp"

namespace ingest::actors {

/// Durable pages that wait to be loaded, cut into ranges of about `target_bytes`, and of most_pages at most: each page
/// is known by name until its transaction has ended. A range never crosses a segment. A short one is given out only
/// when it cannot grow (the next page lies elsewhere, the input has ended) or when flush() asked for it, because each
/// range costs a transaction.
class range_queue {
 public:
  static constexpr std::size_t most_pages = 1'024;

  explicit range_queue(std::uint64_t target_bytes) : target_bytes_(target_bytes) {}

  /// Adds a page; pages come in the order in which they lie in the buffer.
  void push(page p);

  /// Nothing more will be pushed.
  void finish() { finished_ = true; }

  /// The pages that wait now need not wait for more.
  void flush();

  /// The next range, if there is one to be given out.
  std::optional<range> take();

  bool empty() const { return pages_.empty(); }

 private:
  std::size_t length_of_front_range(bool& can_grow) const;

  std::uint64_t target_bytes_;
  std::deque<page> pages_;
  std::size_t flushed_ = 0;  ///< so many of the pages need not wait
  bool finished_ = false;
};

}  // namespace ingest::actors

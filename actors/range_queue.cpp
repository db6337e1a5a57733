#include "actors/range_queue.hpp"

#include <algorithm>

namespace ingest::actors {

void range_queue::push(page p) {
  pages_.push_back(std::move(p));
}

void range_queue::flush() {
  flushed_ = pages_.size();
}

std::size_t range_queue::length_of_front_range(bool& can_grow) const {
  std::uint64_t bytes = pages_.front().length;
  std::size_t count = 1;
  can_grow = true;
  for (; count < pages_.size(); ++count) {
    const page& before = pages_[count - 1];
    const page& next = pages_[count];
    const bool adjacent = next.segment == before.segment && next.offset == before.offset + before.length;
    if (!adjacent || bytes + next.length > target_bytes_ || count == most_pages) {
      can_grow = false;
      return count;
    }
    bytes += next.length;
  }
  can_grow = bytes < target_bytes_ && count < most_pages;
  return count;
}

std::optional<range> range_queue::take() {
  if (pages_.empty()) {
    return std::nullopt;
  }
  bool can_grow = true;
  const std::size_t count = length_of_front_range(can_grow);
  if (can_grow && !finished_ && flushed_ == 0) {
    return std::nullopt;
  }
  range r;
  for (std::size_t i = 0; i < count; ++i) {
    r.pages.push_back(std::move(pages_.front()));
    pages_.pop_front();
  }
  flushed_ -= std::min(flushed_, r.pages.size());
  return r;
}

}  // namespace ingest::actors

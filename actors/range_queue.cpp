#include "actors/range_queue.hpp"

#include <algorithm>
#include <iterator>

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
    if (!adjacent || bytes + next.length > target_bytes_) {
      can_grow = false;
      return count;
    }
    bytes += next.length;
  }
  can_grow = bytes < target_bytes_;
  return count;
}

std::optional<range> range_queue::take() {
  if (pages_.empty()) {
    return std::nullopt;
  }
  bool can_grow = true;
  const auto count = static_cast<std::ptrdiff_t>(length_of_front_range(can_grow));
  if (can_grow && !finished_ && flushed_ == 0) {
    return std::nullopt;
  }
  range r;
  r.pages.assign(std::move_iterator(pages_.begin()), std::move_iterator(pages_.begin() + count));
  pages_.erase(pages_.begin(), pages_.begin() + count);
  flushed_ -= std::min(flushed_, r.pages.size());
  return r;
}

}  // namespace ingest::actors

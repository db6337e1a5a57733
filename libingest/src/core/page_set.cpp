#include "core/page_set.hpp"

#include <algorithm>
#include <iterator>

namespace ingest {

void page_set::insert(page_id first, page_id last) {
  // Swallow every interval that overlaps or touches first … last, then store their union.
  auto next = intervals_.upper_bound(first);
  if (next != intervals_.begin() && std::prev(next)->second + 1 >= first) {
    --next;
  }
  while (next != intervals_.end() && next->first <= last + 1) {
    first = std::min(first, next->first);
    last = std::max(last, next->second);
    next = intervals_.erase(next);
  }
  intervals_.emplace(first, last);
}

void page_set::insert(const page_set& other) {
  for (const auto& [first, last] : other.intervals_) {
    insert(first, last);
  }
}

bool page_set::contains(page_id page) const {
  const auto next = intervals_.upper_bound(page);
  return next != intervals_.begin() && std::prev(next)->second >= page;
}

std::uint64_t page_set::size() const {
  std::uint64_t total = 0;
  for (const auto& [first, last] : intervals_) {
    total += last - first + 1;
  }
  return total;
}

page_id page_set::max() const {
  return intervals_.empty() ? 0 : intervals_.rbegin()->second;
}

page_id page_set::contiguous_through() const {
  return intervals_.empty() || intervals_.begin()->first != 1 ? 0 : intervals_.begin()->second;
}

std::optional<page_id> page_set::first_missing(page_id through) const {
  const page_id candidate = contiguous_through() + 1;
  return candidate <= through ? std::optional(candidate) : std::nullopt;
}

void slice_pages::insert(const slice_id& slice, const page_set& pages) {
  if (!pages.empty()) {
    slices_[slice].insert(pages);
  }
}

void slice_pages::insert(const slice_pages& other) {
  for (const auto& [slice, pages] : other.slices_) {
    insert(slice, pages);
  }
}

const page_set& slice_pages::of(const slice_id& slice) const {
  static const page_set none;
  const auto found = slices_.find(slice);
  return found == slices_.end() ? none : found->second;
}

}  // namespace ingest

#include "rest/paginators/page_lengths.hpp"

#include <algorithm>

namespace ingest::rest {

namespace {

constexpr unsigned enough_ends = 3;

}  // namespace

void page_lengths::note(std::size_t records) {
  const std::lock_guard lock(mutex_);
  longest_ = std::max(longest_, records);
}

bool page_lengths::may_be_full(std::size_t records) const {
  const std::lock_guard lock(mutex_);
  if (full_ > 0) {
    return records >= full_;
  }
  const auto ends = ends_.find(records);
  const bool may_be_a_limit = records % 5 == 0;
  return records >= longest_ && (may_be_a_limit || ends == ends_.end() || ends->second < enough_ends);
}

bool page_lengths::is_shorter_than_others(std::size_t records) const {
  const std::lock_guard lock(mutex_);
  return records < longest_;
}

bool page_lengths::give_fewer_than_asked() const {
  const std::lock_guard lock(mutex_);
  return full_ > 0;
}

void page_lengths::note_more_behind(std::size_t records) {
  const std::lock_guard lock(mutex_);
  full_ = std::max(full_, records);
}

void page_lengths::note_end_behind(std::size_t records) {
  const std::lock_guard lock(mutex_);
  ends_.erase(ends_.begin(), ends_.lower_bound(longest_));  // shorter ones are not asked about any more
  ++ends_[records];
}

}  // namespace ingest::rest

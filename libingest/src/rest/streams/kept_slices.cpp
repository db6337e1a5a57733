#include "rest/streams/kept_slices.hpp"

#include <functional>
#include <utility>

namespace ingest::rest {

void kept_slices::tally::add(const slice_id& id) {
  ++slices;
  names += std::hash<std::string>()(id.name());
}

kept_slices::kept_slices(parent_keeping kept) : kept_(std::move(kept)) {}

void kept_slices::begin() {
  const std::lock_guard lock(mutex_);
  // Whoever names them again has lost count of those that were read.
  to_ = std::exchange(begun_, true) || !kept_ ? nullptr : kept_.spool->write();
}

void kept_slices::name(const slice_id& id, const planned_slice& slice) {
  const std::lock_guard lock(mutex_);
  named_.add(id);
  if (slice.of_parent) {
    to_.reset();  // children are of records of parents that have not changed, too
  }
}

void kept_slices::all_named() {
  const std::lock_guard lock(mutex_);
  all_named_ = true;
  finish_if_whole();
}

void kept_slices::give_up() {
  const std::lock_guard lock(mutex_);
  to_.reset();
}

void kept_slices::open(const slice_id& id, const std::optional<std::string>& position) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(id);
  if ((found == open_.end()) != !position || (position && found->second != *position)) {
    to_.reset();  // pages come again, or were read by another process
  }
}

void kept_slices::take(const slice_id& id, const planned_slice& slice, const stream_page& page) {
  const std::lock_guard lock(mutex_);
  if (!to_) {
    return;
  }
  has_records_ = has_records_ || !page.records.empty();
  to_->add(slice.slice.part.values, page.records);
  if (page.last) {
    open_.erase(id);
    ended_.add(id);
    finish_if_whole();
  } else {
    open_[id] = page.position;
  }
}

void kept_slices::finish_if_whole() {
  if (to_ && all_named_ && named_ == ended_ && kept_.is_believable(has_records_)) {
    to_->finish();
    to_.reset();
  }
}

}  // namespace ingest::rest

#include "actors/written_account.hpp"

namespace ingest::actors {

void written_account::note(commit_point c) {
  const std::lock_guard lock(mutex_);
  commits_ = c;
}

void written_account::admit(const batch& b) {
  const std::lock_guard lock(mutex_);
  require_within(limits_.bytes, admitted_bytes_ + b.bytes().size(), "too many bytes");
  require_within(limits_.records, admitted_records_ + b.records, "too many records");
  admitted_bytes_ += b.bytes().size();
  admitted_records_ += b.records;
  begun_ = true;
}

void written_account::add(const batch& b, const write_outcome& outcome) {
  const std::lock_guard lock(mutex_);
  total_.bytes += b.bytes().size();
  total_.records += b.records;
  total_.batches += 1;
  total_.outcome += outcome;
  if (positions_) {
    total_.position = b.position;
  }
}

void written_account::withdraw(const batch& b) {
  const std::lock_guard lock(mutex_);
  admitted_bytes_ -= b.bytes().size();
  admitted_records_ -= b.records;
}

void written_account::tell() {
  if (!on_progress_) {
    return;
  }
  const std::lock_guard lock(telling_);
  try {
    on_progress_(total());
  } catch (...) {
    const error e = current_error();
    throw error(e.code(), e.what(), false);  // it would come again, and the batch is written
  }
}

bool written_account::can_begin_anew() const {
  const std::lock_guard lock(mutex_);
  return !begun_ || commits_ == commit_point::finalize;
}

bool written_account::can_replace_sink() const {
  const std::lock_guard lock(mutex_);
  return !begun_ || commits_ == commit_point::each_write;
}

void written_account::reset() {
  const std::lock_guard lock(mutex_);
  total_ = {};
  admitted_bytes_ = admitted_records_ = 0;
  begun_ = false;
}

stream_progress written_account::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace ingest::actors

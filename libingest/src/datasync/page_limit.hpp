#pragma once

#include <algorithm>
#include <cstddef>

namespace ingest::detail {

/// How many events to ask for in a request: half as many after a page that was too large or too slow, and twice as many
/// again, up to `most`, after some pages that were not. The more often that was in vain, the longer until it is tried.
class page_limit {
 public:
  explicit page_limit(std::size_t most) : most_(most), events_(most) {}

  std::size_t events() const { return events_; }

  /// Returns false if a page cannot be any smaller.
  bool lower() {
    if (events_ == 1) {
      return false;
    }
    events_ /= 2;
    good_pages_ = 0;
    patience_ = std::min(patience_ * 2, longest_patience);
    return true;
  }

  void page_was_good() {
    if (events_ < most_ && ++good_pages_ >= patience_) {
      events_ = std::min(most_, events_ * 2);
      good_pages_ = 0;
    }
  }

 private:
  static constexpr unsigned longest_patience = 1024;

  std::size_t most_;
  std::size_t events_;
  unsigned good_pages_ = 0;
  unsigned patience_ = 4;  // good pages until more are asked for; twice that from the first time on
};

}  // namespace ingest::detail

#include "rest/decoders/text_window.hpp"

#include <utility>

namespace ingest::rest {

bool text_window::grow() {
  if (at_end_) {
    return false;
  }
  if (rest_.empty()) {
    rest_ = from_->next();
    at_end_ = rest_.empty();
    return !at_end_;
  }
  if (rest_.size() > most_) {
    refuse_size("a record", most_);
  }
  std::string grown(rest_);
  const std::size_t enough = 2 * grown.size();
  while (!at_end_ && grown.size() < enough) {
    const std::string_view piece = from_->next();
    at_end_ = piece.empty();
    grown += piece;
  }
  const bool more = grown.size() > rest_.size();
  kept_ = std::move(grown);
  rest_ = kept_;
  return more;
}

}  // namespace ingest::rest

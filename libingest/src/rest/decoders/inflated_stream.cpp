#include "rest/decoders/inflated_stream.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::string_view gzip_mark = "\x1f\x8b";
constexpr std::size_t step = 16 << 10;  // of which at most a thousand times as much comes

}  // namespace

inflated_stream::inflated_stream(std::unique_ptr<byte_stream> from, std::size_t most)
    : from_(std::move(from)), most_(most) {}

std::string_view inflated_stream::next() {
  if (!std::exchange(begun_, true)) {
    const std::string_view first = beginning();
    packed_ = first.starts_with(gzip_mark);
    if (!packed_) {
      return first;
    }
    unpacking_.begin("gzip");
    packed_rest_ = first;
  }
  return packed_ ? next_unpacked() : from_->next();
}

/// As much as tells what it is.
std::string_view inflated_stream::beginning() {
  std::string_view piece = from_->next();
  if (piece.empty() || piece.size() >= gzip_mark.size()) {
    return piece;
  }
  while (!piece.empty() && head_.size() < gzip_mark.size()) {
    head_ += piece;
    piece = head_.size() < gzip_mark.size() ? from_->next() : std::string_view();
  }
  return head_;
}

std::string_view inflated_stream::next_unpacked() {
  unpacked_.clear();
  while (unpacked_.empty() && !ended_) {
    if (packed_rest_.empty()) {
      packed_rest_ = from_->next();
      ended_ = packed_rest_.empty();
    }
    unpack(packed_rest_.substr(0, step));
    packed_rest_.remove_prefix(std::min(step, packed_rest_.size()));
  }
  if (unpacked_.size() > most_ - given_) {
    refuse_size("what is compressed in the body", most_);
  }
  given_ += unpacked_.size();
  return unpacked_;
}

void inflated_stream::unpack(std::string_view piece) {
  const bool readable =
      ended_ ? unpacking_.problem().empty() : unpacking_.append(piece, unpacked_, decoding_limits::none);
  if (!readable) {
    throw error(errc::bad_data, "the answer cannot be unpacked: it is damaged, or was cut short", true);
  }
}

}  // namespace ingest::rest

#include "rest/decoders/decoded_text.hpp"

#include <utility>

namespace ingest::rest {

namespace {

constexpr std::size_t longest_mark = 3;

}  // namespace

decoded_text::decoded_text(std::unique_ptr<byte_stream> from, text_encoding encoding)
    : from_(std::move(from)), encoding_(encoding) {}

std::string_view decoded_text::next() {
  while (!ended_) {
    std::string_view bytes = from_->next();
    ended_ = bytes.empty();
    if (!held_back_.empty()) {
      joined_ = std::exchange(held_back_, std::string());
      joined_ += bytes;
      bytes = joined_;
    }
    const bool too_short = !begun_ && !ended_ && bytes.size() < longest_mark;
    const std::size_t whole = too_short ? 0 : ended_ ? bytes.size() : encoding_.whole_characters(bytes);
    held_back_ = bytes.substr(whole);
    bytes = bytes.substr(0, whole);
    if (bytes.empty()) {
      continue;
    }
    const text_encoding how = std::exchange(encoding_, begun_ ? encoding_ : encoding_.behind(bytes));
    begun_ = true;
    const std::string_view text = how.to_utf8(bytes, kept_, before_);
    before_ += bytes.size();
    if (!text.empty()) {
      return text;
    }
  }
  return {};
}

}  // namespace ingest::rest

#include "streams/utf16_input.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t piece_bytes = 64 << 10;
constexpr std::uint32_t byte_order_mark = 0xFEFF;

bool is_high_surrogate(std::uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_surrogate(std::uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
    return;
  }
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

class utf16_input final : public byte_input {
 public:
  utf16_input(std::unique_ptr<byte_input> from, bool big_endian, std::string name)
      : from_(std::move(from)), big_endian_(big_endian), name_(std::move(name)) {}

  std::size_t read(char* to, std::size_t size) override {
    while (given_ == text_.size() && !ended_) {
      text_.clear();
      given_ = 0;
      decode_more();
    }
    const std::size_t n = text_.copy(to, size, given_);
    given_ += n;
    return n;
  }

 private:
  void decode_more() {
    const std::size_t begun = raw_.size();
    raw_.resize(begun + piece_bytes);
    const std::size_t got = from_->read(raw_.data() + begun, piece_bytes);
    raw_.resize(begun + got);
    ended_ = got == 0;
    std::size_t at = 0;
    while (at + 2 <= raw_.size()) {
      const std::uint32_t unit = unit_at(at);
      const bool pair = is_high_surrogate(unit);
      if (pair && at + 4 > raw_.size() && !ended_) {
        break;
      }
      const std::uint32_t next = pair && at + 4 <= raw_.size() ? unit_at(at + 2) : 0;
      const bool whole = pair && is_low_surrogate(next);
      at += whole ? 4 : 2;
      if (!std::exchange(begun_, true) && unit == byte_order_mark) {
        continue;
      }
      append_utf8(whole ? 0x10000 + ((unit & 0x3FF) << 10 | (next & 0x3FF)) : unit, text_);
    }
    raw_.erase(0, at);
    if (ended_ && !raw_.empty()) {
      throw error(errc::bad_data, name_ + " is UTF-16 and ends in the middle of a character: it is cut off");
    }
  }

  std::uint32_t unit_at(std::size_t at) const {
    const auto first = static_cast<unsigned char>(raw_[at]);
    const auto second = static_cast<unsigned char>(raw_[at + 1]);
    return big_endian_ ? first << 8 | second : second << 8 | first;
  }

  std::unique_ptr<byte_input> from_;
  bool big_endian_;
  std::string name_;
  bool begun_ = false;
  bool ended_ = false;
  std::string raw_;   // of a character whose end has not been read
  std::string text_;  // decoded
  std::size_t given_ = 0;
};

}  // namespace

std::unique_ptr<byte_input> decode_utf16(std::unique_ptr<byte_input> encoded, bool big_endian, std::string name) {
  return std::make_unique<utf16_input>(std::move(encoded), big_endian, std::move(name));
}

}  // namespace ingest::detail

#include "parquet/column_bounds.hpp"

#include <algorithm>
#include <bit>

#include "core/utf8.hpp"
#include "parquet/little_endian.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t longest = 64;

bool goes_on(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// What `text` begins with, up to `longest` bytes of whole characters.
std::string_view shortened(std::string_view text) {
  std::size_t length = std::min(text.size(), longest);
  while (length > 0 && length < text.size() && goes_on(text[length])) {
    --length;
  }
  return text.substr(0, length);
}

/// Takes the last character off.
std::uint32_t take_last(std::string& text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && goes_on(text[begin])) {
    --begin;
  }
  const std::size_t length = text.size() - begin;
  const auto lead = static_cast<unsigned char>(text[begin]);
  std::uint32_t code = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  text.resize(begin);
  return code;
}

/// The shortest text behind all that begin with `text`, if there is one: bytes of UTF-8 have the order of characters.
std::optional<std::string> behind(std::string text) {
  constexpr std::uint32_t last_character = 0x10ffff;
  constexpr std::uint32_t before_surrogates = 0xd7ff;
  while (!text.empty()) {
    const std::uint32_t code = take_last(text);
    if (code < last_character) {
      append_character(code == before_surrogates ? 0xe000 : code + 1, text);
      return text;
    }
  }
  return std::nullopt;
}

}  // namespace

void column_bounds::add(const parquet_value& value) {
  if (type_ == parquet_type::json) {
    return;
  }
  if (holds_bytes()) {
    add_bytes(value.bytes.substr(0, longest + 1));
  } else if (is_real()) {
    least_real_ = any_ ? std::min(least_real_, value.real) : value.real;
    most_real_ = any_ ? std::max(most_real_, value.real) : value.real;
  } else {
    least_whole_ = any_ ? std::min(least_whole_, value.whole) : value.whole;
    most_whole_ = any_ ? std::max(most_whole_, value.whole) : value.whole;
  }
  any_ = true;
}

void column_bounds::add_bytes(std::string_view bytes) {
  if (!any_ || bytes < least_bytes_) {
    least_bytes_ = bytes;
  }
  if (!any_ || bytes > most_bytes_) {
    most_bytes_ = bytes;
  }
}

std::string column_bounds::plain(std::int64_t whole, double real) const {
  std::string bytes;
  switch (physical_) {
    case physical_type::boolean:
      append_little_endian(static_cast<std::uint8_t>(whole), bytes);
      break;
    case physical_type::int32:
      append_little_endian(static_cast<std::uint32_t>(whole), bytes);
      break;
    case physical_type::real64:
      append_little_endian(std::bit_cast<std::uint64_t>(real), bytes);
      break;
    default:
      append_little_endian(static_cast<std::uint64_t>(whole), bytes);
  }
  return bytes;
}

std::optional<column_bounds::bound> column_bounds::smallest() const {
  if (!any_) {
    return std::nullopt;
  }
  if (holds_bytes()) {
    return bound{std::string(shortened(least_bytes_)), least_bytes_.size() <= longest};
  }
  // Two zeros are one for who compares, and must not be told apart (parquet.thrift, ColumnOrder).
  return bound{plain(least_whole_, least_real_ == 0 ? -0.0 : least_real_), true};
}

std::optional<column_bounds::bound> column_bounds::largest() const {
  if (!any_) {
    return std::nullopt;
  }
  if (!holds_bytes()) {
    return bound{plain(most_whole_, most_real_ == 0 ? 0.0 : most_real_), true};
  }
  if (most_bytes_.size() <= longest) {
    return bound{most_bytes_, true};
  }
  auto text = behind(std::string(shortened(most_bytes_)));
  return text ? std::optional(bound{std::move(*text), false}) : std::nullopt;
}

}  // namespace ingest::detail

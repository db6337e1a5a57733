#include "streams/json_values.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "ingest/error.hpp"
#include "json/byte_scan.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t block_bytes = 256 << 10;
constexpr std::string_view blanks = " \t\r\n";

/// What the first bytes say; nothing where they are too few.
std::optional<json_layout> layout_told_by(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t second = text.find_first_not_of(blanks, first + 1);
  const std::size_t line_end = text.find('\n', first);
  if (text[first] == '[') {
    return second == std::string_view::npos             ? std::nullopt
           : text[second] == '{' || text[second] == ']' ? std::optional(json_layout::array)
                                                        : json_layout::lines;
  }
  if (text[first] == '{' && (line_end < second || second == std::string_view::npos)) {
    return line_end < second ? std::optional(json_layout::sequence) : std::nullopt;
  }
  return json_layout::lines;
}

}  // namespace

json_layout layout_of(byte_input& text, std::string& seen, std::size_t most) {
  for (;;) {
    if (const auto told = layout_told_by(seen)) {
      return *told;
    }
    const std::size_t begun = seen.size();
    if (begun >= most) {
      return json_layout::lines;
    }
    constexpr std::size_t piece_bytes = 4 << 10;
    seen.resize(begun + piece_bytes);
    const std::size_t got = text.read(seen.data() + begun, piece_bytes);
    seen.resize(begun + got);
    if (got == 0) {
      const std::size_t first = seen.find_first_not_of(blanks);
      return first != std::string::npos && seen[first] == '[' ? json_layout::array : json_layout::lines;
    }
  }
}

json_values::json_values(std::unique_ptr<byte_input> text, std::string seen, std::uint64_t offset, options o)
    : text_(std::move(text)),
      options_(std::move(o)),
      seen_(std::move(seen)),
      offset_(offset),
      in_array_(options_.within && options_.layout == json_layout::array),
      behind_value_(options_.within) {
  if (offset == 0 && seen_.starts_with("\xEF\xBB\xBF")) {
    at_ = 3;
  }
}

json_values::value json_values::next() {
  value found;
  if (skip_to_value()) {
    begin_ = at_;
    found.offset = offset();
    scan(found);
    found.bytes = std::string_view(seen_).substr(begin_, at_ - begin_);
    behind_value_ = true;
  }
  return found;
}

/// Passes what stands between values; false at the end of the text.
bool json_values::skip_to_value() {
  for (;; ++at_) {
    begin_ = at_;
    if (at_ == seen_.size() && !extend()) {
      if (in_array_) {
        fail("the array is not closed: the file is cut off");
      }
      return false;
    }
    const char c = seen_[at_];
    if (blanks.find(c) == std::string_view::npos && !passes(c)) {
      return true;
    }
  }
}

/// Takes a byte between values; false where it begins one.
bool json_values::passes(char between) {
  if (options_.layout == json_layout::sequence) {
    if (between != '{') {
      fail("an object should begin here");
    }
    return false;
  }
  if (!in_array_) {
    if (between != '[') {
      fail("something follows the array");
    }
    in_array_ = true;
    behind_value_ = false;
    return true;
  }
  if (between == ']') {
    in_array_ = false;
    return true;
  }
  if (!behind_value_) {
    return false;
  }
  if (between != ',') {
    fail("a comma or the end of the array should be here");
  }
  behind_value_ = false;
  return true;
}

/// Reads on; what precedes the value is dropped.
bool json_values::extend() {
  seen_.erase(0, begin_);
  offset_ += begin_;
  at_ -= std::exchange(begin_, 0);
  const std::size_t begun = seen_.size();
  if (begun > options_.most_bytes) {
    at_ = begin_;
    fail("a record has more than " + std::to_string(options_.most_bytes) + " bytes");
  }
  const std::size_t wanted = std::max(begun, block_bytes);
  seen_.resize(begun + wanted);
  const std::size_t got = text_->read(seen_.data() + begun, wanted);
  seen_.resize(begun + got);
  return got > 0;
}

/// Reads the value that begins here, to where its brackets are balanced.
void json_values::scan(value& found) {
  std::size_t depth = 0;
  do {
    if (depth > 0) {
      const char* const begin = seen_.data();
      const char* const end = begin + seen_.size();
      at_ = static_cast<std::size_t>(find_first<false, '"', '{', '}', '[', ']'>(begin + at_, end) - begin);
    }
    if (at_ == seen_.size()) {
      if (!extend()) {
        fail("the file ends in the middle of a record: it is cut off");
      }
    } else if (seen_[at_] == '"') {
      scan_string(found);
    } else if (seen_[at_] == '{' || seen_[at_] == '[') {
      ++depth;
      ++at_;
    } else if (depth > 0) {
      --depth;
      ++at_;
    } else {
      scan_word();
    }
  } while (depth > 0);
}

void json_values::scan_string(value& found) {
  for (++at_;;) {
    const char* const begin = seen_.data();
    const char* const end = begin + seen_.size();
    const char* const stop = find_first<false, '"', '\\', '\n', '\r'>(begin + at_, end);
    at_ = static_cast<std::size_t>(stop - begin);
    if (stop == end || (*stop == '\\' && stop + 1 == end)) {
      if (!extend()) {
        fail("a string is never closed");
      }
    } else if (*stop == '"') {
      ++at_;
      return;
    } else {
      found.breaks_a_string = found.breaks_a_string || *stop != '\\';
      at_ += *stop == '\\' ? 2 : 1;
    }
  }
}

/// A number, a literal, or what is none of them, which whoever parses the value will say.
void json_values::scan_word() {
  constexpr std::string_view ends = ",]}{[\" \t\r\n";
  while ((at_ < seen_.size() || extend()) && ends.find(seen_[at_]) == std::string_view::npos) {
    ++at_;
  }
  if (begin_ == at_) {
    fail("a value should be here");
  }
}

void json_values::fail(const std::string& what) const {
  throw error(errc::bad_data, options_.name + ", at offset " + std::to_string(offset()) + ": " + what);
}

}  // namespace ingest::detail

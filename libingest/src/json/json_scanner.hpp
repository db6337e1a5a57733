#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "json/json_pointer.hpp"

namespace ingest::detail {

/// Why a scan ended before its time. Caught inside libingest, where it becomes an `error` that says what was read.
struct json_fault {
  std::size_t offset;
};

/// A value inside the text that was scanned.
struct json_value {
  enum class kind { missing, null, boolean, number, string, object, array };
  kind what = kind::missing;
  std::string_view raw;  ///< with quotes, brackets or braces

  bool is_true() const { return what == kind::boolean && raw.front() == 't'; }
  bool is_null() const { return what == kind::null || what == kind::missing; }

  /// A string's contents with its escapes resolved, a number's text as it stands; nothing else has a text. Points into
  /// the scanned text or into `scratch`. A lone surrogate becomes the three bytes that UTF-8 would give it, which no
  /// database accepts as text.
  std::optional<std::string_view> text(std::string& scratch) const;
};

/// Reads one JSON text (RFC 8259) from left to right, checking all of it, without recursion of its own and without a
/// tree, however deeply it is nested. Differs from strict parsers in one point, so that one odd event does not spoil a
/// whole page: strings may hold lone surrogates and bytes that are not UTF-8; whoever stores them refuses them singly.
/// A tolerant one lets control characters in strings, NaN, Infinity and -Infinity pass as well. The text must outlive
/// the scanner.
class json_scanner {
 public:
  explicit json_scanner(std::string_view text, bool tolerant = false)
      : begin_(text.data()), p_(begin_), end_(begin_ + text.size()), tolerant_(tolerant) {}

  /// The first character of the next value or punctuation, or NUL at the end.
  char peek() {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) {
      ++p_;
    }
    return p_ == end_ ? '\0' : *p_;
  }

  /// Reads one value of any kind.
  json_value value();

  /// Reads an object, calling on_member(key) for each member; that call must read exactly the member's value.
  template <class F>
  void object(F&& on_member) {
    enter('{');
    if (peek() == '}') {
      return leave();
    }
    do {
      on_member(key());
    } while (next_of('}'));
  }

  /// Reads an array, calling on_element(index) for each element; that call must read exactly the element.
  template <class F>
  void array(F&& on_element) {
    enter('[');
    if (peek() == ']') {
      return leave();
    }
    std::size_t index = 0;
    do {
      on_element(index++);
    } while (next_of(']'));
  }

  /// Requires that nothing follows.
  void finish();

  std::size_t offset() const { return static_cast<std::size_t>(p_ - begin_); }

  /// Where a tolerant scanner first let something pass since it was last asked, if anywhere.
  std::optional<std::size_t> tolerated() { return std::exchange(tolerated_, std::nullopt); }

  const char* position() const { return p_; }

 private:
  void enter(char open);
  void leave();
  bool next_of(char close);
  std::string_view key();
  void push(char close);
  void skip();
  bool skip_opening();
  bool skip_to_next_value(std::size_t base);
  bool string();  // true if it has escapes
  void escape();
  void number();
  bool no_number();
  void digits();
  void literal(std::string_view word);
  void tolerate();
  [[noreturn]] void fail() const;

  const char* begin_;
  const char* p_;
  const char* end_;
  bool tolerant_;
  std::optional<std::size_t> tolerated_;
  std::string open_;      // the closing character of each container around p_
  std::string key_text_;  // a key that had escapes
};

/// Reads one value and finds in it the values that the pointers name; as many `found` as `pointers`, at most 8. Where a
/// key occurs twice, the last one counts, as in PostgreSQL's jsonb. Returns the value.
json_value find_values(json_scanner& in, std::span<const json_pointer> pointers, std::span<json_value> found);

/// Resolves the escapes of a string's contents (without quotes), which a scanner has accepted, onto the end of `out`.
void append_unescaped(std::string_view contents, std::string& out);

}  // namespace ingest::detail

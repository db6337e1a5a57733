#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "json/byte_scan.hpp"
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

  /// Of the value that begins with this character.
  static kind kind_of(char first) {
    switch (first) {
      case '"':
        return kind::string;
      case '{':
        return kind::object;
      case '[':
        return kind::array;
      case 'n':
        return kind::null;
      case 't':
      case 'f':
        return kind::boolean;
      default:
        return kind::number;
    }
  }

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
    p_ = past_blanks(p_);
    return at(p_);
  }

  /// Reads one value of any kind.
  json_value value() {
    peek();
    const char* const start = p_;
    p_ = past_value(start);
    return passed(start);
  }

  /// Reads one value whatever it is.
  void pass() { p_ = past_value(past_blanks(p_)); }

  /// The value that began at `start` and was read to its end.
  json_value passed(const char* start) const {
    return {json_value::kind_of(*start), std::string_view(start, static_cast<std::size_t>(p_ - start))};
  }

  /// Reads an object, calling on_member(key) for each member; that call must read exactly the member's value.
  template <class F>
  void object(F&& on_member) {
    enter('{');
    if (peek() == '}') {
      ++p_;
      return;
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
      ++p_;
      return;
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
  void enter(char opening) {
    peek();
    require(p_, opening);
    ++p_;
  }
  bool next_of(char close) {
    const bool ends = peek() == close;
    require(p_, ends ? close : ',');
    ++p_;
    return !ends;
  }
  std::string_view key() {
    peek();
    require(p_, '"');
    bool escaped = false;
    const char* const end = past_string(p_, escaped);
    const std::string_view contents(p_ + 1, static_cast<std::size_t>(end - p_ - 2));
    p_ = past_colon(end);
    return escaped ? unescaped_key(contents) : contents;
  }
  std::string_view unescaped_key(std::string_view contents);

  // Each of these reads what begins at `p` and returns the end of it. Where they are is in a register meanwhile.
  const char* past_blanks(const char* p) const {
    while (p != end_ && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
      ++p;
    }
    return p;
  }
  const char* past_value(const char* p) {
    const char first = at(p);
    return first == '{' || first == '[' ? past_container(p) : past_scalar(p);
  }
  const char* past_string(const char* p, bool& escaped) {
    p = find_first<true, '"', '\\'>(p + 1, end_);
    return p != end_ && *p == '"' ? p + 1 : past_rest_of_string(p, escaped);
  }
  const char* past_colon(const char* p) const {
    p = past_blanks(p);
    require(p, ':');
    return p + 1;
  }
  const char* past_name(const char* p) {
    bool escaped = false;
    require(p, '"');
    return past_colon(past_string(p, escaped));
  }
  const char* past_container(const char* p);
  const char* past_scalar(const char* p);
  const char* past_rest_of_string(const char* p, bool& escaped);
  const char* past_escape(const char* p) const;
  const char* past_number(const char* p);
  const char* past_no_number(const char* p);
  const char* past_digits(const char* p) const;
  const char* past_literal(const char* p, std::string_view word) const;

  char at(const char* p) const { return p == end_ ? '\0' : *p; }
  void require(const char* p, char c) const {
    if (at(p) != c) {
      fail(p);
    }
  }
  void tolerate(const char* p);
  [[noreturn]] void fail(const char* p) const;

  const char* begin_;
  const char* p_;
  const char* end_;
  bool tolerant_;
  std::optional<std::size_t> tolerated_;
  std::string open_;      // past_container()'s memory: what closes the containers that it is in
  std::string key_text_;  // a key that had escapes
};

/// Reads one value and finds in it the values that the pointers name; as many `found` as `pointers`, at most 8. Where a
/// key occurs twice, the last one counts, as in PostgreSQL's jsonb. Returns the value.
json_value find_values(json_scanner& in, std::span<const json_pointer> pointers, std::span<json_value> found);

/// Resolves the escapes of a string's contents (without quotes), which a scanner has accepted, onto the end of `out`.
void append_unescaped(std::string_view contents, std::string& out);

}  // namespace ingest::detail

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "streams/byte_input.hpp"

namespace ingest::detail {

/// How JSON records stand in a text.
enum class json_layout {
  lines,     ///< one a line
  array,     ///< in an array, or several one behind the other
  sequence,  ///< one behind the other, each over several lines
};

/// The layout of a text, told by its beginning: an array that begins with an object, or is empty; or a first line of
/// nothing but a brace. All else is lines. Reads on in `text` as far as it has to, and puts that into `seen`; no more
/// than `most` bytes.
json_layout layout_of(byte_input& text, std::string& seen, std::size_t most);

/// Takes a text of the layout `array` or `sequence` apart into its values, which are not looked at.
class json_values {
 public:
  struct options {
    json_layout layout = json_layout::array;
    std::string name;            ///< of the text, for messages
    std::size_t most_bytes = 0;  ///< of a value
    bool within = false;         ///< the text goes on behind a value, where an earlier reading stood
  };

  /// `seen` is what was read of `text` already, which begins at `offset`.
  json_values(std::unique_ptr<byte_input> text, std::string seen, std::uint64_t offset, options o);

  struct value {
    std::string_view bytes;        ///< as they are, line breaks included; until the next call
    std::uint64_t offset = 0;      ///< where they begin
    bool breaks_a_string = false;  ///< a line break stands in a string, which JSON does not allow
  };

  /// The next value; its bytes are empty at the end. Throws errc::bad_data, naming the offset, where there is none
  /// though there should be, and where the text ends within a value or an array.
  value next();

  /// Where the text goes on behind the value.
  std::uint64_t offset() const { return offset_ + at_; }

 private:
  bool skip_to_value();
  bool passes(char between);
  bool extend();
  void scan(value& found);
  void scan_string(value& found);
  void scan_word();
  [[noreturn]] void fail(const std::string& what) const;

  std::unique_ptr<byte_input> text_;
  options options_;
  std::string seen_;
  std::uint64_t offset_;   // of the first byte of seen_
  std::size_t begin_ = 0;  // of the value, in seen_
  std::size_t at_ = 0;     // where reading stands
  bool in_array_;
  bool behind_value_;
};

}  // namespace ingest::detail

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace ingest::detail {

/// The length of the whole lines that `text` begins with.
inline std::size_t whole_lines(std::string_view text) {
  return text.rfind('\n') + 1;
}  // npos + 1 is 0

/// Takes the blank lines, of nothing but white space, out of `lines`, which ends with a newline or is empty. Returns
/// the number of lines that stay.
std::uint64_t remove_blank_lines(std::string& lines);

/// Calls `f` with each line of `text`, its newline included; the last may lack one.
template <class Function>
void for_each_line(std::string_view text, Function f) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    f(text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace ingest::detail

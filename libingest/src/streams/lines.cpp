#include "streams/lines.hpp"

#include <cstring>

namespace ingest::detail {

std::uint64_t remove_blank_lines(std::string& lines) {
  std::uint64_t kept = 0;
  char* to = lines.data();
  for_each_line(lines, [&](std::string_view line) {
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return;
    }
    if (to != line.data()) {
      std::memmove(to, line.data(), line.size());
    }
    to += line.size();
    ++kept;
  });
  lines.resize(static_cast<std::size_t>(to - lines.data()));
  return kept;
}

}  // namespace ingest::detail

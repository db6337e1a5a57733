#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::testing {

/// Reads a line of COPY text as PostgreSQL does, written from its manual ("File Formats" of COPY) and not from our
/// encoder, which it is the judge of. Returns the columns, NULL as nothing.
inline std::vector<std::optional<std::string>> read_copy_line(std::string_view line) {
  constexpr std::string_view letters = "bfnrtv";
  constexpr std::string_view meanings = "\b\f\n\r\t\v";
  std::vector<std::optional<std::string>> columns;
  std::string value;
  bool null = false;
  const auto end_column = [&] {
    columns.push_back(null ? std::nullopt : std::optional(value));
    value.clear();
    null = false;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      end_column();
    } else if (line[i] != '\\' || i + 1 == line.size()) {
      value += line[i];
    } else if (line[++i] == 'N' && value.empty() && (i + 1 == line.size() || line[i + 1] == '\t')) {
      null = true;
    } else {
      const auto letter = letters.find(line[i]);
      value += letter == std::string_view::npos ? line[i] : meanings[letter];
    }
  }
  end_column();
  return columns;
}

}  // namespace ingest::testing

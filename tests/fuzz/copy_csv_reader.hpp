#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ingest::testing {

/// The rows of a COPY WITH (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01') as PostgreSQL reads them, written from its
/// manual
/// ("CSV Format" of COPY) and not from our encoder, which it is the judge of. Returns the columns, NULL as nothing.
/// Throws std::logic_error for what PostgreSQL refuses.
inline std::vector<std::vector<std::optional<std::string>>> read_csv_copy(std::string_view text) {
  constexpr char quote = '\1';
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::vector<std::optional<std::string>> row;
  std::string value;
  bool quoted = false;  // the value has a quoted part: it is no NULL
  bool open = false;
  const auto end_column = [&] {
    row.push_back(value.empty() && !quoted ? std::nullopt : std::optional(value));
    value.clear();
    quoted = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (open && c == quote && i + 1 < text.size() && text[i + 1] == quote) {
      value += text[++i];
    } else if (c == quote) {
      open = !open;
      quoted = true;
    } else if (open) {
      value += c;
    } else if (c == '\t') {
      end_column();
    } else if (c == '\n') {
      if (row.empty() && value == "\\." && !quoted) {
        throw std::logic_error("a line ends the COPY");
      }
      end_column();
      rows.push_back(std::move(row));
      row.clear();
    } else if (c == '\r') {
      throw std::logic_error("unquoted carriage return");
    } else {
      value += c;
    }
  }
  if (open || !value.empty() || !row.empty()) {
    throw std::logic_error("a row is not ended");
  }
  return rows;
}

}  // namespace ingest::testing

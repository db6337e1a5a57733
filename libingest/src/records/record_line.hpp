#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ingest::detail {

/// The lines that keyed_encoder writes, written and read back. Where text is escaped, it is as in a JSON string, with
/// no more escapes than it needs.

/// Appends any bytes, escaped.
void append_escaped(std::string_view bytes, std::string& out);

/// Appends a key as it stands in a line. An empty one is two quotes, which none other can be, because quotes are
/// escaped.
void append_key(std::string_view key, std::string& out);

/// What a line holds, without its newline; points into the line. Any bytes can be a damaged line: what they hold is
/// then as little sensible as they are.
struct record_line {
  std::string_view key;                    ///< as it stands; empty: it has none
  std::string_view record;                 ///< JSON; escaped bytes where there is a reason
  std::optional<std::string_view> reason;  ///< why it is no record, escaped
};
record_line parse_record_line(std::string_view line);

/// Appends what a key means to `out`.
void append_key_text(std::string_view key, std::string& out);

/// Appends what escaped bytes mean to `out`. A backslash that begins no escape stays.
void append_bytes(std::string_view escaped, std::string& out);

}  // namespace ingest::detail

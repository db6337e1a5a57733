#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// `text` as a JSON string in quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// Any bytes as a JSON value on one line, from which they can be had again exactly.
struct exact_json {
  std::string_view
      encoding;  ///< "json": the value is the bytes; "text": a string of them; "hex": a string of their digits
  std::string value;
};
exact_json exactly(std::string_view bytes);

}  // namespace ingest::detail

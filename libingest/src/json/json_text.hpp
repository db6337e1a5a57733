#pragma once

#include <string>
#include <string_view>

namespace ingest::detail {

/// `text` as a JSON string in quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// `text` itself, on one line, if it is a JSON value in UTF-8; a JSON string of it otherwise.
std::string json_value_or_string(std::string_view text);

}  // namespace ingest::detail

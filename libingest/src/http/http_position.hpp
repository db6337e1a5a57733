#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest::detail {

/// Where a slice of an HTTP source stands. Times are in milliseconds since 1970.
struct http_position {
  std::optional<std::string> cursor;      ///< of the next page, as the API gave it
  std::optional<std::int64_t> ts_ms;      ///< parsed_page::reached_ms of the last page
  std::optional<std::int64_t> expiry_ms;  ///< when the cursor expires

  bool operator==(const http_position&) const = default;
};

/// The position as a batch carries it: {"cursor":…,"ts":…,"exp":…}, members that are missing left out.
std::string to_text(const http_position& p);

/// The reverse. Throws errc::bad_data for a text that to_text() did not make.
http_position parse_http_position(std::string_view text);

/// When a cursor expires, where it can be read: base64 or base64url of a JSON object with a number "exp".
std::optional<std::int64_t> expiry_in(std::string_view cursor);

}  // namespace ingest::detail

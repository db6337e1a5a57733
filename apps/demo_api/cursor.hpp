#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "demo_api/event_store.hpp"

namespace demo_api {

/// Where a page ended, as it is handed to clients: base64 of {"id":"…","ts":…,"v":2,"exp":…}.
struct cursor {
  std::string id;         ///< the last event's key
  timestamp_ms time = 0;  ///< the last event's timestamp
  timestamp_ms expires = 0;

  bool operator==(const cursor&) const = default;
};

std::string encode(const cursor& c);

/// Takes base64 and base64url, with or without padding; nothing for anything that is no cursor. A blank counts as '+',
/// which is what an unescaped '+' of a query string arrives as.
std::optional<cursor> decode_cursor(std::string_view text);

}  // namespace demo_api

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "datasync/event_order.hpp"

namespace ingest::detail {

/// Where a slice of an HTTP source stands. Times are in milliseconds since 1970.
struct http_position {
  std::optional<std::string> cursor = {};      ///< of the next page, as the API gave it
  std::optional<std::int64_t> expiry_ms = {};  ///< when the cursor expires, by the API's clock
  std::optional<std::int64_t> until_ms = {};   ///< the end of the time window, once the slice was sought in by time
  std::uint64_t events = 0;                    ///< read since the beginning of the slice
  /// Of all events since then; nothing if they are in none, or nobody knows.
  std::optional<event_order> order = event_order{};
  std::optional<std::int64_t> total = {};  ///< events in all, as the API announced them; see total_in()
  std::optional<bool> stream = {};         ///< which endpoint it is of; nothing at the start, and from older versions

  /// Nothing of the slice has been read.
  bool at_start() const { return !cursor && !until_ms && events == 0; }

  bool operator==(const http_position&) const = default;
};

/// The position as a batch carries it: {"cursor":…,"exp":…,"until":…,"events":…,"total":…,"stream":…,"order":{…}},
/// members that are missing left out.
std::string to_text(const http_position& p);

/// The reverse, also of what older versions wrote: "ts" is passed over. Throws errc::bad_data for a text that to_text()
/// did not make.
http_position parse_http_position(std::string_view text);

/// When a cursor expires, where it can be read: base64 or base64url of a JSON object with a number "exp".
std::optional<std::int64_t> expiry_in(std::string_view cursor);

}  // namespace ingest::detail

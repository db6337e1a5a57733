#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "datasync/page_parser.hpp"
#include "ingest/time_window.hpp"

namespace ingest::detail {

/// The order that all pages of a slice have shown so far: newest first, by times in Unix milliseconds, inside the time
/// window that was asked for. Only where that was seen may a lost cursor be replaced by a time. docs/protocol.md tells
/// what that proves.
struct event_order {
  std::uint64_t pages = 0;                   ///< that have shown it
  std::string last_id = {};                  ///< of the event that was seen last,
  std::int64_t last_ms = 0;                  ///< and its time
  std::optional<std::int64_t> seek_ms = {};  ///< the time of an event some way before it, to go on from
  bool joining = false;                      ///< asked for by that time, and the last event has not come again yet

  bool operator==(const event_order&) const = default;

  /// True if `page`, asked for with `window`, continues the order.
  bool continues_with(const parsed_page& page, const time_window& window) const;

  /// True if a page that continues the order has passed the place of the last event without it.
  bool passed_by(const parsed_page& page) const;

  /// Takes in a page that continues the order and, when joining, holds the last event.
  void take_in(const parsed_page& page);
};

}  // namespace ingest::detail

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "demo_api/event_store.hpp"

namespace demo_api {

/// Which events a page holds, and the window that it is part of.
struct page {
  std::size_t first = 0;
  std::size_t last = 0;  ///< one past the end, as all ends here
  std::size_t window_first = 0;
  std::size_t window_last = 0;

  bool has_more() const { return last < window_last; }
  std::size_t size() const { return last - first; }
};

/// What a response says about its page.
struct page_details {
  std::uint64_t limit = 0;
  std::string next_cursor;  ///< empty on the last page
  std::int64_t cursor_expires_in_s = 0;
  std::uint64_t total = 0;
  std::string request_id;
  bool flat = false;  ///< the documented shape instead of the one that is really served
};

/// Replaces `out` with the response's JSON.
void write_page(const event_store& events, const page& p, const page_details& details, std::string& out);

}  // namespace demo_api

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "demo_api/event_store.hpp"
#include "demo_api/page.hpp"
#include "demo_api/random.hpp"

namespace demo_api {

/// Which page a client asks for.
struct page_request {
  std::uint64_t limit = 100;          ///< at least 1
  std::string cursor;                 ///< empty for the first page
  std::optional<timestamp_ms> since;  ///< no event is older
  std::optional<timestamp_ms> until;  ///< all events are older
  bool expire_cursor = false;         ///< declare the cursor expired from now on
};

struct page_choice {
  enum class outcome { found, cursor_expired, cursor_invalid };

  outcome result = outcome::found;
  page found;
  bool overlaps = false;       ///< begins with events of the page before
  bool newly_expired = false;  ///< the cursor was declared expired by this request
};

/// Finds pages in the events. Thread-safe.
class pager {
 public:
  /// `overlapping` percent of the pages begin with events of the page before; which ones, `seed` and their position
  /// decide, so that a page that is asked for again is the same. `events` must outlive this object.
  pager(const event_store& events, double overlapping, std::uint64_t seed)
      : events_(events), overlapping_(overlapping), overlaps_(seed, 300), overlap_lengths_(seed, 301) {}

  page_choice choose(const page_request& request, timestamp_ms now);

 private:
  std::size_t overlap_at(const page& p, std::uint64_t limit) const;

  const event_store& events_;
  double overlapping_;
  random_table overlaps_;
  random_table overlap_lengths_;
  std::mutex mutex_;
  std::set<std::string> declared_expired_;  ///< cursors, as text
};

}  // namespace demo_api

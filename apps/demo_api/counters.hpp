#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "demo_api/retry_after_watch.hpp"

namespace demo_api {

/// What the server has done so far, for tests and benchmarks. Thread-safe.
struct counters {
  using counter = std::atomic<std::uint64_t>;

  counter requests{0};  ///< to the API: both event endpoints and stream access
  counter requests_standard{0};
  counter requests_stream{0};
  counter requests_access{0};
  counter connections{0};
  counter pages_served{0};       ///< whole and unharmed
  counter events_served{0};      ///< in those pages
  counter bytes_served{0};       ///< of those pages' JSON, before compression
  counter overlapping_pages{0};  ///< that began with events of the page before
  counter tokens_issued{0};
  counter tokens_refused{0};  ///< requests with an unknown, expired or revoked token
  counter access_refused{0};  ///< stream access denied by --stream
  counter unauthorized{0};
  counter rate_limited{0};     ///< 429 because the limit was reached
  counter cursors_expired{0};  ///< answers that declared a cursor expired
  counter cursors_invalid{0};

  // Faults that really happened.
  counter fault_429{0};
  counter fault_5xx{0};
  counter fault_reset{0};
  counter fault_truncate{0};
  counter fault_garbage{0};
  counter fault_revoke{0};
  counter fault_expire{0};
  counter fault_latency{0};

  retry_after_watch retry_after;

  /// First event, end, and bounds of the window.
  using page_id = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t>;

  /// Counts a page served whole, with the bytes of its JSON.
  void serve(const page_id& page, std::uint64_t bytes);

  bool was_served(const page_id& page) const;

  std::string to_json() const;

 private:
  mutable std::mutex mutex_;
  std::map<page_id, std::uint64_t> pages_;
};

}  // namespace demo_api

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "http/http_position.hpp"
#include "ingest/error.hpp"
#include "ingest/page_parser.hpp"
#include "ingest/time_window.hpp"

namespace ingest::detail {

/// Where a slice stands while it is read, and the guards against an API that leads in circles.
class slice_cursor {
 public:
  using time_point = std::chrono::system_clock::time_point;

  slice_cursor(time_window window, http_position from) : window_(window), position_(std::move(from)) {}

  const http_position& position() const { return position_; }

  /// The time window to ask for: without a cursor, it ends where the pages read so far have come.
  time_window window(bool with_cursor) const;

  /// True if there is a cursor and its time is over.
  bool expired(time_point now) const;

  /// The cursor is of no use any more. With `seekable`, the next page is asked for by time, otherwise the slice begins
  /// anew. Throws `code`, with `why`, when the API has been through that twice without getting any further.
  void reset(bool seekable, errc code, const std::string& why);

  /// A page was read. Throws errc::bad_data for a next cursor that was there before, and for the 101st page in a row
  /// that is empty and claims that there is more.
  void advance(const parsed_page& page, time_point now);

 private:
  void guard_against_cycle(const parsed_page& page);
  void guard_against_emptiness(const parsed_page& page);
  void note_progress(const parsed_page& page);

  time_window window_;
  http_position position_;

  // Brent's cycle detection: a cursor is compared with the one at the last power of two.
  std::string landmark_;
  std::uint64_t steps_ = 0;

  unsigned empty_pages_ = 0;
  std::uint64_t depth_ = 0;  // pages since the beginning or the last new start

  // How far reading had come when a cursor was last reset.
  unsigned fruitless_resets_ = 0;
  std::uint64_t reset_depth_ = 0;
  std::optional<std::int64_t> reset_ts_ms_;
};

}  // namespace ingest::detail

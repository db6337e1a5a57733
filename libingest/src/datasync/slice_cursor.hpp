#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "datasync/http_position.hpp"
#include "datasync/page_parser.hpp"
#include "ingest/error.hpp"
#include "ingest/time_window.hpp"

namespace ingest::detail {

/// Where a slice stands while it is read, how it goes on where a cursor was lost, and the guards against an API that
/// leads in circles.
class slice_cursor {
 public:
  using time_point = std::chrono::system_clock::time_point;

  slice_cursor(time_window window, http_position from) : window_(window), position_(std::move(from)) {}

  const http_position& position() const { return position_; }

  /// What follows is read at this endpoint. Endpoints have cursors and an order of their own: true, and the slice has
  /// begun anew, if it was read at the other one so far. Throws errc::unavailable if that has happened too often.
  bool read_at(bool stream);

  /// The time window to ask for: it ends earlier than the slice does once the slice was sought in by time.
  time_window window() const;

  /// True if there is a cursor and its time is over.
  bool expired(time_point now) const;

  /// True if a lost cursor would be replaced by a time, and not by a new start of the slice.
  bool can_seek() const;

  /// The cursor is of no use any more. The next page is asked for by time, if `by_time` and can_seek(), or the slice
  /// begins anew. Returns whether it is by time. Throws `code`, with `why`, when that has happened twice without
  /// getting any further, or too often.
  bool reset(bool by_time, errc code, const std::string& why);

  /// The id of the event that must come again before anything that is later in the slice, after seeking by time.
  const std::string* sought_id() const;

  /// The page leads to where reading has been before.
  bool is_led_back_by(const parsed_page& page) const;

  /// A page was read; `met`: it holds the event of sought_id(). False, and the slice begins anew, if the page does not
  /// join on to where a seek had left off, or shows that the events are not in the order that the seek relied on: it is
  /// not to be used. Throws errc::unavailable for a slice that has begun anew too often.
  bool advance(const parsed_page& page, bool met, time_point now);

 private:
  void note_step(const parsed_page& page);
  bool note_order(const parsed_page& page, bool met);
  void note_total(const parsed_page& page);
  void begin_anew(errc code, const std::string& why);

  time_window window_;
  http_position position_;

  // Brent's cycle detection: a cursor is compared with the one at the last power of two.
  std::string landmark_;
  std::uint64_t steps_ = 0;

  unsigned new_starts_ = 0;
  std::optional<std::uint64_t> lost_at_;  // how many events had been read when a cursor was lost
  unsigned losses_here_ = 0;              // one after the other, at that place
};

}  // namespace ingest::detail

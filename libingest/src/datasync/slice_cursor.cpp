#include "datasync/slice_cursor.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

constexpr unsigned most_losses_at_a_place = 2;
constexpr unsigned most_new_starts = 10;

// The fewer pages were read, the less their order tells of what follows, and the less it costs to read them again.
constexpr std::uint64_t least_pages_to_seek = 10;
constexpr std::uint64_t least_events_to_seek = 100;

std::int64_t ms_of(slice_cursor::time_point t) {
  return std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

// An expiry that has passed on arrival is of no use.
std::optional<std::int64_t> expiry_of(const parsed_page& page, std::int64_t now_ms) {
  const auto told = page.next_cursor ? expiry_in(*page.next_cursor) : std::nullopt;
  if (told && *told > now_ms) {
    return told;
  }
  constexpr std::int64_t year_s = std::int64_t{365} * 86'400;
  if (page.cursor_expires_in_s && *page.cursor_expires_in_s > 0) {
    return now_ms + std::min(*page.cursor_expires_in_s, year_s) * 1000;
  }
  return std::nullopt;
}

}  // namespace

bool slice_cursor::read_at(bool stream) {
  const bool moved = !position_.at_start() && position_.stream && *position_.stream != stream;
  if (moved) {
    begin_anew(errc::unavailable, "the API has changed the endpoint that it lets us read");
  }
  position_.stream = stream;
  return moved;
}

time_window slice_cursor::window() const {
  time_window w = window_;
  if (position_.until_ms) {
    w.until_ms = w.until_ms ? std::min(*w.until_ms, *position_.until_ms) : position_.until_ms;
  }
  return w;
}

bool slice_cursor::expired(time_point now) const {
  return position_.cursor && position_.expiry_ms && ms_of(now) >= *position_.expiry_ms;
}

bool slice_cursor::can_seek() const {
  const auto& order = position_.order;
  return order && order->seek_ms && position_.events >= least_events_to_seek &&
         (order->pages >= least_pages_to_seek || new_starts_ > 0);
}

bool slice_cursor::reset(bool by_time, errc code, const std::string& why) {
  losses_here_ = lost_at_ == position_.events ? losses_here_ + 1 : 1;
  lost_at_ = position_.events;
  if (losses_here_ > most_losses_at_a_place) {
    throw error(code, why + ", and so it did twice before without letting us get any further", false);
  }
  if (!by_time || !can_seek()) {
    begin_anew(code, why);
    return false;
  }
  position_.cursor.reset();
  position_.expiry_ms.reset();
  // The events of that millisecond may not all have been on the pages before.
  position_.until_ms = *position_.order->seek_ms + 1;
  position_.order->joining = true;
  steps_ = 0;
  return true;
}

void slice_cursor::begin_anew(errc code, const std::string& why) {
  if (++new_starts_ > most_new_starts) {
    throw error(code, why + ", and the slice has begun anew " + std::to_string(most_new_starts) + " times already",
                false);
  }
  const bool ordered = position_.order.has_value();
  const auto stream = position_.stream;
  position_ = {};
  position_.stream = stream;
  if (!ordered) {
    position_.order.reset();
  }
  steps_ = 0;
}

const std::string* slice_cursor::sought_id() const {
  return position_.order && position_.order->joining ? &position_.order->last_id : nullptr;
}

bool slice_cursor::advance(const parsed_page& page, bool met, time_point now) {
  note_step(page);
  if (!note_order(page, met)) {
    position_.order.reset();
    begin_anew(errc::unavailable, "the events are not in the order of their times");
    return false;
  }
  note_total(page);
  position_.cursor = page.has_more ? page.next_cursor : std::nullopt;
  position_.expiry_ms = page.has_more ? expiry_of(page, ms_of(now)) : std::nullopt;
  return true;
}

/// False if a seek has turned out to be wrong.
bool slice_cursor::note_order(const parsed_page& page, bool met) {
  auto& order = position_.order;
  const bool sought = position_.until_ms.has_value();
  if (order && !order->continues_with(page, window())) {
    if (sought) {
      return false;
    }
    order.reset();
  }
  if (!sought || !order->joining) {
    position_.events += page.rows;
  } else if (!met) {
    return !order->passed_by(page);
  } else {
    position_.events += page.last_id == order->last_id ? 0 : 1;  // most of the page was read before
  }
  if (order) {
    order->take_in(page);
  }
  return true;
}

bool slice_cursor::is_led_back_by(const parsed_page& page) const {
  return page.has_more && page.next_cursor &&
         (*page.next_cursor == position_.cursor || (steps_ > 0 && *page.next_cursor == landmark_));
}

void slice_cursor::note_step(const parsed_page& page) {
  if (page.has_more && page.next_cursor && std::has_single_bit(++steps_)) {
    landmark_ = *page.next_cursor;
  }
}

// A number that grows counts events that came later and are not among those to be read. One that shrinks may count what
// is left where reading went on by time, or what is on the page; below what was read already it is no total.
void slice_cursor::note_total(const parsed_page& page) {
  constexpr std::uint64_t greatest = std::numeric_limits<std::int64_t>::max();
  if (!page.total || *page.total > greatest) {
    return;
  }
  const auto total = static_cast<std::int64_t>(*page.total);
  if (!position_.total || (total < *position_.total && *page.total >= position_.events)) {
    position_.total = total;
  }
}

}  // namespace ingest::detail

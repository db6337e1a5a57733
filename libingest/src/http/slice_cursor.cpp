#include "http/slice_cursor.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

constexpr unsigned most_empty_pages = 100;
constexpr unsigned most_fruitless_resets = 2;

std::int64_t ms_of(slice_cursor::time_point t) {
  return std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

// An expiry that has passed on arrival says that our clock and the API's differ: it is of no use then.
std::optional<std::int64_t> expiry_of(const parsed_page& page, std::int64_t now_ms) {
  const auto told = page.next_cursor ? expiry_in(*page.next_cursor) : std::nullopt;
  if (told && *told > now_ms) {
    return told;
  }
  constexpr std::int64_t year_s = 365 * 86'400;
  if (page.cursor_expires_in_s && *page.cursor_expires_in_s > 0) {
    return now_ms + std::min(*page.cursor_expires_in_s, year_s) * 1000;
  }
  return std::nullopt;
}

}  // namespace

time_window slice_cursor::window(bool with_cursor) const {
  time_window w = window_;
  if (!with_cursor && position_.ts_ms) {
    // The events of the last millisecond come again: not all of them may have been on the page before.
    const std::int64_t until = std::min(*position_.ts_ms, std::numeric_limits<std::int64_t>::max() - 1) + 1;
    w.until_ms = w.until_ms ? std::min(*w.until_ms, until) : until;
  }
  return w;
}

bool slice_cursor::expired(time_point now) const {
  return position_.cursor && position_.expiry_ms && ms_of(now) >= *position_.expiry_ms;
}

void slice_cursor::reset(bool seekable, errc code, const std::string& why) {
  if (fruitless_resets_ == most_fruitless_resets) {
    throw error(code, why + ", and so it did twice before without letting us get any further", false);
  }
  ++fruitless_resets_;
  reset_depth_ = std::max(reset_depth_, depth_);
  if (position_.ts_ms) {
    reset_ts_ms_ = reset_ts_ms_ ? std::min(*reset_ts_ms_, *position_.ts_ms) : position_.ts_ms;
  }
  if (!seekable || !position_.ts_ms) {
    depth_ = 0;
  }
  position_.cursor.reset();
  position_.expiry_ms.reset();
  steps_ = 0;
  landmark_.clear();
}

void slice_cursor::advance(const parsed_page& page, time_point now) {
  guard_against_cycle(page);
  guard_against_emptiness(page);
  note_progress(page);
  position_.cursor = page.has_more ? page.next_cursor : std::nullopt;
  position_.expiry_ms = page.has_more ? expiry_of(page, ms_of(now)) : std::nullopt;
  if (page.reached_ms) {
    position_.ts_ms = page.reached_ms;
  }
}

void slice_cursor::guard_against_cycle(const parsed_page& page) {
  if (!page.has_more || !page.next_cursor) {
    return;
  }
  if (*page.next_cursor == position_.cursor || (steps_ > 0 && *page.next_cursor == landmark_)) {
    throw error(errc::bad_data,
                "the API returned a cursor that it had returned before: its pages would repeat for ever");
  }
  if (std::has_single_bit(++steps_)) {
    landmark_ = *page.next_cursor;
  }
}

void slice_cursor::guard_against_emptiness(const parsed_page& page) {
  if (page.rows != 0 || !page.has_more) {
    empty_pages_ = 0;
  } else if (++empty_pages_ > most_empty_pages) {
    throw error(errc::bad_data, "the API returned more than " + std::to_string(most_empty_pages) +
                                    " empty pages in a row and claims that there is more");
  }
}

void slice_cursor::note_progress(const parsed_page& page) {
  ++depth_;
  const bool further =
      page.reached_ms && reset_ts_ms_ ? *page.reached_ms < *reset_ts_ms_ : depth_ > reset_depth_;
  if (further) {
    fruitless_resets_ = 0;
  }
}

}  // namespace ingest::detail

#include "demo_api/pager.hpp"

#include <algorithm>

#include "demo_api/cursor.hpp"

namespace demo_api {
namespace {

constexpr std::size_t longest_overlap = 100;

}  // namespace

page_choice pager::choose(const page_request& request, timestamp_ms now) {
  page_choice choice;
  page& p = choice.found;
  p.window_first = request.until ? events_.count_since(*request.until) : 0;
  p.window_last = request.since ? std::max(p.window_first, events_.count_since(*request.since)) : events_.size();
  p.first = p.window_first;
  if (!request.cursor.empty()) {
    const auto position = decode_cursor(request.cursor);
    if (!position) {
      choice.result = page_choice::outcome::cursor_invalid;
      return choice;
    }
    const std::scoped_lock lock(mutex_);
    if (position->expires < now || declared_expired_.contains(request.cursor) || request.expire_cursor) {
      choice.newly_expired = position->expires >= now && declared_expired_.insert(request.cursor).second;
      choice.result = page_choice::outcome::cursor_expired;
      return choice;
    }
    p.first = std::clamp(events_.position_after(position->time, position->id), p.window_first, p.window_last);
    const std::size_t overlap = overlap_at(p, request.limit);
    choice.overlaps = overlap > 0;
    p.first -= overlap;
  }
  p.last = p.first + std::min<std::size_t>(request.limit, p.window_last - p.first);
  return choice;
}

std::size_t pager::overlap_at(const page& p, std::uint64_t limit) const {
  // Never more than half a page, so that every page gets further than the one before.
  const std::size_t most = std::min({longest_overlap, static_cast<std::size_t>(limit / 2), p.first - p.window_first});
  if (most == 0 || p.first == p.window_last || !overlaps_.chosen(p.first, overlapping_)) {
    return 0;
  }
  return 1 + overlap_lengths_[p.first] % most;
}

}  // namespace demo_api

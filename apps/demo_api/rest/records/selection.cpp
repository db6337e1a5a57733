#include "demo_api/rest/records/selection.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "demo_api/cursor.hpp"
#include "demo_api/rest/records/collection.hpp"
#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

/// The first of the positions first … last - 1 for which `holds` is false.
template <typename Holds>
std::size_t partition_position(std::size_t first, std::size_t last, Holds holds) {
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    holds(middle) ? first = middle + 1 : last = middle;
  }
  return first;
}

}  // namespace

selection::selection(const collection& of, std::uint64_t first, std::uint64_t last)
    : of_(&of), first_(first), last_(last) {}

std::uint64_t selection::record(std::size_t position) const {
  const std::size_t at = backwards_ ? last_ - 1 - position : first_ + position;
  return order_.empty() ? at : order_[at];
}

std::size_t selection::first_not_before(timestamp_ms time) const {
  return partition_position(first_, last_,
                            [&](std::size_t at) { return of_->time_of(order_.empty() ? at : order_[at]) < time; });
}

selection selection::by_time(timestamp_ms since, timestamp_ms until, bool newest_first) const {
  selection chosen(*of_, first_, last_);
  chosen.by_time_ = true;
  chosen.order_ = of_->by_time();
  const std::size_t first = chosen.first_not_before(since);
  chosen.last_ = std::max(first, chosen.first_not_before(until));
  chosen.first_ = first;
  chosen.backwards_ = newest_first;
  return chosen;
}

std::string selection::token_at(std::size_t position) const {
  const std::uint64_t at = record(position);
  return encode({std::to_string(at), by_time_ ? of_->time_of(at) : 0, 0});
}

std::size_t selection::position_after(std::string_view token) const {
  const auto read = decode_cursor(token);
  std::uint64_t number = 0;
  if (!read || std::from_chars(read->id.data(), read->id.data() + read->id.size(), number).ec != std::errc()) {
    throw refusal(400, "the cursor is not valid");
  }
  const auto wanted = std::pair(by_time_ ? read->time : 0, number);
  return partition_position(0, size(), [&](std::size_t position) {
    const std::uint64_t at = record(position);
    const auto here = std::pair(by_time_ ? of_->time_of(at) : 0, at);
    return backwards_ ? here >= wanted : here <= wanted;
  });
}

}  // namespace demo_api::rest

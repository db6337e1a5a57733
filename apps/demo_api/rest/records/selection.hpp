#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "demo_api/event_store.hpp"

namespace demo_api::rest {

class collection;

/// Some records of a collection in some order: what a client pages through. Holds no records; the collection must not
/// change while it is used.
class selection {
 public:
  /// Records first … last - 1, in the order of their numbers.
  selection(const collection& of, std::uint64_t first, std::uint64_t last);

  /// Those of this selection whose time is in the window, in the order of their times, or the other way round.
  selection by_time(timestamp_ms since, timestamp_ms until, bool newest_first) const;

  std::size_t size() const { return last_ - first_; }
  std::uint64_t record(std::size_t position) const;

  /// Whether the records at positions p … q - 1 are those of successive numbers from record(p) on.
  bool in_order_of_numbers() const { return order_.empty() && !backwards_; }

  /// A token that stands for the record at that position, whatever changes before the next request.
  std::string token_at(std::size_t position) const;

  /// The position behind the record that a token stands for. Throws refusal (400) for what is no token.
  std::size_t position_after(std::string_view token) const;

 private:
  std::size_t first_not_before(timestamp_ms time) const;

  const collection* of_;
  std::span<const std::uint32_t> order_;  ///< empty: the order of the numbers
  std::size_t first_;
  std::size_t last_;
  bool by_time_ = false;
  bool backwards_ = false;
};

}  // namespace demo_api::rest

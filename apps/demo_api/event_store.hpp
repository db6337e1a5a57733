#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace demo_api {

/// Unix time in milliseconds.
using timestamp_ms = std::int64_t;

/// All events that the server has, newest first, numbered from 0. Immutable; any number of threads may read it.
class event_store {
 public:
  virtual ~event_store() = default;

  virtual std::size_t size() const = 0;

  /// Never increases with `index`.
  virtual timestamp_ms timestamp(std::size_t index) const = 0;

  /// What a cursor calls the event: its id, or a name of its own where it has none. Unique among the events of one
  /// millisecond.
  virtual std::string key(std::size_t index) const = 0;

  /// Appends the JSON of the events first … last - 1, with `separator` between them.
  virtual void append(std::size_t first, std::size_t last, char separator, std::string& out) const = 0;

  /// How many events are not older than `time`, which is the number of the first one that is.
  std::size_t count_since(timestamp_ms time) const;

  /// The number of the event that follows the one with this time and key. Where no event has the key, the first of that
  /// millisecond: rather some events twice than one lost.
  std::size_t position_after(timestamp_ms time, std::string_view key) const;
};

}  // namespace demo_api

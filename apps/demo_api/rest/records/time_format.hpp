#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "demo_api/event_store.hpp"

namespace demo_api::rest {

class settings;

/// A spelling of times, of those that APIs have: a pattern of Y M D h m s f (milliseconds) and what stands between, or
/// a number since 1970.
struct time_format {
  std::string_view name;
  std::string_view pattern;  ///< empty for numbers
  timestamp_ms granularity;  ///< the smallest step that it can say
  bool quoted() const { return !pattern.empty(); }

  void append(timestamp_ms time, std::string& out) const;

  /// Throws refusal (400) for anything else.
  timestamp_ms parse(std::string_view text) const;
};

/// The format that a setting names; std::runtime_error, with those that there are, for any other word.
const time_format& read_time_format(settings& s, std::string_view setting, std::string_view otherwise);

/// A moment of the description, as 2026-01-02T03:04:05Z.
timestamp_ms read_moment(settings& s, std::string_view setting, std::string_view otherwise);

}  // namespace demo_api::rest

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ingest/time_window.hpp"

namespace ingest::detail {

/// A stretch of time and how many events it is thought to hold.
struct time_stretch {
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;  ///< later than begin_ms
  double events = 0;
};

/// What a page of a window's newest events tells of the window.
struct sighting {
  std::uint64_t rows = 0;
  bool has_more = false;
  std::optional<std::int64_t> newest_ms;
  std::optional<std::int64_t> oldest_ms;  ///< of the page
  std::optional<std::uint64_t> total;     ///< as the API says; some count the window's events, some always all
};

/// How many events each stretch of equal length between `begin_ms` and `end_ms` holds, judging by a sighting of each.
/// `all`: what the API said was the total of all of them together. Totals are believed only if they add up to that;
/// otherwise the rate of events at the end of a stretch is taken for all of it, but no stretch is taken to hold less
/// than half of what its length suggests, as the rate may be a moment's whim.
std::vector<time_stretch> densities(std::int64_t begin_ms, std::int64_t end_ms, const std::vector<sighting>& sightings,
                                    std::optional<std::uint64_t> all);

/// The bounds of the ith of n stretches.
std::int64_t stretch_begin(std::int64_t begin_ms, std::int64_t end_ms, std::size_t i, std::size_t n);

/// Times that divide the stretches, which are adjacent, into n parts with about as many events each; fewer where
/// there are not enough milliseconds. Ascending, none twice, all inside.
std::vector<std::int64_t> even_edges(const std::vector<time_stretch>& stretches, std::size_t n);

}  // namespace ingest::detail

#include "datasync/event_density.hpp"

#include <algorithm>
#include <numeric>

namespace ingest::detail {

namespace {

// Between the first sighting and the last, events may arrive.
constexpr double tolerance = 1.05;

bool totals_are_of_windows(const std::vector<sighting>& sightings, std::optional<std::uint64_t> all) {
  double sum = 0;
  for (const sighting& s : sightings) {
    if (!s.total) {
      return false;
    }
    sum += static_cast<double>(*s.total);
  }
  return all && sum <= static_cast<double>(*all) * tolerance + 1;
}

double extrapolated(const sighting& s, const time_stretch& stretch) {
  if (!s.has_more || !s.oldest_ms || *s.oldest_ms >= stretch.end_ms) {
    return static_cast<double>(s.rows);
  }
  const auto seen = static_cast<double>(stretch.end_ms - *s.oldest_ms);
  return static_cast<double>(s.rows) * static_cast<double>(stretch.end_ms - stretch.begin_ms) / seen;
}

double sum_of(const std::vector<time_stretch>& stretches) {
  return std::accumulate(stretches.begin(), stretches.end(), 0.0,
                         [](double sum, const time_stretch& s) { return sum + s.events; });
}

/// Half of the events are spread evenly over all stretches where there are any.
void soften(std::vector<time_stretch>& stretches) {
  const auto inhabited = std::count_if(stretches.begin(), stretches.end(), [](const auto& s) { return s.events > 0; });
  const double even = inhabited == 0 ? 0 : sum_of(stretches) / static_cast<double>(inhabited);
  for (time_stretch& s : stretches) {
    s.events = s.events > 0 ? (s.events + even) / 2 : 0;
  }
}

}  // namespace

std::int64_t stretch_begin(std::int64_t begin_ms, std::int64_t end_ms, std::size_t i, std::size_t n) {
  const auto length = static_cast<std::uint64_t>(end_ms - begin_ms);
  return begin_ms + static_cast<std::int64_t>(length / n * i + std::min<std::uint64_t>(i, length % n));
}

std::vector<time_stretch> densities(std::int64_t begin_ms, std::int64_t end_ms, const std::vector<sighting>& sightings,
                                    std::optional<std::uint64_t> all) {
  const std::size_t n = sightings.size();
  const bool counted = totals_are_of_windows(sightings, all);
  std::vector<time_stretch> stretches;
  for (std::size_t i = 0; i < n; ++i) {
    time_stretch s{stretch_begin(begin_ms, end_ms, i, n), stretch_begin(begin_ms, end_ms, i + 1, n), 0};
    s.events = counted ? static_cast<double>(*sightings[i].total) : extrapolated(sightings[i], s);
    stretches.push_back(s);
  }
  if (!counted) {
    soften(stretches);
  }
  return stretches;
}

std::vector<std::int64_t> even_edges(const std::vector<time_stretch>& stretches, std::size_t n) {
  std::vector<std::int64_t> edges;
  const double whole = sum_of(stretches);
  double before = 0;
  for (const time_stretch& s : stretches) {
    for (std::size_t k = 1; k < n && s.events > 0; ++k) {
      const double inside = (whole * static_cast<double>(k) / static_cast<double>(n) - before) / s.events;
      if (inside < 0 || inside >= 1) {
        continue;
      }
      const auto edge = s.begin_ms + static_cast<std::int64_t>(inside * static_cast<double>(s.end_ms - s.begin_ms));
      if (edge > (edges.empty() ? stretches.front().begin_ms : edges.back())) {
        edges.push_back(edge);
      }
    }
    before += s.events;
  }
  return edges;
}

}  // namespace ingest::detail

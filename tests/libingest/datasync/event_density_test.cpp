#include "datasync/event_density.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using ingest::detail::densities;
using ingest::detail::even_edges;
using ingest::detail::sighting;
using ingest::detail::time_stretch;

namespace {

std::vector<double> events_of(const std::vector<time_stretch>& stretches) {
  std::vector<double> events;
  for (const time_stretch& s : stretches) {
    events.push_back(std::round(s.events));
  }
  return events;
}

/// A full page of 100 events which reaches back by `span_ms` from `end_ms`.
sighting page(std::int64_t end_ms, std::int64_t span_ms, std::optional<std::uint64_t> total = {}) {
  return {100, true, end_ms - 1, end_ms - span_ms, total};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_densities)

BOOST_AUTO_TEST_CASE(are_the_totals_of_windows_where_these_add_up) {
  const std::vector<sighting> seen{page(500, 1, 900), page(1000, 1, 100)};
  BOOST_TEST((events_of(densities(0, 1000, seen, 1000)) == std::vector<double>{900, 100}));
  BOOST_TEST((events_of(densities(0, 1000, seen, 990)) == std::vector<double>{900, 100}), "events arrived meanwhile");
}

BOOST_AUTO_TEST_CASE(are_rates_where_each_window_is_told_the_total_of_all) {
  // 100 events in 50 ms, that is 1000 in the stretch; and 100 in 250 ms, that is 200. The mean is 600.
  const std::vector<sighting> seen{page(500, 50, 1200), page(1000, 250, 1200)};
  BOOST_TEST((events_of(densities(0, 1000, seen, 1200)) == std::vector<double>{800, 400}));
}

BOOST_AUTO_TEST_CASE(are_counted_where_a_page_holds_all_and_nothing_where_there_is_nothing) {
  const std::vector<sighting> seen{{30, false, 400, 10, {}}, {0, false, {}, {}, {}}, {90, false, 1499, 1001, {}}};
  BOOST_TEST((events_of(densities(0, 1500, seen, {})) == std::vector<double>{45, 0, 75}), "moved to the mean of 60");
}

BOOST_AUTO_TEST_CASE(cover_all_of_the_time) {
  const auto found = densities(-7, 93, std::vector<sighting>(7, sighting{1, false, 0, 0, {}}), {});
  BOOST_TEST(found.front().begin_ms == -7);
  BOOST_TEST(found.back().end_ms == 93);
  for (std::size_t i = 1; i < found.size(); ++i) {
    BOOST_TEST(found[i].begin_ms == found[i - 1].end_ms);
    BOOST_TEST(found[i].end_ms > found[i].begin_ms);
  }
}

BOOST_AUTO_TEST_CASE(are_divided_evenly) {
  const std::vector<time_stretch> stretches{{0, 100, 300}, {100, 200, 0}, {200, 300, 100}};
  BOOST_TEST((even_edges(stretches, 4) == std::vector<std::int64_t>{33, 66, 200}));
  BOOST_TEST((even_edges(stretches, 8) == std::vector<std::int64_t>{16, 33, 50, 66, 83, 200, 250}));
  BOOST_TEST(even_edges(stretches, 1).empty());
}

BOOST_AUTO_TEST_CASE(are_divided_into_fewer_parts_where_milliseconds_run_out) {
  BOOST_TEST((even_edges({{0, 3, 1000}}, 10) == std::vector<std::int64_t>{1, 2}));
  BOOST_TEST(even_edges({{0, 1, 1000}}, 10).empty());
  BOOST_TEST(even_edges({{0, 100, 0}}, 10).empty());
}

BOOST_AUTO_TEST_SUITE_END()

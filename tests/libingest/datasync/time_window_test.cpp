#include "ingest/time_window.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "ingest/error.hpp"

using ingest::split;
using ingest::time_window;

namespace {

bool is_config(const ingest::error& e) {
  return e.code() == ingest::errc::config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(time_windows)

BOOST_AUTO_TEST_CASE(splits_into_adjacent_windows_of_equal_length) {
  const auto parts = split(time_window{1000, 2000}, 3);
  BOOST_REQUIRE(parts.size() == 3u);
  BOOST_TEST((parts[0] == time_window{1000, 1334}));
  BOOST_TEST((parts[1] == time_window{1334, 1667}));
  BOOST_TEST((parts[2] == time_window{1667, 2000}));
}

BOOST_AUTO_TEST_CASE(splits_the_longest_window) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  const auto parts = split(time_window{least, greatest}, 4);
  BOOST_TEST(parts.front().since_ms.value() == least);
  BOOST_TEST(parts.back().until_ms.value() == greatest);
  BOOST_TEST((split(time_window{least, greatest}, 1) == std::vector{time_window{least, greatest}}));
}

BOOST_AUTO_TEST_CASE(keeps_an_open_window_whole) {
  BOOST_TEST((split(time_window{}, 1) == std::vector{time_window{}}));
  BOOST_TEST((split(time_window{5, std::nullopt}, 1) == std::vector{time_window{5, std::nullopt}}));
}

BOOST_AUTO_TEST_CASE(refuses_windows_that_cannot_be_split) {
  BOOST_CHECK_EXCEPTION(split({1, 2}, 0), ingest::error, is_config);
  BOOST_CHECK_EXCEPTION(split({1, std::nullopt}, 2), ingest::error, is_config);
  BOOST_CHECK_EXCEPTION(split({2, 2}, 1), ingest::error, is_config);
  BOOST_CHECK_EXCEPTION(split({3, 2}, 1), ingest::error, is_config);
  BOOST_CHECK_EXCEPTION(split({0, 3}, 4), ingest::error, is_config);
}

BOOST_AUTO_TEST_SUITE_END()

#include "ingest/time_window.hpp"
#include "core/instant.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "ingest/error.hpp"

using ingest::parse_instant;
using ingest::split;
using ingest::time_window;

namespace {

bool is_config(const ingest::error& e) {
  return e.code() == ingest::errc::config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(time_windows)

BOOST_AUTO_TEST_CASE(reads_milliseconds) {
  BOOST_TEST(parse_instant("1769541612369").value() == 1'769'541'612'369);
  BOOST_TEST(parse_instant("0").value() == 0);
  BOOST_TEST(parse_instant("-1").value() == -1);
}

BOOST_AUTO_TEST_CASE(reads_iso_8601) {
  BOOST_TEST(parse_instant("2026-01-27").value() == 1'769'472'000'000);
  BOOST_TEST(parse_instant("2026-01-27T19:19:13.629Z").value() == 1'769'541'553'629);
  BOOST_TEST(parse_instant("2026-01-27T19:19:13Z").value() == 1'769'541'553'000);
  BOOST_TEST(parse_instant("2026-01-27T19:19").value() == 1'769'541'540'000);
  BOOST_TEST(parse_instant("2026-01-27 19:19:13").value() == 1'769'541'553'000);
  BOOST_TEST(parse_instant("1969-12-31T23:59:59.999Z").value() == -1);
}

BOOST_AUTO_TEST_CASE(applies_offsets) {
  const auto utc = parse_instant("2026-01-27T19:19:13.629Z");
  BOOST_TEST((parse_instant("2026-01-27T21:19:13.629+02:00") == utc));
  BOOST_TEST((parse_instant("2026-01-27T13:49:13.629-0530") == utc));
  BOOST_TEST((parse_instant("2026-01-28T04:19:13.629+09") == utc));
}

BOOST_AUTO_TEST_CASE(cuts_off_fractions_of_a_millisecond) {
  BOOST_TEST(parse_instant("1970-01-01T00:00:00.1239999Z").value() == 123);
  BOOST_TEST(parse_instant("1970-01-01T00:00:00.5Z").value() == 500);
}

BOOST_AUTO_TEST_CASE(knows_leap_days) {
  BOOST_TEST(parse_instant("2024-02-29").has_value());
  BOOST_TEST(!parse_instant("2026-02-29").has_value());
}

BOOST_AUTO_TEST_CASE(refuses_other_texts) {
  for (const auto* text :
       {"", " ", "yesterday", "2026-1-2", "2026-13-01", "2026-01-27T", "2026-01-27T25:00", "2026-01-27T19:60:00Z",
        "2026-01-27T19:19:13.Z", "2026-01-27T19:19:13+", "2026-01-27T19:19:13+25:00", "2026-01-27T19:19:13Zulu",
        "99999999999999999999", "1769541612369ms", "2026-01-27x"}) {
    BOOST_TEST(!parse_instant(text).has_value(), text);
  }
}

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

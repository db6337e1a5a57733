#include "core/instant.hpp"

#include <boost/test/unit_test.hpp>

using ingest::parse_instant;

BOOST_AUTO_TEST_SUITE(instants)

BOOST_AUTO_TEST_CASE(are_read_from_milliseconds) {
  BOOST_TEST(parse_instant("1769541612369").value() == 1'769'541'612'369);
  BOOST_TEST(parse_instant("0").value() == 0);
  BOOST_TEST(parse_instant("-1").value() == -1);
}

BOOST_AUTO_TEST_CASE(are_read_from_iso_8601) {
  BOOST_TEST(parse_instant("2026-01-27").value() == 1'769'472'000'000);
  BOOST_TEST(parse_instant("2026-01-27T19:19:13.629Z").value() == 1'769'541'553'629);
  BOOST_TEST(parse_instant("2026-01-27T19:19:13Z").value() == 1'769'541'553'000);
  BOOST_TEST(parse_instant("2026-01-27T19:19").value() == 1'769'541'540'000);
  BOOST_TEST(parse_instant("2026-01-27 19:19:13").value() == 1'769'541'553'000);
  BOOST_TEST(parse_instant("1969-12-31T23:59:59.999Z").value() == -1);
}

BOOST_AUTO_TEST_CASE(obey_offsets) {
  const auto utc = parse_instant("2026-01-27T19:19:13.629Z");
  BOOST_TEST((parse_instant("2026-01-27T21:19:13.629+02:00") == utc));
  BOOST_TEST((parse_instant("2026-01-27T13:49:13.629-0530") == utc));
  BOOST_TEST((parse_instant("2026-01-28T04:19:13.629+09") == utc));
}

BOOST_AUTO_TEST_CASE(lose_fractions_of_a_millisecond) {
  BOOST_TEST(parse_instant("1970-01-01T00:00:00.1239999Z").value() == 123);
  BOOST_TEST(parse_instant("1970-01-01T00:00:00.5Z").value() == 500);
}

BOOST_AUTO_TEST_CASE(know_leap_days) {
  BOOST_TEST(parse_instant("2024-02-29").has_value());
  BOOST_TEST(!parse_instant("2026-02-29").has_value());
}

BOOST_AUTO_TEST_CASE(are_in_no_other_text) {
  for (const auto* text :
       {"", " ", "yesterday", "2026-1-2", "2026-13-01", "2026-01-27T", "2026-01-27T25:00", "2026-01-27T19:60:00Z",
        "2026-01-27T19:19:13.Z", "2026-01-27T19:19:13+", "2026-01-27T19:19:13+25:00", "2026-01-27T19:19:13Zulu",
        "99999999999999999999", "1769541612369ms", "2026-01-27x"}) {
    BOOST_TEST(!parse_instant(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

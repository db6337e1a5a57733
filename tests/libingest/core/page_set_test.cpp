#include "core/page_set.hpp"

#include <boost/test/unit_test.hpp>

using ingest::page_set;

BOOST_AUTO_TEST_SUITE(page_set_of_loaded_pages)

BOOST_AUTO_TEST_CASE(joins_touching_and_overlapping_intervals) {
  page_set s;
  s.insert(5, 7);
  s.insert(1, 2);
  s.insert(3, 4);
  s.insert(6, 9);
  BOOST_TEST(s.intervals().size() == 1u);
  BOOST_TEST(s.size() == 9u);
  BOOST_TEST(s.contiguous_through() == 9u);
}

BOOST_AUTO_TEST_CASE(keeps_gaps_and_names_the_first_missing_page) {
  page_set s;
  s.insert(1, 3);
  s.insert(7, 8);
  s.insert(11);
  BOOST_TEST(s.intervals().size() == 3u);
  BOOST_TEST(!s.contains(4));
  BOOST_TEST(s.contains(8));
  BOOST_TEST(!s.contains(9));
  BOOST_TEST(s.max() == 11u);
  BOOST_TEST(s.first_missing(11).value() == 4u);
  BOOST_TEST(!s.first_missing(3).has_value());
}

BOOST_AUTO_TEST_CASE(swallows_many_intervals_with_one) {
  page_set s;
  for (ingest::page_id p = 1; p < 100; p += 3) {
    s.insert(p);
  }
  s.insert(2, 98);
  BOOST_TEST(s.intervals().size() == 1u);
  BOOST_TEST(s.size() == 98u);
}

BOOST_AUTO_TEST_CASE(misses_page_one_when_empty) {
  const page_set s;
  BOOST_TEST(s.max() == 0u);
  BOOST_TEST(s.contiguous_through() == 0u);
  BOOST_TEST(s.first_missing(1).value() == 1u);
  BOOST_TEST(!s.first_missing(0).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

#include "actors/restart_intensity.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using ingest::actors::restart_intensity;
using ingest::actors::restart_policy;

BOOST_AUTO_TEST_SUITE(restarts)

BOOST_AUTO_TEST_CASE(the_fourth_failure_within_a_minute_is_one_too_many) {
  restart_intensity intensity({}, 1);
  const restart_intensity::clock::time_point start{};
  BOOST_TEST(intensity.next(start).has_value());
  BOOST_TEST(intensity.next(start + 20s).has_value());
  BOOST_TEST(intensity.next(start + 40s).has_value());
  BOOST_TEST(!intensity.next(start + 59s).has_value());
}

BOOST_AUTO_TEST_CASE(old_failures_are_forgotten) {
  restart_intensity intensity({}, 1);
  restart_intensity::clock::time_point now{};
  for (int i = 0; i < 100; ++i, now += 21s) {
    BOOST_TEST(intensity.next(now).has_value());
  }
}

BOOST_AUTO_TEST_CASE(delays_grow_with_the_failures_but_never_exceed_the_longest) {
  restart_policy policy;
  policy.max_restarts = 50;
  policy.first_delay = 100ms;
  policy.longest_delay = 1000ms;
  restart_intensity intensity(policy, 7);
  for (int i = 0; i < 50; ++i) {
    const auto ceiling = std::min(1000ms, 100ms * (1 << std::min(i, 10)));
    const auto delay = intensity.next({});
    BOOST_REQUIRE(delay.has_value());
    BOOST_TEST((*delay >= 0ms && *delay <= ceiling));
  }
}

BOOST_AUTO_TEST_SUITE_END()

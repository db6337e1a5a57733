#include "ingest/retry.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using ingest::retry_options;
using ingest::retry_schedule;
using std::chrono::milliseconds;

namespace {

const retry_schedule::clock::time_point now{};

}  // namespace

BOOST_AUTO_TEST_SUITE(retries)

BOOST_AUTO_TEST_CASE(draws_each_delay_from_zero_to_a_ceiling_that_doubles) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    retry_schedule s({.deadline = 1h, .first_delay = 100ms, .max_delay = 1s}, seed);
    for (const auto ceiling : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
      const auto delay = s.next(now);
      BOOST_REQUIRE(delay.has_value());
      BOOST_TEST((*delay >= 0ms && *delay <= ceiling));
    }
  }
}

BOOST_AUTO_TEST_CASE(jitters_over_the_whole_width) {
  milliseconds least = 1h;
  milliseconds greatest = 0ms;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const auto delay = *retry_schedule({.first_delay = 1000ms}, seed).next(now);
    least = std::min(least, delay);
    greatest = std::max(greatest, delay);
  }
  BOOST_TEST((least < 50ms));
  BOOST_TEST((greatest > 950ms));
}

BOOST_AUTO_TEST_CASE(gives_the_same_delays_for_the_same_seed) {
  retry_schedule a({}, 7);
  retry_schedule b({}, 7);
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST((a.next(now) == b.next(now)));
  }
}

BOOST_AUTO_TEST_CASE(ends_after_the_last_attempt) {
  retry_schedule s({.max_attempts = 3}, 1);
  BOOST_TEST(s.next(now).has_value());
  BOOST_TEST(s.next(now).has_value());
  BOOST_TEST(!s.next(now).has_value());
  s.reset();
  BOOST_TEST(s.next(now).has_value());
}

BOOST_AUTO_TEST_CASE(ends_at_the_deadline_and_before_a_wait_that_the_server_asks_for_beyond_it) {
  retry_schedule s({.deadline = 10s, .first_delay = 1ms, .max_delay = 1ms}, 1);
  BOOST_TEST(s.next(now).has_value());
  BOOST_TEST(s.next(now + 9s).has_value());
  BOOST_TEST(!s.next(now + 9s, 2s).has_value());
  BOOST_TEST(!s.next(now + 11s).has_value());
}

BOOST_AUTO_TEST_CASE(shortens_the_last_wait_so_that_the_last_attempt_is_made_at_the_deadline) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    retry_schedule s({.deadline = 10s, .first_delay = 1h, .max_delay = 1h}, seed);
    const auto wait = *s.next(now);
    BOOST_TEST((wait <= 10s));
    BOOST_TEST((s.next(now + wait).has_value() == (wait < 10s)));
  }
  BOOST_TEST(!retry_schedule({.deadline = 0s}, 1).next(now).has_value());
}

BOOST_AUTO_TEST_CASE(waits_at_least_as_long_as_the_server_asks_but_not_for_ever) {
  retry_schedule s({.deadline = 24h, .first_delay = 10ms, .max_delay = 10ms, .max_server_delay = 60s}, 1);
  BOOST_TEST((*s.next(now, 30s) == 30s));
  BOOST_TEST((*s.next(now, 8760h) == 60s));
  BOOST_TEST((*s.next(now, -5s) <= 10ms));
}

BOOST_AUTO_TEST_CASE(survives_more_failures_than_a_number_has_bits) {
  retry_schedule s({.deadline = 1h, .first_delay = 1s, .max_delay = 2s}, 1);
  for (int i = 0; i < 200; ++i) {
    BOOST_TEST((*s.next(now) <= 2s));
  }
}

BOOST_AUTO_TEST_SUITE_END()

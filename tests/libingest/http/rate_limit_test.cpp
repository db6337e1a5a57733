#include "http/rate_limit.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using ingest::rate_limit;

namespace {

const auto date = std::chrono::system_clock::from_time_t(1'770'000'000);
const rate_limit::time_point now{};

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limits)

BOOST_AUTO_TEST_CASE(lets_requests_through_while_some_remain) {
  rate_limit limit(15min);
  BOOST_TEST((limit.delay(now) == 0ms));
  limit.observe("1", "60", now, date);
  BOOST_TEST((limit.delay(now) == 0ms));
}

BOOST_AUTO_TEST_CASE(waits_for_the_reset_when_none_remains) {
  rate_limit limit(15min);
  limit.observe("0", "28", now, date);
  BOOST_TEST((limit.delay(now) == 28s));
  BOOST_TEST((limit.delay(now + 27s) == 1s));
  BOOST_TEST((limit.delay(now + 28s) == 0ms));
}

BOOST_AUTO_TEST_CASE(tells_seconds_from_epochs_by_their_size) {
  BOOST_TEST((ingest::parse_rate_limit_reset("60", date) == 60s));
  BOOST_TEST((ingest::parse_rate_limit_reset("1770000042", date) == 42s));
  BOOST_TEST((ingest::parse_rate_limit_reset("1770000042500", date) == 42500ms));
  BOOST_TEST((ingest::parse_rate_limit_reset("1769999000", date) == 0ms));
}

BOOST_AUTO_TEST_CASE(takes_more_than_a_day_for_milliseconds) {
  BOOST_TEST((ingest::parse_rate_limit_reset("86400", date) == 24h));
  BOOST_TEST((ingest::parse_rate_limit_reset("90000", date) == 90s));
}

BOOST_AUTO_TEST_CASE(reads_durations_and_dates) {
  BOOST_TEST((ingest::parse_rate_limit_reset("1m30s", date) == 90s));
  BOOST_TEST((ingest::parse_rate_limit_reset("250ms", date) == 250ms));
  BOOST_TEST((ingest::parse_rate_limit_reset("1.5", date) == 1500ms));
  BOOST_TEST((ingest::parse_rate_limit_reset("2026-02-02T02:40:42Z", date) == 42s));
  BOOST_TEST((ingest::parse_rate_limit_reset("Mon, 02 Feb 2026 02:40:42 GMT", date) == 42s));
  for (const char* none : {"", "-1", "soon", "5x", "ms", "1970-", "m"}) {
    BOOST_TEST((ingest::parse_rate_limit_reset(none, date) < 0ms), none);
  }
}

BOOST_AUTO_TEST_CASE(learns_that_delays_are_in_milliseconds_from_how_fast_they_fall) {
  rate_limit limit(15min);
  limit.observe("2", "60000", now, date);
  limit.observe("1", "59900", now + 100ms, date);
  limit.observe("0", "59800", now + 200ms, date);
  BOOST_TEST((limit.delay(now + 200ms) == 59800ms));
}

BOOST_AUTO_TEST_CASE(keeps_taking_delays_for_seconds_that_fall_by_one_a_second) {
  rate_limit limit(24h);
  limit.observe("2", "3600", now, date);
  limit.observe("1", "3599", now + 20ms, date);
  limit.observe("1", "3540", now + 60s, date);
  limit.observe("0", "3540", now + 60s, date);
  BOOST_TEST((limit.delay(now + 60s) == 3540s));
}

BOOST_AUTO_TEST_CASE(takes_a_negative_number_for_no_limit) {
  rate_limit limit(15min);
  limit.observe("-1", "60", now, date);
  BOOST_TEST((limit.delay(now) == 0ms));
}

BOOST_AUTO_TEST_CASE(ignores_what_is_no_number) {
  rate_limit limit(15min);
  limit.observe("none", "60", now, date);
  limit.observe("0", "soon", now, date);
  limit.observe("0", "-60", now, date);
  limit.observe("", "", now, date);
  BOOST_TEST((limit.delay(now) == 0ms));
}

BOOST_AUTO_TEST_CASE(never_waits_longer_than_it_may) {
  rate_limit limit(15min);
  limit.observe("0", "9223372036854775807", now, date);
  BOOST_TEST((limit.delay(now) == 15min));
  limit.hold(8760h, now);
  BOOST_TEST((limit.delay(now) == 15min));
}

BOOST_AUTO_TEST_CASE(keeps_the_longer_of_two_holds) {
  rate_limit limit(15min);
  limit.hold(60s, now);
  limit.hold(5s, now);
  BOOST_TEST((limit.delay(now) == 60s));
}

BOOST_AUTO_TEST_SUITE_END()

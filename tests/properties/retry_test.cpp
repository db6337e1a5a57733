// Retries, restarts and pacing: bounds that hold for all options and all clocks.
#include "http/retry_after.hpp"
#include "properties/property.hpp"

#include "actors/restart_intensity.hpp"
#include "http/rate_limit.hpp"
#include "ingest/retry.hpp"

using namespace ingest;
using namespace ingest::actors;
using std::chrono::milliseconds;

namespace {

const auto date_of_start = std::chrono::system_clock::from_time_t(1'770'000'000);
const retry_schedule::clock::time_point start{};

rc::Gen<milliseconds> time_up_to(std::int64_t most_ms) {
  return rc::gen::map(rc::gen::inRange<std::int64_t>(0, most_ms + 1), [](std::int64_t ms) { return milliseconds(ms); });
}

retry_options drawn_options() {
  retry_options o;
  o.max_attempts = *rc::gen::inRange(0U, 12U);
  o.deadline = *time_up_to(600'000);
  o.first_delay = *time_up_to(5'000);
  o.max_delay = *time_up_to(60'000);
  o.max_server_delay = *time_up_to(120'000);
  return o;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_properties)

RC_BOOST_PROP(no_attempt_starts_after_the_deadline_or_beyond_the_last_allowed, ()) {
  const retry_options o = drawn_options();
  retry_schedule schedule(o, *rc::gen::arbitrary<std::uint64_t>());
  auto now = start;
  unsigned attempts = 1;
  while (const auto delay = schedule.next(now)) {
    RC_ASSERT(*delay >= milliseconds(0));
    RC_ASSERT(*delay <= o.max_delay);
    now += *delay + *time_up_to(10'000);
    RC_ASSERT(now - start - milliseconds(10'000) <= o.deadline);
    ++attempts;
    RC_ASSERT(o.max_attempts == 0U || attempts <= o.max_attempts);
    RC_PRE(attempts < 10'000U);
  }
}

RC_BOOST_PROP(what_the_server_asks_for_is_waited_for_up_to_the_longest_wait, ()) {
  const retry_options o = drawn_options();
  retry_schedule schedule(o, *rc::gen::arbitrary<std::uint64_t>());
  const auto asked = milliseconds(*rc::gen::arbitrary<std::int32_t>());
  if (const auto delay = schedule.next(start, asked)) {
    const auto honoured = std::clamp(asked, milliseconds(0), o.max_server_delay);
    RC_ASSERT(*delay >= honoured);
    RC_ASSERT(*delay <= std::max(honoured, o.max_delay));
  }
}

RC_BOOST_PROP(any_retry_after_is_nothing_or_a_wait_of_up_to_a_year, ()) {
  const auto text = *rc::gen::oneOf(
      testing::any_bytes(), rc::gen::map(rc::gen::arbitrary<double>(), [](double d) { return std::to_string(d); }));
  if (const auto wait = parse_retry_after(text, date_of_start)) {
    RC_ASSERT(*wait >= milliseconds(0));
    RC_ASSERT(*wait <= std::chrono::hours(24 * 365));
  }
}

RC_BOOST_PROP(seconds_are_understood_as_seconds, ()) {
  const auto seconds = *rc::gen::inRange(0, 1'000'000);
  RC_ASSERT(parse_retry_after(std::to_string(seconds), date_of_start) == std::chrono::seconds(seconds));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(restart_properties)

RC_BOOST_PROP(there_are_never_more_restarts_in_any_window_than_allowed, ()) {
  restart_policy policy;
  policy.max_restarts = *rc::gen::inRange<std::size_t>(0, 6);
  policy.period = *time_up_to(60'000);
  restart_intensity intensity(policy, *rc::gen::arbitrary<std::uint64_t>());
  restart_intensity::clock::time_point now{};
  std::vector<restart_intensity::clock::time_point> restarts;
  for (const auto& pause : *rc::gen::container<std::vector<milliseconds>>(time_up_to(40'000))) {
    now += pause;
    const auto in_window = std::count_if(restarts.begin(), restarts.end(),
                                         [&](const auto& earlier) { return now - earlier <= policy.period; });
    const auto delay = intensity.next(now);
    RC_ASSERT(delay.has_value() == (static_cast<std::size_t>(in_window) < policy.max_restarts));
    if (delay) {
      RC_ASSERT(*delay >= milliseconds(0));
      RC_ASSERT(*delay <= policy.longest_delay);
      restarts.push_back(now);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rate_limit_properties)

RC_BOOST_PROP(nobody_sends_before_the_latest_time_that_was_asked_for_nor_waits_longer_than_allowed, ()) {
  const auto longest = *time_up_to(900'000);
  rate_limit limit(longest);
  auto now = start;
  auto open_at = start;
  std::int64_t before = 0;  // seconds that were told last; they fall no faster than time passes
  auto told_at = start;
  for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
    const auto passed = std::chrono::floor<std::chrono::seconds>(now - told_at).count();
    const auto seconds = std::max(*rc::gen::inRange<std::int64_t>(1, 2'000), before - passed);
    before = seconds;
    told_at = now;
    const auto honoured = now + std::min<milliseconds>(std::chrono::seconds(seconds), longest);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        limit.observe("0", std::to_string(seconds), now, date_of_start + (now - start));
        open_at = std::max(open_at, honoured);
        break;
      case 1:
        limit.observe("0",
                      std::to_string(std::chrono::system_clock::to_time_t(date_of_start + (now - start)) + seconds),
                      now, date_of_start + (now - start));
        // A time of day has no fraction of a second: up to one less than the wait itself.
        open_at = std::max(
            open_at, std::min<decltype(open_at)>(
                         start + std::chrono::floor<std::chrono::seconds>(now - start) + std::chrono::seconds(seconds),
                         now + longest));
        break;
      case 2:
        limit.observe("7", std::to_string(seconds), now, date_of_start + (now - start));
        break;
      default:
        limit.hold(std::chrono::seconds(seconds), now);
        open_at = std::max(open_at, honoured);
    }
    RC_ASSERT(limit.delay(now) == std::max(std::chrono::ceil<milliseconds>(open_at - now), milliseconds(0)));
    now += *time_up_to(600'000);
  }
}

BOOST_AUTO_TEST_SUITE_END()

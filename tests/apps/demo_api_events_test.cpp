#include <boost/test/unit_test.hpp>
#include <set>
#include <stdexcept>

#include "demo_api/event_generator.hpp"
#include "demo_api/file_events.hpp"

using demo_api::event_generator;
using demo_api::generator_settings;

namespace {

generator_settings settings_of(std::uint64_t events) {
  generator_settings s;
  s.events = events;
  return s;
}

std::string json_of(const demo_api::event_store& events, std::size_t first, std::size_t last) {
  std::string out;
  events.append(first, last, '\n', out);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_api_events)

BOOST_AUTO_TEST_CASE(are_newest_first_within_their_span_and_some_share_a_millisecond) {
  const auto settings = settings_of(20'000);
  const event_generator events(settings);
  std::size_t shared = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    BOOST_REQUIRE(events.timestamp(i) <= events.timestamp(i - 1));
    shared += events.timestamp(i) == events.timestamp(i - 1) ? 1 : 0;
  }
  BOOST_TEST(events.timestamp(0) < settings.until);
  BOOST_TEST(events.timestamp(events.size() - 1) >= settings.from);
  BOOST_TEST(shared >= events.size() * 3 / 16);
}

BOOST_AUTO_TEST_CASE(have_ids_of_their_own_and_the_size_of_real_ones) {
  const event_generator events(settings_of(20'000));
  std::set<std::string> ids;
  for (std::size_t i = 0; i < events.size(); ++i) {
    ids.insert(events.key(i));
  }
  BOOST_TEST(ids.size() == events.size());
  const std::size_t bytes = json_of(events, 0, events.size()).size() / events.size();
  BOOST_TEST(bytes >= 340u);
  BOOST_TEST(bytes <= 352u);
}

BOOST_AUTO_TEST_CASE(are_the_same_bytes_whatever_range_is_asked_for) {
  const event_generator events(settings_of(1000));
  const auto all = json_of(events, 0, 1000);
  BOOST_TEST((json_of(events, 0, 300) + '\n' + json_of(events, 300, 1000) == all));
}

BOOST_AUTO_TEST_CASE(are_found_by_time) {
  const event_generator events(settings_of(1000));
  for (const std::size_t i : {0u, 1u, 500u, 999u}) {
    const auto time = events.timestamp(i);
    const auto through = events.count_since(time);
    BOOST_TEST(through > i);
    BOOST_TEST(events.timestamp(through - 1) == time);
    BOOST_TEST((through == events.size() || events.timestamp(through) < time));
  }
  BOOST_TEST(events.count_since(0) == 1000u);
  BOOST_TEST(events.count_since(events.timestamp(0) + 1) == 0u);
}

BOOST_AUTO_TEST_CASE(are_found_by_time_and_key_and_an_unknown_key_repeats_its_millisecond) {
  const event_generator events(settings_of(1000));
  for (std::size_t i = 0; i < events.size(); ++i) {
    BOOST_REQUIRE(events.position_after(events.timestamp(i), events.key(i)) == i + 1);
  }
  BOOST_TEST(events.position_after(events.timestamp(17), "no such key") == 16u);
}

BOOST_AUTO_TEST_CASE(read_iso_times_and_refuse_others) {
  BOOST_TEST(demo_api::parse_iso_time("2026-01-27T19:19:13.629Z") == 1769541553629);
  BOOST_TEST(demo_api::parse_iso_time("1970-01-01T00:00:01Z") == 1000);
  for (const char* bad : {"", "2026-01-27", "2026-13-27T19:19:13.629Z", "2026-02-30T19:19:13.629Z",
                          "2026-01-27 19:19:13.629Z", "2026-01-27T19:19:1x.629Z", "2026-01-27T19:19:13.629+"}) {
    BOOST_CHECK_THROW(demo_api::parse_iso_time(bad), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()

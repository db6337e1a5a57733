#include <boost/test/unit_test.hpp>
#include <chrono>

#include "demo_api/access_tokens.hpp"
#include "demo_api/cursor.hpp"
#include "demo_api/faults.hpp"
#include "demo_api/http_message.hpp"
#include "demo_api/rate_limiter.hpp"
#include "demo_api/retry_after_watch.hpp"

using namespace std::chrono_literals;
using demo_api::retry_after_watch;

BOOST_AUTO_TEST_SUITE(demo_api_parts)

BOOST_AUTO_TEST_CASE(read_back_the_cursors_they_write_in_both_alphabets) {
  const demo_api::cursor c{"\xC3\xBF\xC3\xBE?>~~\"\\", 1769541553629, 1769541669629};
  std::string text = encode(c);
  BOOST_TEST((demo_api::decode_cursor(text) == c));
  for (char& each : text) {
    each = each == '+' ? '-' : each == '/' ? '_' : each;
  }
  text.erase(text.find_last_not_of('=') + 1);
  BOOST_TEST((demo_api::decode_cursor(text) == c));
  BOOST_TEST(!demo_api::decode_cursor("eyJpZCI6ImEiLCJ0cyI6MSwidiI6MSwiZXhwIjoyfQ==").has_value());
}

BOOST_AUTO_TEST_CASE(allow_a_number_of_requests_per_window) {
  demo_api::rate_limiter limiter(2, 1500ms);
  const demo_api::rate_limiter::clock::time_point start{1h};
  BOOST_TEST(limiter.ask(start).remaining == 1u);
  BOOST_TEST(limiter.ask(start + 1ms).allowed);
  const auto refused = limiter.ask(start + 400ms);
  BOOST_TEST(!refused.allowed);
  BOOST_TEST(refused.reset_s == 2u);
  BOOST_TEST(limiter.ask(start + 1500ms).allowed);
}

BOOST_AUTO_TEST_CASE(count_requests_that_come_before_the_time_they_were_told) {
  const retry_after_watch::clock::time_point now{1000h};
  retry_after_watch watch;
  watch.refused("feed", "feed?a", "2", now);
  watch.arrived("other", "other?a", now + 1s);
  watch.arrived("feed", "feed?b", now + 10ms);
  BOOST_TEST(watch.requests_too_early() == 0u);
  watch.arrived("feed", "feed?b", now + 1s);
  BOOST_TEST(watch.requests_too_early() == 1u);
  BOOST_TEST(watch.repeats_too_early() == 0u);
  watch.arrived("feed", "feed?a", now + 10ms);
  BOOST_TEST(watch.requests_too_early() == 2u);
  BOOST_TEST(watch.repeats_too_early() == 1u);
  watch.arrived("feed", "feed?a", now + 2s);
  BOOST_TEST(watch.requests_too_early() == 2u);
}

BOOST_AUTO_TEST_CASE(read_retry_after_as_seconds_and_as_a_date) {
  const auto now = std::chrono::floor<std::chrono::seconds>(retry_after_watch::clock::now());
  BOOST_TEST((demo_api::retry_time("5", now) == now + 5s));
  BOOST_TEST((demo_api::retry_time(demo_api::http_date(now + 90s), now) == now + 90s));
  BOOST_TEST(!demo_api::retry_time("-1", now).has_value());
  BOOST_TEST(!demo_api::retry_time("soon", now).has_value());
  BOOST_TEST(!demo_api::retry_time("99999999999999999999", now).has_value());
}

BOOST_AUTO_TEST_CASE(honour_tokens_until_they_expire_or_are_revoked) {
  demo_api::access_tokens tokens(300ms, 1);
  const demo_api::access_tokens::clock::time_point start{1h};
  const auto first = tokens.issue(start);
  const auto second = tokens.issue(start);
  BOOST_TEST(first != second);
  BOOST_TEST(tokens.valid(first, start + 299ms));
  BOOST_TEST(!tokens.valid(first, start + 300ms));
  BOOST_TEST(tokens.revoke(second));
  BOOST_TEST(!tokens.valid(second, start));
}

BOOST_AUTO_TEST_CASE(take_a_target_apart_and_decode_it) {
  demo_api::http_request request;
  request.target = "/a%20b?cursor=a%2Bb%3D+c&&limit=5&bare&odd=%4&=x#y";
  split_target(request);
  BOOST_TEST(request.path == "/a b");
  BOOST_TEST(request.parameter("cursor").value() == "a+b= c");
  BOOST_TEST(request.parameter("limit").value() == "5");
  BOOST_TEST(request.parameter("bare").value() == "");
  BOOST_TEST(request.parameter("odd").value() == "%4");
  BOOST_TEST(!request.parameter("since").has_value());
}

BOOST_AUTO_TEST_CASE(find_headers_in_any_case) {
  demo_api::http_request request;
  request.headers = {{"X-API-Key", "a"}, {"x-api-key", "b"}};
  BOOST_TEST(request.header("x-Api-kEY") == "a");
  BOOST_TEST(request.header("X-API") == "");
}

BOOST_AUTO_TEST_CASE(plan_as_many_faults_as_asked_for) {
  demo_api::fault_rates rates;
  rates.reset = 10;
  const demo_api::fault_plan plan(rates, 1);
  int resets = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    resets += plan.at(i).kind == demo_api::fault::reset ? 1 : 0;
  }
  BOOST_TEST(resets > 850);
  BOOST_TEST(resets < 1150);
}

BOOST_AUTO_TEST_SUITE_END()

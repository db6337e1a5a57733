#include <boost/test/unit_test.hpp>

#include "ingest/log.hpp"
#include "rest/answers/api_message.hpp"
#include "rest/answers/error_handler.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/answers/retry_course.hpp"
#include "support/fake_time.hpp"

using namespace std::chrono_literals;
using namespace ingest::rest;
using ingest::errc;
using ingest::error;
using ingest::http_header;
using ingest::transport_failure;
using ingest::testing::fake_time;

namespace {

using action = response_action;
using waits = std::vector<std::chrono::milliseconds>;

exchange answered(int status, const std::string& body = "{}", const std::vector<http_header>& headers = {}) {
  return {answer(status, headers, body, "https://h/x"), std::nullopt};
}

exchange failed(transport_failure::kind what) {
  return {std::nullopt, transport_failure{what, "it broke"}};
}

interpolation text(const std::string& t) {
  return interpolation(t, "test");
}

action action_for(const error_handler& handler, const exchange& e) {
  return handler.judge(e).action;
}

std::shared_ptr<const error_handler> handler_of(std::vector<response_filter_options> filters,
                                                error_handler::strategies backoffs = {}, unsigned retries = 5) {
  error_handler_options o{{}, std::move(backoffs), retries};
  for (auto& f : filters) {
    o.filters.emplace_back(std::move(f));
  }
  return std::make_shared<default_error_handler>(std::move(o));
}

/// The waits until the course gives up on an API that always answers `e`.
waits waits_for(const error_handler& handler, const exchange& e, fake_time& time,
                std::optional<std::chrono::milliseconds> deadline = {}) {
  retry_course course(handler, time.as_timing(), deadline);
  waits all;
  while (const auto wait = course.next(handler.judge(e), e)) {
    all.push_back(*wait);
    time.advance(*wait);
    BOOST_REQUIRE(all.size() < 1000);
  }
  return all;
}

void check(const waits& got, std::initializer_list<std::chrono::seconds> wanted) {
  const waits all(wanted.begin(), wanted.end());
  BOOST_TEST((got == all), "other waits");
  for (const auto& w : got) {
    BOOST_TEST_MESSAGE(w.count());
  }
}

bool is_unavailable(const error& e) {
  return e.code() == errc::unavailable && !e.transient();
}

}  // namespace

namespace ingest::rest {
std::ostream& operator<<(std::ostream& to, response_action a) {
  return to << static_cast<int>(a);
}
}  // namespace ingest::rest

BOOST_AUTO_TEST_SUITE(default_error_handlers)

BOOST_AUTO_TEST_CASE(map_statuses_as_the_cdk_does) {
  const default_error_handler handler;
  for (const int status : {200, 204, 302, 399}) {
    BOOST_TEST(action_for(handler, answered(status)) == action::success);
  }
  for (const int status : {400, 401, 403, 404, 405}) {
    BOOST_TEST(action_for(handler, answered(status)) == action::fail);
  }
  for (const int status : {408, 409, 418, 500, 501, 502, 503, 504}) {
    BOOST_TEST(action_for(handler, answered(status)) == action::retry);
  }
  BOOST_TEST(action_for(handler, answered(429)) == action::rate_limited);
}

BOOST_AUTO_TEST_CASE(try_again_where_nobody_answers_but_not_where_that_cannot_help) {
  const default_error_handler handler;
  BOOST_TEST(action_for(handler, failed(transport_failure::kind::connection)) == action::retry);
  BOOST_TEST(action_for(handler, failed(transport_failure::kind::timeout)) == action::retry);
  BOOST_TEST(action_for(handler, failed(transport_failure::kind::certificate)) == action::fail);
  BOOST_TEST(action_for(handler, failed(transport_failure::kind::too_large)) == action::fail);
}

BOOST_AUTO_TEST_CASE(take_the_first_filter_that_matches) {
  const auto handler = handler_of({{.action = action::ignore, .http_codes = {404}},
                                   {.action = action::retry, .http_codes = {404, 400}},
                                   {.http_codes = {500}}});
  BOOST_TEST(action_for(*handler, answered(404)) == action::ignore);
  BOOST_TEST(action_for(*handler, answered(400)) == action::retry);
  BOOST_TEST(action_for(*handler, answered(500)) == action::retry);
  BOOST_TEST(action_for(*handler, answered(200)) == action::success);
}

BOOST_AUTO_TEST_CASE(match_by_what_the_api_says) {
  const auto handler = handler_of({{.action = action::ignore, .error_message_contains = "not enabled"}});
  BOOST_TEST(action_for(*handler, answered(400, R"({"errors":[{"detail":"is not enabled here"}]})")) == action::ignore);
  BOOST_TEST(action_for(*handler, answered(400, "<p>is not enabled here</p>")) == action::ignore);
  BOOST_TEST(action_for(*handler, answered(400, R"({"title":"is not enabled here"})")) == action::fail);
}

BOOST_AUTO_TEST_CASE(match_by_predicates_over_body_and_headers) {
  const auto handler =
      handler_of({{.action = action::rate_limited, .predicate = text("{{ response.get('code') == 17 }}")},
                  {.action = action::rate_limited, .predicate = text("{{ headers['X-REMAINING'] == '0' }}")},
                  {.action = action::ignore,
                   .predicate = text("{{ 'gone' in response }}"),
                   .error_message = text("it is {{ response['gone'] }}")}});
  BOOST_TEST(action_for(*handler, answered(400, R"({"code":17})")) == action::rate_limited);
  BOOST_TEST(action_for(*handler, answered(200, "[]", {})) == action::success);
  BOOST_TEST(action_for(*handler, answered(403, "no json", {{"X-Remaining", "0"}})) == action::rate_limited);
  BOOST_TEST(handler->judge(answered(200, R"({"gone":"far"})")).message == "it is far");
}

BOOST_AUTO_TEST_CASE(fail_with_the_type_that_the_filter_names) {
  const auto handler = handler_of({{.action = action::fail, .failure = failure_type::transient, .http_codes = {403}}});
  BOOST_TEST((handler->judge(answered(403)).failure == failure_type::transient));
  const auto usual = handler_of({{.action = action::fail, .http_codes = {403, 409}}});
  BOOST_TEST((usual->judge(answered(403)).failure == failure_type::config));
  BOOST_TEST((usual->judge(answered(409)).failure == failure_type::system));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(composite_error_handlers)

BOOST_AUTO_TEST_CASE(ask_on_unless_a_handler_decides) {
  const composite_error_handler handler(
      {handler_of({{.action = action::fail, .http_codes = {404}}, {.action = action::ignore, .http_codes = {403}}}, {},
                  2),
       handler_of({{.action = action::retry, .http_codes = {404}}}, {}, 9)},
      "test");
  BOOST_TEST(action_for(handler, answered(404)) == action::retry);
  BOOST_TEST(action_for(handler, answered(403)) == action::ignore);
  BOOST_TEST(action_for(handler, answered(429)) == action::rate_limited);
  BOOST_TEST(action_for(handler, answered(200)) == action::success);
  BOOST_TEST(handler.max_retries() == 2);
}

BOOST_AUTO_TEST_CASE(need_a_handler) {
  BOOST_CHECK_THROW(composite_error_handler({}, "test"), error);
}

BOOST_AUTO_TEST_CASE(ask_all_strategies_whichever_handler_has_matched) {
  const composite_error_handler handler(
      {handler_of({}), handler_of({}, {std::make_shared<constant_backoff>(
                                          constant_backoff_options{.backoff_time_in_seconds = text("3")})})},
      "test");
  fake_time time;
  check(waits_for(handler, answered(500), time), {4s, 4s, 4s, 4s, 4s});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(retry_courses)

BOOST_AUTO_TEST_CASE(double_the_wait_five_times) {
  fake_time time;
  check(waits_for(default_error_handler(), answered(500), time), {1s, 2s, 4s, 8s, 16s});
  check(waits_for(default_error_handler(), answered(429), time), {1s, 2s, 4s, 8s, 16s});
}

BOOST_AUTO_TEST_CASE(end_with_the_time_that_there_is) {
  fake_time time;
  const default_error_handler handler({.max_retries = 100, .max_time = 10s});
  check(waits_for(handler, answered(500), time), {1s, 2s, 4s, 3s});
}

BOOST_AUTO_TEST_CASE(make_no_second_attempt_without_retries) {
  fake_time time;
  check(waits_for(default_error_handler({.max_retries = 0}), answered(500), time), {});
}

BOOST_AUTO_TEST_CASE(add_a_second_to_what_a_strategy_says) {
  fake_time time;
  const auto constant =
      std::make_shared<constant_backoff>(constant_backoff_options{.backoff_time_in_seconds = text("{{ 2 + 3 }}")});
  check(waits_for(*handler_of({}, {constant}, 2), answered(500), time), {6s, 6s});
  const auto exponential = std::make_shared<exponential_backoff>(exponential_backoff_options{});
  check(waits_for(*handler_of({}, {exponential}, 3), answered(500), time), {11s, 21s, 41s});
}

BOOST_AUTO_TEST_CASE(begin_inner_loops_anew_with_outer_ones) {
  fake_time time;
  const auto by_header = std::make_shared<wait_time_from_header>(header_backoff_options{.header = text("Retry-After")});
  const auto handler = handler_of({}, {by_header}, 1);
  retry_course course(*handler, time.as_timing());
  const exchange limited = answered(429, "", {{"Retry-After", "4"}});
  const exchange broken = answered(500);
  const auto next = [&](const exchange& e) { return course.next(handler->judge(e), e); };
  BOOST_TEST((next(limited) == 5s));
  BOOST_TEST((next(broken) == 1s));
  BOOST_TEST((next(limited) == 5s));
  BOOST_TEST(!next(limited));
  BOOST_TEST(course.attempts() == 4U);
}

BOOST_AUTO_TEST_CASE(are_as_patient_as_retry_after_asks) {
  fake_time time;
  const default_error_handler handler({.max_retries = 2});
  check(waits_for(handler, answered(429, "", {{"retry-after", "30"}}), time), {30s, 30s});
  check(waits_for(handler, answered(503, "", {{"Retry-After", "1"}}), time), {1s, 2s});
  BOOST_CHECK_EXCEPTION(waits_for(handler, answered(429, "", {{"Retry-After", "86400"}}), time), error, is_unavailable);
}

BOOST_AUTO_TEST_CASE(are_as_patient_as_a_date_asks_where_strategies_are_shorter) {
  fake_time time(1'700'000'000s);  // Tue, 14 Nov 2023 22:13:20 GMT
  const auto by_header = std::make_shared<wait_time_from_header>(header_backoff_options{.header = text("Retry-After")},
                                                                 time.as_timing().wall);
  const auto exponential = std::make_shared<exponential_backoff>(exponential_backoff_options{});
  const auto handler = handler_of({}, {by_header, exponential}, 1);
  for (const char* const date : {"Tue, 14 Nov 2023 22:13:45 GMT", "Tuesday, 14-Nov-23 22:13:45 GMT"}) {
    fake_time now(1'700'000'000s);
    check(waits_for(*handler, answered(429, "", {{"Retry-After", date}}), now), {26s});
  }
  check(waits_for(*handler, answered(429, "", {{"Retry-After", "Tue, 14 Nov 2023 21:13:45 GMT"}}), time), {11s});
  const exchange in_two_days = answered(429, "", {{"Retry-After", "Thu, 16 Nov 2023 22:13:45 GMT"}});
  BOOST_CHECK_EXCEPTION(waits_for(*handler, in_two_days, time), error, is_unavailable);
}

BOOST_AUTO_TEST_CASE(end_before_a_wait_that_a_person_allows_no_time_for) {
  fake_time time;
  const auto exponential = std::make_shared<exponential_backoff>(exponential_backoff_options{});
  check(waits_for(*handler_of({}, {exponential}), answered(500), time, 60s), {11s, 21s});
  check(waits_for(*handler_of({}, {exponential}), answered(500), time, 2s), {});
  check(waits_for(default_error_handler(), answered(500), time, 4s), {1s, 2s});
  check(waits_for(default_error_handler(), answered(429, "", {{"Retry-After", "30"}}), time, 45s), {30s});
  check(waits_for(default_error_handler(), answered(500), time, 24h), {1s, 2s, 4s, 8s, 16s});
}

BOOST_AUTO_TEST_CASE(wait_no_longer_than_a_day) {
  fake_time time;
  const auto for_ever =
      std::make_shared<constant_backoff>(constant_backoff_options{.backoff_time_in_seconds = text("1e300")});
  BOOST_CHECK_EXCEPTION(waits_for(*handler_of({}, {for_ever}), answered(500), time), error, is_unavailable);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(backoff_strategies)

BOOST_AUTO_TEST_CASE(read_seconds_from_a_header) {
  const wait_time_from_header plain({.header = text("X-Wait")});
  BOOST_TEST(plain.seconds(answered(429, "", {{"x-wait", " 12.5 "}}), 1).value() == 12.5);
  BOOST_TEST(!plain.seconds(answered(429, "", {{"x-wait", "soon"}}), 1));
  BOOST_TEST(!plain.seconds(answered(429, "", {{"x-wait", "inf"}}), 1));
  BOOST_TEST(!plain.seconds(answered(429, "", {{"x-wait", "0"}}), 1));
  BOOST_TEST(!plain.seconds(failed(transport_failure::kind::timeout), 1));
  const wait_time_from_header by_regex({.header = text("X-Wait"), .regex = text("[.\\d]+")});
  BOOST_TEST(by_regex.seconds(answered(429, "", {{"X-Wait", "7 seconds"}}), 1).value() == 7);
  const wait_time_from_header limited({.header = text("Retry-After"), .max_waiting_time_in_seconds = text("20")},
                                      [] { return std::chrono::system_clock::time_point(1'700'000'000s); });
  const exchange dated = answered(429, "", {{"Retry-After", "Tue, 14 Nov 2023 22:13:45 GMT"}});
  BOOST_CHECK_EXCEPTION(limited.seconds(dated, 1), error, is_unavailable);
}

BOOST_AUTO_TEST_CASE(wait_for_a_time_in_a_header) {
  fake_time time(1'700'000'000s);
  const auto now = time.as_timing().wall;
  const wait_until_time_from_header plain({.header = text("X-Reset")}, now);
  BOOST_TEST(plain.seconds(answered(429, "", {{"X-Reset", "1700000030"}}), 1).value() == 30);
  BOOST_TEST(!plain.seconds(answered(429, "", {{"X-Reset", "1699999999"}}), 1));
  BOOST_TEST(!plain.seconds(answered(429), 1));
  BOOST_TEST(plain.seconds(answered(429, "", {{"X-Reset", "Tue, 14 Nov 2023 22:13:45 GMT"}}), 1).value() == 25);
  const wait_until_time_from_header at_least({.header = text("X-Reset"), .min_wait = text("60")}, now);
  BOOST_TEST(at_least.seconds(answered(429, "", {{"X-Reset", "1700000030"}}), 1).value() == 60);
  BOOST_TEST(at_least.seconds(answered(429), 1).value() == 60);
}

BOOST_AUTO_TEST_CASE(stop_rather_than_wait_as_long_as_is_too_long) {
  const wait_time_from_header strategy(
      {.header = text("X-Wait"), .max_waiting_time_in_seconds = text("{{ config['most'] }}")});
  const wait_time_from_header limited({.given = {.config = value::dict_of({{"most", value::integer_of(60)}})},
                                       .header = text("X-Wait"),
                                       .max_waiting_time_in_seconds = text("{{ config['most'] }}")});
  BOOST_TEST(limited.seconds(answered(429, "", {{"X-Wait", "59"}}), 1).value() == 59);
  BOOST_CHECK_EXCEPTION(limited.seconds(answered(429, "", {{"X-Wait", "60"}}), 1), error, is_unavailable);
  BOOST_TEST(strategy.seconds(answered(429, "", {{"X-Wait", "60"}}), 1).value() == 60);
}

BOOST_AUTO_TEST_CASE(spread_by_up_to_twice_the_jitter) {
  const constant_backoff strategy({.backoff_time_in_seconds = text("5"), .jitter_range_in_seconds = 2});
  for (int i = 0; i < 100; ++i) {
    const double seconds = strategy.seconds(answered(500), 1).value();
    BOOST_TEST(seconds >= 5);
    BOOST_TEST(seconds <= 9);
  }
}

BOOST_AUTO_TEST_CASE(need_a_number_of_seconds) {
  BOOST_CHECK_EXCEPTION(constant_backoff({.backoff_time_in_seconds = text("soon")}), error,
                        [](const error& e) { return e.code() == errc::config; });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(failed_requests)

BOOST_AUTO_TEST_CASE(say_what_the_api_says_without_query_and_secrets) {
  ingest::log::add_secret("s3cret-token");
  const exchange e = answered(403, R"({"error":{"message":"s3cret-token may not"}})");
  const error failure =
      failed_request("orders", "GET", parse_url("https://h/v1/orders?api_key=abcd", "test"), default_verdict(e), e);
  BOOST_TEST(failure.what() ==
             "orders: GET https://h/v1/orders answered 403: the credentials have no permission for this (*** may not)");
  BOOST_TEST((failure.code() == errc::config));
}

BOOST_AUTO_TEST_CASE(tell_a_refused_key_from_an_outage) {
  const url place = parse_url("https://h/", "test");
  const auto code_of = [&](const exchange& e) {
    return failed_request("orders", "GET", place, default_verdict(e), e).code();
  };
  BOOST_TEST((code_of(answered(401)) == errc::authentication));
  BOOST_TEST((code_of(answered(404)) == errc::config));
  BOOST_TEST((code_of(answered(503)) == errc::unavailable));
  BOOST_TEST((code_of(failed(transport_failure::kind::connection)) == errc::unavailable));
  BOOST_TEST((code_of(failed(transport_failure::kind::certificate)) == errc::config));
}

BOOST_AUTO_TEST_CASE(find_the_words_as_the_cdk_does) {
  const auto words = [](const std::string& body) { return api_message(*answered(400, body).given); };
  BOOST_TEST(words(R"({"message":"a","error":"b"})").value() == "a");
  BOOST_TEST(words(R"({"message":"","error":{"msg":"b"}})").value() == "b");
  BOOST_TEST(words(R"({"errors":["a",{"reason":"b"},3]})").value() == "a, b");
  BOOST_TEST(!words(R"({"error":5})"));
  BOOST_TEST(!words(R"({"other":"a"})"));
  BOOST_TEST(words("plain").value() == "plain");
  BOOST_TEST(!words("\xff"));
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <thread>

#include "rest/requests/api_budget.hpp"
#include "support/fake_time.hpp"

using namespace std::chrono_literals;
using namespace ingest::rest;
using ingest::errc;
using ingest::error;
using ingest::http_header;
using ingest::testing::fake_time;

namespace {

const std::vector<http_header> no_headers;

api_call call(const std::string& where, const std::string& method = "GET",
              const std::vector<http_header>& headers = no_headers) {
  return {method, parse_url(where, "test"), headers};
}

answer answered(int status, const std::vector<http_header>& headers = {}) {
  return {status, headers, "{}", "https://h/"};
}

std::shared_ptr<call_rate_policy> fixed(std::int64_t limit, std::chrono::milliseconds period,
                                        std::vector<call_matcher> matchers = {}) {
  return std::make_shared<fixed_window_call_rate>(limit, period, std::move(matchers), "budget");
}

std::shared_ptr<call_rate_policy> moving(std::vector<call_rate> rates, std::vector<call_matcher> matchers = {}) {
  return std::make_shared<moving_window_call_rate>(std::move(rates), std::move(matchers), "budget");
}

void acquire(api_budget& budget, int times, const std::string& where = "https://h/") {
  for (int i = 0; i < times; ++i) {
    budget.acquire(call(where), {});
  }
}

bool is_config(const error& e) {
  return e.code() == errc::config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fixed_windows)

BOOST_AUTO_TEST_CASE(let_no_more_calls_through_than_their_limit) {
  fake_time time;
  api_budget budget({.policies = {fixed(3, 60s)}, .time = time.as_timing()});
  acquire(budget, 3);
  BOOST_TEST(time.waits().empty());
  time.advance(20s);
  acquire(budget, 4);
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{40s, 60s}));
}

BOOST_AUTO_TEST_CASE(end_when_the_api_says_so) {
  fake_time time(1'700'000'000s);
  api_budget budget({.policies = {fixed(2, 1h)}, .time = time.as_timing()});
  acquire(budget, 1);
  budget.observe(call("https://h/"), answered(200, {{"RateLimit-Reset", "1700000010"}}));
  acquire(budget, 2);
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{10s}));
}

BOOST_AUTO_TEST_CASE(believe_less_calls_but_not_more) {
  fake_time time;
  api_budget budget({.policies = {fixed(10, 60s)}, .ratelimit_remaining_header = "X-Left", .time = time.as_timing()});
  acquire(budget, 1);
  budget.observe(call("https://h/"), answered(200, {{"x-left", "1"}}));
  budget.observe(call("https://h/"), answered(200, {{"x-left", "100"}}));
  acquire(budget, 2);
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{60s}));
}

BOOST_AUTO_TEST_CASE(are_used_up_by_a_429) {
  fake_time time;
  api_budget budget({.policies = {fixed(10, 60s)}, .time = time.as_timing()});
  acquire(budget, 1);
  budget.observe(call("https://h/"), answered(429));
  acquire(budget, 1);
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{60s}));
}

BOOST_AUTO_TEST_CASE(need_a_limit_and_a_period) {
  BOOST_CHECK_EXCEPTION(fixed(0, 1s), error, is_config);
  BOOST_CHECK_EXCEPTION(fixed(1, 0s), error, is_config);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(moving_windows)

BOOST_AUTO_TEST_CASE(hold_all_their_rates_at_any_time) {
  fake_time time;
  api_budget budget({.policies = {moving({{2, 1s}, {3, 10s}})}, .time = time.as_timing()});
  acquire(budget, 2);
  time.advance(500ms);
  acquire(budget, 1);
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{500ms}));
  acquire(budget, 1);
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{500ms, 9s}));
}

BOOST_AUTO_TEST_CASE(count_heavy_calls_as_often_as_they_weigh) {
  fake_time time;
  const call_matcher heavy({.url_path_pattern = "^/report", .weight = 4});
  api_budget budget({.policies = {moving({{5, 1s}}, {heavy, call_matcher({})})}, .time = time.as_timing()});
  acquire(budget, 1, "https://h/report/1");
  acquire(budget, 1);
  BOOST_TEST(time.waits().empty());
  acquire(budget, 1, "https://h/report/2");
  BOOST_TEST((time.waits() == std::vector<std::chrono::milliseconds>{1s}));
}

BOOST_AUTO_TEST_CASE(refuse_what_never_fits) {
  fake_time time;
  api_budget budget({.policies = {moving({{5, 1s}}, {call_matcher({.weight = 6})})}, .time = time.as_timing()});
  BOOST_CHECK_EXCEPTION(acquire(budget, 1), error, is_config);
  BOOST_CHECK_EXCEPTION(moving({}), error, is_config);
  BOOST_CHECK_EXCEPTION(call_matcher({.weight = 0}), error, is_config);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(budgets)

BOOST_AUTO_TEST_CASE(apply_the_first_policy_that_matches) {
  fake_time time;
  const call_matcher sandbox({.headers = {{"X-Sandbox", "true"}}});
  const auto unlimited = std::make_shared<unlimited_call_rate>(std::vector<call_matcher>{sandbox});
  api_budget budget(
      {.policies = {unlimited, fixed(1, 60s, {call_matcher({.url_base = "https://h/"})})}, .time = time.as_timing()});
  const std::vector<http_header> headers{{"x-sandbox", "true"}};
  for (int i = 0; i < 5; ++i) {
    budget.acquire(call("https://h/", "GET", headers), {});
    budget.acquire(call("https://other/"), {});
  }
  acquire(budget, 1);
  BOOST_TEST(time.waits().empty());
  acquire(budget, 1);
  BOOST_TEST(time.waits().size() == 1U);
}

BOOST_AUTO_TEST_CASE(match_all_that_is_named) {
  const call_matcher m(
      {.method = "post", .url_base = "https://h:8443/", .url_path_pattern = "/v\\d/items$", .params = {{"a", "b c"}}});
  BOOST_TEST(m.matches(call("https://h:8443/v1/items/?a=b+c&x=1", "POST")));
  BOOST_TEST(!m.matches(call("https://h:8443/v1/items?a=b+c", "GET")));
  BOOST_TEST(!m.matches(call("https://h/v1/items?a=b+c", "POST")));
  BOOST_TEST(!m.matches(call("https://h:8443/v1/items/2?a=b+c", "POST")));
  BOOST_TEST(!m.matches(call("https://h:8443/v1/items?a=b", "POST")));
}

BOOST_AUTO_TEST_CASE(can_be_left_while_waiting) {
  api_budget budget({.policies = {fixed(1, 1h)}});
  acquire(budget, 1);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  BOOST_CHECK_EXCEPTION(budget.acquire(call("https://h/"), stop.get_token()), error,
                        [](const error& e) { return e.code() == errc::cancelled; });
}

BOOST_AUTO_TEST_CASE(are_shared_by_threads) {
  fake_time time;
  const auto policy = moving({{50, 1h}});
  api_budget budget({.policies = {policy}, .time = time.as_timing()});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 5; ++i) {
      threads.emplace_back([&] { acquire(budget, 10); });
    }
  }
  BOOST_TEST(time.waits().empty());
  acquire(budget, 1);
  BOOST_TEST(time.waits().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

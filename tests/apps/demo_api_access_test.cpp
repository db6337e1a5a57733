#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "support/demo_api.hpp"
#include "support/demo_api_reader.hpp"

using ingest::testing::demo_api_process;
using ingest::testing::demo_api_reader;
using ingest::testing::run_demo_api;

namespace {

/// Repeats `attempt` until it says true or 30 s have passed.
template <class Attempt>
bool eventually(Attempt attempt) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    if (attempt()) {
      return true;
    }
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_api_access)

BOOST_AUTO_TEST_CASE(needs_the_key) {
  const demo_api_process api({"--events", "10", "--api-key", "right"});
  demo_api_reader wrong(api, "wrong");
  const auto page = wrong.read_standard("?limit=5");
  BOOST_TEST(page.answer.status == 401);
  BOOST_TEST(page.answer.body.find(R"({"error":"Unauthorized","message":")") == 0u);
  BOOST_TEST(wrong.open_stream() == 401);
  demo_api_reader right(api, "right");
  BOOST_TEST(right.read_standard("?limit=5").answer.status == 200);
}

BOOST_AUTO_TEST_CASE(takes_the_key_as_a_cookie_where_tokens_are_given_out) {
  const demo_api_process api({"--events", "10"});
  ingest::testing::http_client client;
  client.headers = {"Cookie: theme=dark; dashboard_api_key=demo-key"};
  BOOST_TEST(client.post(api.origin() + "/internal/dashboard/stream-access").status == 200);
}

BOOST_AUTO_TEST_CASE(is_limited_on_the_standard_endpoint_and_says_so) {
  const demo_api_process api({"--events", "100", "--rate-limit", "3", "--rate-window", "60"});
  demo_api_reader reader(api);
  for (int remaining = 2; remaining >= 0; --remaining) {
    const auto answer = reader.read_standard("?limit=5").answer;
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.headers.at("x-ratelimit-limit") == "3");
    BOOST_TEST(answer.headers.at("x-ratelimit-remaining") == std::to_string(remaining));
  }
  const auto refused = reader.read_standard("?limit=5").answer;
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(refused.headers.at("retry-after") == refused.headers.at("x-ratelimit-reset"));
  BOOST_TEST(refused.body.find(R"({"error":"Too Many Requests","code":"RATE_LIMIT_EXCEEDED","rateLimit":{"limit":3,)"
                               R"("remaining":0,"reset":)") == 0u);
  BOOST_TEST(api.counters()["requests_before_retry_after"] == 0u);
  reader.read_standard("?limit=5");
  const auto counters = api.counters();
  BOOST_TEST(counters.at("requests_before_retry_after") == 1u);
  BOOST_TEST(counters.at("repeats_before_retry_after") == 1u);
  BOOST_TEST(counters.at("rate_limited") == 2u);
  BOOST_TEST(reader.open_stream() == 200);
  BOOST_TEST(reader.read_stream("?limit=5").answer.status == 200);
}

BOOST_AUTO_TEST_CASE(is_free_again_when_the_window_ends) {
  const demo_api_process api({"--events", "100", "--rate-limit", "1", "--rate-window", "0.3"});
  demo_api_reader reader(api);
  BOOST_TEST(reader.read_standard("?limit=5").answer.status == 200);
  BOOST_TEST(eventually([&] { return reader.read_standard("?limit=5").answer.status == 200; }));
}

BOOST_AUTO_TEST_CASE(to_the_stream_needs_a_token_that_is_known_and_young) {
  const demo_api_process api({"--events", "100", "--token-ttl", "0.3"});
  demo_api_reader reader(api);
  const auto refused = reader.read_stream("?limit=5").answer;
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.body.find(R"("code":"INVALID_STREAM_TOKEN")") != std::string::npos);
  BOOST_TEST(reader.open_stream() == 200);
  BOOST_TEST(reader.read_stream("?limit=5").answer.status == 200);
  BOOST_TEST(eventually([&] { return reader.read_stream("?limit=5").answer.status == 403; }));
  BOOST_TEST(reader.open_stream() == 200);
  BOOST_TEST(reader.read_stream("?limit=5").answer.status == 200);
  BOOST_TEST(api.counters()["tokens_issued"] == 2u);
}

BOOST_AUTO_TEST_CASE(to_the_stream_can_be_denied) {
  for (const auto& [how, status] : {std::pair{"403", 403}, {"404", 404}, {"off", 404}}) {
    const demo_api_process api({"--events", "100", "--stream", how});
    demo_api_reader reader(api);
    BOOST_TEST(reader.open_stream() == status);
    BOOST_TEST(reader.read_stream("?limit=5").answer.status == status);
    BOOST_TEST(reader.read_standard("?limit=5").answer.status == 200);
  }
}

BOOST_AUTO_TEST_CASE(by_an_expired_cursor_is_refused_as_asked) {
  for (const long status : {400, 410, 502}) {
    const demo_api_process api(
        {"--events", "100", "--rate-limit", "0", "--cursor-ttl", "0.2", "--cursor-expiry", std::to_string(status)});
    demo_api_reader reader(api);
    const auto cursor = reader.read_standard("?limit=5").next_cursor;
    ingest::testing::demo_api_page page;
    BOOST_TEST(eventually([&] { return !(page = reader.read_standard("?limit=5", cursor)).readable; }));
    BOOST_TEST(page.answer.status == status);
    BOOST_TEST((page.answer.body.find(status == 502 ? "<html>" : R"("code":"CURSOR_EXPIRED")") != std::string::npos));
    BOOST_TEST(api.counters()["cursors_expired"] == 1u);
  }
}

BOOST_AUTO_TEST_CASE(by_something_that_is_no_cursor_is_refused) {
  const demo_api_process api({"--events", "100", "--rate-limit", "0"});
  demo_api_reader reader(api);
  for (const char* text : {"nonsense", "!!!", "e30=", "bnVsbA=="}) {
    const auto answer = reader.read_standard("?limit=5", text).answer;
    BOOST_TEST(answer.status == 400);
    BOOST_TEST(answer.body.find(R"("code":"CURSOR_INVALID")") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(ends_at_once_on_sigterm_whatever_clients_do) {
  demo_api_process api({"--events", "100000", "--delay", "3600000"});
  ingest::testing::http_client idle;
  BOOST_TEST(idle.get(api.origin() + "/healthz").status == 200);
  std::string failure;
  std::jthread waiting([&] { failure = demo_api_reader(api).read_standard("?limit=5").answer.failure; });
  BOOST_TEST(eventually([&] { return api.counters()["requests"] == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(api.stop() == 0);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(is_refused_to_bad_command_lines_in_one_line) {
  using flags = std::vector<std::string>;
  for (const auto& bad : {flags{"--nasty", "101"}, flags{"--unknown"}, flags{"--events"}, flags{"--stream", "maybe"},
                          flags{"--from", "5", "--until", "5"}, flags{"--cursor-expiry", "404"}}) {
    const auto result = run_demo_api(bad);
    BOOST_TEST(result.exit_code == 64);
    BOOST_TEST(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    BOOST_TEST(result.err.find(bad[0]) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(of_two_servers_to_one_port_is_refused) {
  const demo_api_process api({"--events", "1"});
  const auto second = run_demo_api({"--events", "1", "--port", std::to_string(api.port())});
  BOOST_TEST(second.exit_code == 1);
  BOOST_TEST(second.err.find("--port") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

#include "telemetry/otlp_sender.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>

#include "apps/telemetry/collector.hpp"
#include "support/raw_server.hpp"
#include "support/stderr_capture.hpp"

using namespace ingest::app;
using namespace ingest::testing;

namespace {

/// Has one body to send until that is settled.
struct one_body {
  std::string body = "{}";
  std::atomic<int> asked{0};
  std::atomic<int> settled{0};

  otlp_sender::signal signal() {
    return {"traces", "rejectedSpans",
            [this] {
              ++asked;
              return settled > 0 ? std::string() : body;
            },
            [this] { ++settled; }};
  }
};

otlp_target target(const http_server& server, std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
  return {server.url("/secret-path/v1/traces"), {{"api-key", "canary"}}, timeout};
}

/// Sends and ends; what the log was told of it.
std::string told_of(one_body& work, const otlp_target& to) {
  const stderr_capture log;
  {
    otlp_sender sender(work.signal(), to);
    sender.finish({});
  }
  return log.text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_sender_of_telemetry)

BOOST_AUTO_TEST_CASE(posts_json_with_its_headers) {
  http_server server([](const received_request&) { return reply{.body = "{}"}; });
  one_body work;
  BOOST_TEST(told_of(work, target(server)) == "");
  const auto requests = server.requests();
  BOOST_TEST_REQUIRE(requests.size() == 1u);
  BOOST_TEST(requests[0].method == "POST");
  BOOST_TEST(requests[0].body == "{}");
  BOOST_TEST(requests[0].header("Content-Type") == "application/json");
  BOOST_TEST(requests[0].header("api-key") == "canary");
  BOOST_TEST(work.settled == 1);
}

BOOST_AUTO_TEST_CASE(sends_when_it_is_woken_and_not_only_at_the_end) {
  std::atomic<int> came{0};
  http_server server([&](const received_request&) { return ++came, reply{.body = "{}"}; });
  one_body work;
  otlp_sender sender(work.signal(), target(server));
  sender.wake();
  while (work.settled == 0) {
    std::this_thread::yield();
  }
  sender.finish({});
  BOOST_TEST(came == 1);
}

BOOST_AUTO_TEST_CASE(sends_again_what_may_pass_after_the_time_that_was_asked_for) {
  for (const int status : {429, 502, 503, 504}) {
    std::atomic<int> came{0};
    http_server server([&](const received_request&) {
      return ++came == 1 ? reply{.status = status, .body = "{}", .headers = {{"Retry-After", "0"}}}
                         : reply{.body = "{}"};
    });
    one_body work;
    const std::string log = told_of(work, target(server));
    BOOST_TEST(came == 2, status);
    BOOST_TEST(work.settled == 1);
    BOOST_TEST(log.find("telemetry_failed") != std::string::npos, log);
    BOOST_TEST(log.find("telemetry_sent_again") != std::string::npos, log);
  }
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_longer_than_it_has_time_left_at_its_end) {
  http_server server([](const received_request&) {
    return reply{.status = 503, .body = "{}", .headers = {{"Retry-After", "3600"}}};
  });
  one_body work;
  const auto began = std::chrono::steady_clock::now();
  told_of(work, target(server, std::chrono::minutes(5)));
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::minutes(2)));
  BOOST_TEST(server.requests().size() == 1u);
}

BOOST_AUTO_TEST_CASE(goes_by_the_status_where_the_rest_of_an_answer_cannot_be_read) {
  const reply damaged{.body = "no gzip", .headers = {{"Content-Encoding", "gzip"}}};
  const reply endless{.body = std::string(100'000, 'x')};
  for (reply answer : {damaged, endless}) {
    http_server takes([&](const received_request&) { return answer; });
    one_body taken;
    BOOST_TEST(told_of(taken, target(takes)) == "");
    BOOST_TEST(takes.requests().size() == 1u);
    BOOST_TEST(taken.settled == 1);

    answer.status = 503;
    std::atomic<int> came{0};
    http_server is_busy([&](const received_request&) { return ++came == 1 ? answer : reply{.body = "{}"}; });
    one_body sent;
    const std::string log = told_of(sent, target(is_busy));
    BOOST_TEST(came == 2);
    BOOST_TEST(log.find("it answers 503; it is sent again") != std::string::npos, log);

    answer.status = 404;
    http_server refuses([&](const received_request&) { return answer; });
    one_body refused;
    const std::string why = told_of(refused, target(refuses));
    BOOST_TEST(refuses.requests().size() == 1u);
    BOOST_TEST(why.find("the path of the endpoint") != std::string::npos, why);
  }
}

BOOST_AUTO_TEST_CASE(waits_a_second_at_least_where_it_is_asked_for_no_wait) {
  for (const char* const when : {"0", "-5", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
    using clock = std::chrono::steady_clock;
    std::vector<clock::time_point> moments;
    http_server server([&](const received_request&) {
      moments.push_back(clock::now());
      return moments.size() == 1 ? reply{.status = 503, .headers = {{"Retry-After", when}}} : reply{.body = "{}"};
    });
    one_body work;
    told_of(work, target(server));
    BOOST_TEST_REQUIRE(moments.size() == 2u);
    BOOST_TEST((moments[1] - moments[0] >= std::chrono::milliseconds(950)), when);
  }
}

BOOST_AUTO_TEST_CASE(shows_no_part_of_a_password_whatever_is_in_it) {
  for (const char* const user : {"me:secr/et99", "me:1/secret99", "me:secr?et99", "me:secr#et99", "me:secret99"}) {
    one_body work;
    const std::string log =
        told_of(work, {"http://" + std::string(user) + "@127.0.0.1:1/v1/traces", {}, std::chrono::seconds(5)});
    BOOST_TEST(log.find("could not be sent to http://") != std::string::npos, log);
    BOOST_TEST(log.find("secr") == std::string::npos, log);
    BOOST_TEST(log.find("et99") == std::string::npos, log);
  }
}

BOOST_AUTO_TEST_CASE(does_not_send_again_what_is_refused_and_says_what_to_look_at) {
  const std::pair<int, std::string> cases[] = {{400, "this is not sent again"},
                                               {401, "OTEL_EXPORTER_OTLP_HEADERS"},
                                               {404, "the path of the endpoint"},
                                               {415, "it takes no JSON"},
                                               {500, "this is not sent again"}};
  for (const auto& [status, advice] : cases) {
    http_server server([s = status](const received_request&) {
      return reply{.status = s, .body = R"({"message":"no such tenant"})"};
    });
    one_body work;
    const std::string log = told_of(work, target(server));
    BOOST_TEST(server.requests().size() == 1u);
    BOOST_TEST(work.settled == 1);
    BOOST_TEST(log.find(advice) != std::string::npos, log);
    BOOST_TEST(log.find("no such tenant") != std::string::npos, log);
    BOOST_TEST(log.find("secret-path") == std::string::npos, log);
    BOOST_TEST(log.find("canary") == std::string::npos, log);
  }
}

BOOST_AUTO_TEST_CASE(tells_of_what_was_taken_in_part_and_does_not_send_it_again) {
  for (const char* rejected : {"\"3\"", "3"}) {
    http_server server([rejected](const received_request&) {
      return reply{.body = std::string(R"({"partialSuccess":{"rejectedSpans":)") + rejected +
                           R"(,"errorMessage":"too old"}})"};
    });
    one_body work;
    const std::string log = told_of(work, target(server));
    BOOST_TEST(log.find("has not taken 3 of the traces: too old") != std::string::npos, log);
    BOOST_TEST(work.settled == 1);
    BOOST_TEST(server.requests().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(gives_up_a_collector_that_never_answers_after_its_timeout) {
  raw_server server([](raw_server::connection& c) {
    c.read_request();
    c.pause(std::chrono::minutes(10));
  });
  one_body work;
  const auto began = std::chrono::steady_clock::now();
  const std::string log = told_of(work, {server.url("/v1/traces"), {}, std::chrono::milliseconds(300)});
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::minutes(2)));
  BOOST_TEST(log.find("telemetry_failed") != std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(ends_at_once_where_somebody_is_in_a_hurry) {
  std::stop_source hurry;
  raw_server server([&](raw_server::connection& c) {
    c.read_request();
    hurry.request_stop();
    c.pause(std::chrono::minutes(10));
  });
  one_body work;
  const stderr_capture log;
  otlp_sender sender(work.signal(), {server.url("/v1/traces"), {}, std::chrono::minutes(10)});
  sender.finish(hurry.get_token());
  BOOST_TEST(hurry.stop_requested());
}

BOOST_AUTO_TEST_CASE(is_not_stopped_by_a_collector_that_is_down_and_tells_of_it_once) {
  one_body work;
  int port = 0;
  {
    const http_server gone([](const received_request&) { return reply{}; });
    port = gone.port();
  }
  const std::string log =
      told_of(work, {"http://127.0.0.1:" + std::to_string(port) + "/v1/traces", {}, std::chrono::minutes(10)});
  BOOST_TEST(work.asked > 1);
  const std::size_t first = log.find("telemetry_failed");
  BOOST_TEST(first != std::string::npos);
  BOOST_TEST(log.find("telemetry_failed", first + 1) == std::string::npos, log);
}

BOOST_AUTO_TEST_SUITE_END()

// What the API may do wrong, and what an HTTP source makes of it.
#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"
#include "support/raw_server.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;
using std::chrono::milliseconds;

namespace {

/// Answers the pages numbered `from` (from 1) up to `to` as told, and leaves the others to the API.
struct faulty_pages {
  int from;
  int to;
  reply answer;
  int pages = 0;

  std::optional<reply> operator()(const received_request& r) {
    if (r.path == events_api::access_path) {
      return std::nullopt;
    }
    ++pages;
    return pages >= from && pages <= to ? std::optional(answer) : std::nullopt;
  }
};

/// Pages that follow each other for ever: their events, and the cursor after the nth.
template <class Cursor>
auto endless_pages(const std::string& events, Cursor cursor) {
  return [events, cursor, n = 0](const received_request& r) mutable -> std::optional<reply> {
    if (r.path == events_api::access_path) {
      return std::nullopt;
    }
    std::string body = R"({"data":[)" + events + R"(],"hasMore":true,"nextCursor":)";
    return reply{200, body.append(cursor(++n)).append("}")};
  };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_faults, http_source_fixture)

BOOST_AUTO_TEST_CASE(that_pass_are_retried_and_nothing_is_lost_or_read_twice) {
  for (const reply& answer : {reply{408}, reply{425}, reply{429}, reply{500}, reply{502, "<html>Bad Gateway</html>"},
                              reply{503}, reply{504}, reply{200, "<html>fine</html>"}, reply{200, ""},
                              reply{200, R"({"data":[{"id":)"}, reply{200, R"({"error":"x"})"}, reply{204}}) {
    api.fault = faulty_pages{4, 5, answer};
    const read_result got = read(options());
    BOOST_TEST(got.ids.size() == 95u, answer.status);
    BOOST_TEST((got.distinct() == api.all_ids()), answer.status);
  }
  BOOST_TEST(counters.retries_429 == 2u);
  BOOST_TEST(counters.retries_5xx == 8u);
  BOOST_TEST(counters.fetch_errors == 14u);
}

BOOST_AUTO_TEST_CASE(that_last_end_as_unavailable_within_bounds) {
  api.fault = faulty_pages{4, 1'000'000, {503, R"({"error":"down","message":"key canary-key-4711 is fine"})"}};
  const auto begin = clock.now();
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::unavailable, "HTTP 503 (down"));
  BOOST_TEST((clock.now() - begin <= 20min));
  BOOST_TEST(counters.retries_5xx > 20u);
}

BOOST_AUTO_TEST_CASE(in_the_transport_are_retried) {
  int connections = 0;
  raw_server broken([&](raw_server::connection& c) {
    if (c.read_request() && ++connections == 3) {
      const std::string body = R"({"data":[{"id":"x"}],"hasMore":false})";
      c.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
             body);
    } else if (connections == 2) {
      c.send("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"data\":[");
    }
  });
  auto o = options(http_endpoint::standard);
  o.base_url = broken.url("");
  BOOST_TEST((read(o).distinct() == std::set<std::string>{"x"}));
  BOOST_TEST(counters.fetch_errors == 2u);
}

BOOST_AUTO_TEST_CASE(with_retry_after_send_no_request_before_its_time) {
  for (const auto& [text, least, most] : {std::tuple{"0", 0ms, 30s + 0ms},
                                          {"120", 120'000ms, 120'000ms},
                                          {"-5", 0ms, 30s + 0ms},
                                          {"999999999999", 900'000ms, 900'000ms}}) {
    api.fault = faulty_pages{4, 4, {429, "", {{"Retry-After", text}}}};
    const auto begin = clock.now();
    BOOST_TEST((read(options()).distinct() == api.all_ids()));
    const auto waited = clock.now() - begin;
    BOOST_TEST((waited >= least && waited <= most), text);
  }
}

BOOST_AUTO_TEST_CASE(with_retry_after_as_a_date_are_judged_by_the_clock_of_the_api) {
  for (const auto* limit : {"Retry-After", "X-RateLimit-Reset"}) {
    const bool date = std::string(limit) == "Retry-After";
    api.fault = faulty_pages{
        4,
        4,
        {429,
         "",
         {{"Date", "Wed, 21 Oct 2015 07:28:00 GMT"}, {limit, date ? "Wed, 21 Oct 2015 07:28:40 GMT" : "1445412520"}}}};
    const auto begin = clock.now();
    BOOST_TEST((read(options()).distinct() == api.all_ids()));
    BOOST_TEST((clock.now() - begin == 40s), limit);
  }
}

BOOST_AUTO_TEST_CASE(with_retry_after_hold_back_all_slices) {
  auto o = options();
  o.windows = ingest::split({api.time_of(api.events), api.time_of(0) + 1}, 2);
  o.retry.deadline = 1s;
  const auto shared = make_api(o);
  api.fault = faulty_pages{1, 1, {429, "", {{"Retry-After", "100"}}}};
  const auto begin = clock.now();
  // The first slice gives up without a wait, as it may not wait that long.
  BOOST_CHECK_EXCEPTION(read_all(*make_http_source(shared, 0)), ingest::error, fails_with(errc::unavailable, "429"));
  BOOST_TEST((clock.now() == begin));
  BOOST_TEST(read_all(*make_http_source(shared, 1), {}, 1).ids.size() == 10u);
  BOOST_TEST((clock.now() - begin >= 100s));
  BOOST_TEST(counters.throttled_us >= 100'000'000u);
}

BOOST_AUTO_TEST_CASE(of_pace_are_avoided_by_the_headers_of_the_standard_endpoint) {
  api.requests_a_minute = 3;
  const auto begin = clock.now();
  BOOST_TEST((read(options(http_endpoint::standard)).distinct() == api.all_ids()));
  BOOST_TEST(api.rate_limited() == 0);
  BOOST_TEST((clock.now() - begin == 3min));
}

BOOST_AUTO_TEST_CASE(of_the_request_name_path_and_status_but_no_secret) {
  api.fault = faulty_pages{2, 2, {422, R"({"code":"NO","message":"your key canary-key-4711\nis odd"})"}};
  BOOST_CHECK_EXCEPTION(
      read(options()), ingest::error,
      fails_with(errc::config, "GET /api/v1/events/d4ta/x7k9/feed answered HTTP 422 (NO: your key *** is odd)"));
}

BOOST_AUTO_TEST_CASE(that_lead_elsewhere_are_refused_and_the_key_is_not_sent_there) {
  const http_server elsewhere([](const received_request&) { return reply{200, R"({"data":[]})"}; });
  api.fault = faulty_pages{1, 9, {302, "", {{"Location", elsewhere.url("/")}}}};
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error,
                        fails_with(errc::config, "a redirect to " + elsewhere.url("/") + ", which is not followed"));
  BOOST_TEST(elsewhere.requests().empty());
}

BOOST_AUTO_TEST_CASE(that_lead_elsewhere_are_told_with_the_place_but_no_secret) {
  const std::string location = "https://user:pa55@elsewhere.example/v2/events?key=k3y#x";
  api.fault = [&](const received_request&) { return reply{301, "", {{"Location", location}}}; };
  const auto names_place = [](const ingest::error& e) {
    return fails_with(errc::config, "HTTP 301, a redirect to https://elsewhere.example/v2/events, which")(e);
  };
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, names_place);
  BOOST_CHECK_EXCEPTION(read(options(http_endpoint::standard)), ingest::error, names_place);
  api.fault = faulty_pages{1, 9, {304}};
  BOOST_CHECK_EXCEPTION(read(options(http_endpoint::standard)), ingest::error, fails_with(errc::config, "a cache"));
}

BOOST_AUTO_TEST_CASE(of_size_are_mended_by_smaller_pages) {
  auto o = options();
  o.client.max_body_bytes = 500;
  const auto begin = clock.now();
  const read_result got = read(o);
  BOOST_TEST(got.ids.size() == 95u);
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(counters.pages_too_large == 2u, "the second after eight smaller pages");
  BOOST_TEST(page_requests().back().parameter("limit") == "5");
  BOOST_TEST((clock.now() == begin), "without a wait");
}

BOOST_AUTO_TEST_CASE(of_size_that_no_smaller_page_mends_are_a_matter_of_configuration) {
  auto o = options();
  api.fault = faulty_pages{1, 1'000'000, {200, R"({"data":[{"id":"x","p":")" + std::string(500, 'p') + "\"}]}"}};
  o.client.max_body_bytes = 300;
  BOOST_CHECK_EXCEPTION(read(o), ingest::error, fails_with(errc::config, "`max_body_bytes`, 300 bytes"));
  BOOST_TEST(page_requests().size() == 4u, "limits of 10, 5, 2 and 1");
}

BOOST_AUTO_TEST_CASE(that_are_pages_of_before_out_of_a_cache_are_asked_for_again) {
  std::string before;
  api.fault = [&, stale = 0](const received_request& r) mutable -> std::optional<reply> {
    const bool third = r.parameter("cursor") != before && !before.empty();
    if (r.path == events_api::access_path || r.parameter("cursor").empty() || stale == 2) {
      return std::nullopt;
    }
    before = third ? before : r.parameter("cursor");
    stale += third ? 1 : 0;
    const std::string next = R"("hasMore":true,"nextCursor":")" + r.parameter("cursor") + "\"}";
    return third ? std::optional(reply{200, R"({"data":[{"id":"stale"}],)" + next}) : std::nullopt;
  };
  const read_result got = read(options());
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 95u, "and none of them is used");
  BOOST_TEST(counters.fetch_errors == 2u);
}

BOOST_AUTO_TEST_CASE(that_repeat_a_cursor_are_bad_data) {
  for (const int period : {1, 2, 7}) {
    api.fault = endless_pages(R"({"id":"x"})", [=](int n) { return "\"c" + std::to_string(n % period) + '"'; });
    BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::bad_data, "repeat"));
    BOOST_TEST(counters.requests < 200u);
  }
}

BOOST_AUTO_TEST_CASE(of_size_that_pass_are_followed_by_pages_as_large_as_before) {
  api.events = 200;
  api.fault = faulty_pages{2, 2, {200, R"({"data":[{"id":"x","p":")" + std::string(3000, 'p') + "\"}]}"}};
  auto o = options();
  o.client.max_body_bytes = 2000;
  BOOST_TEST((read(o).distinct() == api.all_ids()));
  BOOST_TEST(page_requests().at(2).parameter("limit") == "5");
  BOOST_TEST(page_requests().back().parameter("limit") == "10");
  BOOST_TEST(counters.pages_too_large == 1u);
}

BOOST_AUTO_TEST_CASE(of_emptiness_are_followed_as_long_as_they_lead_on_in_time) {
  api.fault = [empty = 0](const received_request& r) mutable -> std::optional<reply> {
    if (r.path == events_api::access_path) {
      return std::nullopt;
    }
    if (++empty > 300) {
      return reply{200, R"({"data":[{"id":"x"}],"hasMore":false})"};
    }
    return reply{200, R"({"data":[],"hasMore":true,"nextCursor":")" + std::to_string(empty) + "\"}"};
  };
  BOOST_TEST((read(options()).distinct() == std::set<std::string>{"x"}));

  auto endless = endless_pages("", [](int n) { return "\"c" + std::to_string(n) + '"'; });
  api.fault = [&, endless](const received_request& r) mutable {
    clock.advance(1min);
    return endless(r);
  };
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::bad_data, "`retry.deadline`"));
}

BOOST_AUTO_TEST_CASE(of_a_missing_cursor_are_borne_once) {
  api.fault = faulty_pages{4, 4, {200, R"({"data":[{"id":"y"}],"hasMore":true,"nextCursor":null})"}};
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  api.fault = endless_pages(R"({"id":"x"})", [](int) { return "null"; });
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::bad_data, "no next cursor"));
}

BOOST_AUTO_TEST_SUITE_END()

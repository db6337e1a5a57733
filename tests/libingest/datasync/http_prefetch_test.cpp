// The request for the next page, which is sent before the page at hand is parsed.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "datasync/next_cursor.hpp"
#include "support/http_source_fixture.hpp"
#include "support/raw_server.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;
using ingest::detail::guess_next_cursor;

namespace {

struct early_request_fixture : http_source_fixture {
  /// Waits until `count` requests for pages have arrived.
  bool arrive(std::size_t count) const {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (page_requests().size() < count && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    return page_requests().size() == count;
  }

  /// Opens a source, reads a page, and waits for the early request for the second.
  std::unique_ptr<ingest::source> begin(const ingest::http_source_options& o) {
    auto source = make_source(o);
    source->open(std::nullopt, {});
    append_ids(*source->read(), ids);
    BOOST_REQUIRE(arrive(2));
    return source;
  }

  void read_rest(ingest::source& source) {
    for (bool last = false; !last;) {
      const auto b = source.read();
      append_ids(*b, ids);
      last = b->last;
    }
    source.close();
  }

  std::vector<std::string> ids;
};

std::string page_of(const std::string& id, const std::string& rest) {
  return R"({"data":[{"id":")" + id + R"("}])" + rest + "}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(an_early_request, early_request_fixture)

BOOST_AUTO_TEST_CASE(is_under_way_before_anyone_asks_for_its_page) {
  const auto source = begin(options());
  BOOST_TEST(!page_requests().back().parameter("cursor").empty());
  read_rest(*source);
  BOOST_TEST(ids.size() == 95u);
  BOOST_TEST(page_requests().size() == 10u, "no page was asked for twice");
}

BOOST_AUTO_TEST_CASE(brings_its_page_even_if_the_cursor_has_expired_since) {
  const auto source = begin(options());
  clock.advance(24h);
  append_ids(*source->read(), ids);
  BOOST_TEST(ids.back() == "e19");
  BOOST_TEST(counters.cursor_resets == 0u);
  source->close();
}

BOOST_AUTO_TEST_CASE(that_is_refused_fails_the_next_read_and_not_this_one) {
  api.fault = [pages = 0](const received_request& r) mutable -> std::optional<reply> {
    return r.path == events_api::stream_path && ++pages == 2 ? std::optional(reply{422}) : std::nullopt;
  };
  const auto source = begin(options());
  BOOST_TEST(ids.size() == 10u);
  BOOST_CHECK_EXCEPTION(source->read(), ingest::error, fails_with(errc::config, "422"));
  source->close();
}

BOOST_AUTO_TEST_CASE(for_a_cursor_that_the_parser_does_not_find_is_thrown_away) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    const std::string cursor = r.parameter("cursor");
    if (cursor == "right") {
      return reply{200, page_of("second", R"(,"hasMore":false)")};
    }
    return cursor == "wrong" ? reply{200, page_of("of nobody", "")}
                             : reply{200, R"({"hasMore":true,"nextCursor":"right","data":[{"id":"first","properties":)"
                                          R"({"nextCursor":"wrong"}}]})"};
  };
  const auto source = begin(options(http_endpoint::standard));
  read_rest(*source);
  BOOST_TEST((ids == std::vector<std::string>{"first", "second"}));
  BOOST_TEST(counters.fetch_errors == 0u);
}

BOOST_AUTO_TEST_CASE(behind_a_page_that_does_not_parse_is_thrown_away) {
  api.fault = [n = 0](const received_request& r) mutable -> std::optional<reply> {
    if (r.parameter("cursor") == "c") {
      return reply{200, page_of("second", R"(,"hasMore":false)")};
    }
    return reply{200, page_of("first", std::string(++n == 1 ? "," : "") + R"(,"hasMore":true,"nextCursor":"c")")};
  };
  BOOST_TEST((read(options(http_endpoint::standard)).ids == std::vector<std::string>{"first", "second"}));
  BOOST_TEST(counters.fetch_errors == 1u);
}

BOOST_AUTO_TEST_CASE(is_not_sent_before_the_rate_limit_allows_it) {
  api.requests_a_minute = 1;
  const auto source = make_source(options(http_endpoint::standard));
  source->open(std::nullopt, {});
  source->read();
  BOOST_TEST(server.requests().size() == 1u);
  source->read();
  BOOST_TEST(server.requests().size() == 2u);
  BOOST_TEST(api.rate_limited() == 0);
  source->close();
}

BOOST_AUTO_TEST_CASE(is_not_sent_with_a_token_that_is_due_to_be_renewed) {
  api.token_lives_s = 100;
  api.fault = [this, n = 0](const received_request& r) mutable -> std::optional<reply> {
    if (r.path == events_api::stream_path && ++n == 1) {
      clock.advance(101s);
    }
    return std::nullopt;
  };
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  BOOST_TEST(api.tokens_granted() == 2);
}

BOOST_AUTO_TEST_CASE(that_was_cut_because_nobody_read_on_is_sent_again_and_is_no_error) {
  std::atomic<int> requests = 0;
  const auto send = [](raw_server::connection& c, const std::string& body) {
    c.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const raw_server impatient([&](raw_server::connection& c) {
    while (c.read_request()) {
      if (++requests == 2) {
        return;
      }
      send(c, requests == 1 ? page_of("a", R"(,"nextCursor":"c")") : page_of("b", R"(,"hasMore":false)"));
    }
  });
  auto o = options(http_endpoint::standard);
  o.base_url = impatient.url("");
  const auto source = make_source(o);
  source->open(std::nullopt, {});
  append_ids(*source->read(), ids);
  clock.advance(60s);
  read_rest(*source);
  BOOST_TEST((ids == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(counters.fetch_errors == 0u);
  BOOST_TEST(requests == 3);
}

BOOST_AUTO_TEST_CASE(that_nobody_answers_holds_up_neither_stop_nor_close) {
  const raw_server silent([&](raw_server::connection& c) {
    c.read_request();
    const std::string body = page_of("a", R"(,"nextCursor":"c")");
    c.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    c.pause(1h);
  });
  auto o = options(http_endpoint::standard);
  o.base_url = silent.url("");
  const auto source = make_source(o);
  std::stop_source stop;
  const auto started = std::chrono::steady_clock::now();
  source->open(std::nullopt, stop.get_token());
  source->read();
  source->close();
  source->open(std::nullopt, stop.get_token());
  stop.request_stop();
  BOOST_CHECK_EXCEPTION(source->read(), ingest::error, fails_with(errc::cancelled, ""));
  source->close();
  BOOST_TEST((std::chrono::steady_clock::now() - started < 20s));
}

BOOST_AUTO_TEST_CASE(has_the_cursor_from_the_end_of_the_body) {
  BOOST_TEST((guess_next_cursor(R"({"data":[],"nextCursor":"abc+/="})") == "abc+/="));
  BOOST_TEST((guess_next_cursor("{\"nextCursor\" :\n \"x\" , \"meta\":{}}") == "x"));
  BOOST_TEST((guess_next_cursor(std::string(100'000, ' ') + R"("nextCursor":"x"})") == "x"));
  for (const char* none : {"", R"("nextCursor")", R"("nextCursor":)", R"("nextCursor":null})", R"("nextCursor":"")",
                           R"("nextCursor":"x)", R"("nextCursor":"a\u0041"})", R"("nextCursor":"a\"b"})", "{}"}) {
    BOOST_TEST(!guess_next_cursor(none).has_value(), none);
  }
  BOOST_TEST(!guess_next_cursor(R"("nextCursor":"x")" + std::string(100'000, ' ')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

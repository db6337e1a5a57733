// Cursors that expire or are refused, and how an HTTP source goes on.
#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;

namespace {

bool has_cursor(const received_request& r) {
  return !r.parameter("cursor").empty();
}

/// Answers the nth request with a cursor with `answer`.
auto refusing_cursor(int nth, reply answer) {
  return [=, n = 0](const received_request& r) mutable {
    return has_cursor(r) && ++n == nth ? std::optional(answer) : std::nullopt;
  };
}

const reply expired{400, R"({"error":"Bad Request","code":"CURSOR_EXPIRED","message":"too late"})"};
const reply invalid{400, R"({"error":"Bad Request","code":"CURSOR_INVALID"})"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_cursors, http_source_fixture)

BOOST_AUTO_TEST_CASE(that_are_refused_at_the_stream_endpoint_are_replaced_by_a_time_where_that_was_seen_to_be_right) {
  api.events = 250;
  for (const reply& answer : {expired, invalid, reply{410}}) {
    counters.cursor_resets = 0;
    api.fault = refusing_cursor(13, answer);
    const auto before = page_requests().size();
    const read_result got = read(options());
    BOOST_TEST((got.distinct() == api.all_ids()));
    BOOST_TEST(got.ids.size() == 255u, "half a page is read again, to see that the next one joins on");
    BOOST_TEST(counters.cursor_resets == 1u);
    const auto seek = page_requests().at(before + 14);
    BOOST_TEST(!has_cursor(seek));
    BOOST_TEST(seek.parameter("until") == std::to_string(api.time_of(125) + 1));
    BOOST_TEST(page_requests().back().parameter("until") == seek.parameter("until"), "the cursors behind it are of it");
  }
}

BOOST_AUTO_TEST_CASE(that_are_refused_early_in_a_slice_are_replaced_by_a_new_start) {
  api.fault = refusing_cursor(3, expired);
  const read_result got = read(options());
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 95u + 30u);
}

BOOST_AUTO_TEST_CASE(that_are_refused_behind_an_event_with_an_absurd_time_are_replaced_by_a_new_start) {
  api.events = 250;
  api.mistimed_event = 129;  // the last of its page
  api.fault = refusing_cursor(13, expired);
  const read_result got = read(options());
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 250u + 130u);
}

BOOST_AUTO_TEST_CASE(are_replaced_by_a_new_start_where_a_time_does_not_lead_back) {
  api.events = 250;
  api.fault = [&, n = 0](const received_request& r) mutable -> std::optional<reply> {
    if (has_cursor(r) && ++n == 13) {
      api.events = 0;  // behind the lost cursor nothing comes again
      return expired;
    }
    if (r.path == events_api::stream_path && !has_cursor(r) && r.parameter("until").empty()) {
      api.events = 250;
    }
    return std::nullopt;
  };
  const read_result got = read(options());
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 130u + 250u);
  BOOST_TEST(counters.cursor_resets == 2u);
}

BOOST_AUTO_TEST_CASE(stay_inside_their_window_when_replaced) {
  auto o = options();
  o.windows = {{api.time_of(60), api.time_of(20)}};
  api.fault = refusing_cursor(2, expired);
  const read_result got = read(o);
  BOOST_TEST(got.distinct().size() == 40u);
  BOOST_TEST(got.ids.front() == "e21");
  BOOST_TEST(got.ids.back() == "e60");
  for (const auto& r : page_requests()) {
    BOOST_TEST(r.parameter("since") == std::to_string(api.time_of(60)));
  }
}

BOOST_AUTO_TEST_CASE(that_are_refused_at_the_standard_endpoint_are_replaced_by_a_new_start) {
  api.fault = refusing_cursor(3, expired);
  const read_result got = read(options(http_endpoint::standard));
  BOOST_TEST((got.distinct() == api.all_ids()));
  BOOST_TEST(got.ids.size() == 95u + 30u);
  BOOST_TEST(counters.cursor_resets == 1u);
}

BOOST_AUTO_TEST_CASE(are_not_carried_to_the_other_endpoint) {
  int asked = 0;
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    if (r.path == events_api::access_path) {
      return ++asked > 1 ? std::optional(reply{403}) : std::nullopt;
    }
    clock.advance(r.path == events_api::stream_path ? 80s : 0s);
    return std::nullopt;
  };
  api.cursor_lives_ms = 3'600'000;
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  const auto all = page_requests();
  const auto moved = std::find_if(all.begin(), all.end(),
                                  [](const received_request& r) { return r.path == events_api::standard_path; });
  BOOST_TEST_REQUIRE((moved != all.begin() && moved != all.end()));
  BOOST_TEST(!has_cursor(*moved));
  BOOST_TEST(std::distance(moved, all.end()) == 10);
  BOOST_TEST(counters.cursor_resets == 1u);
}

BOOST_AUTO_TEST_CASE(are_not_carried_to_the_other_endpoint_by_whoever_resumes) {
  const std::string of_stream = read(options()).positions[3];
  const std::string of_older_version = of_stream.substr(0, of_stream.find(",\"events\"")) + "}";
  const std::string of_standard = read(options(http_endpoint::standard)).positions[3];
  BOOST_TEST(read(options(), of_standard).ids.size() == 95u);
  BOOST_TEST(read(options(http_endpoint::standard), of_standard).ids.size() == 55u);
  api.stream_access_status = 403;
  for (const auto& [position, rest] : {std::pair{of_stream, 95u}, {of_older_version, 95u}, {of_standard, 55u}}) {
    BOOST_TEST(read(options(), position).ids.size() == rest, position);
  }
}

BOOST_AUTO_TEST_CASE(that_have_expired_are_not_sent_any_more) {
  api.fault = refusing_cursor(3, {503, "", {{"Retry-After", "117"}}});
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  BOOST_TEST(counters.cursor_resets == 1u);
  BOOST_TEST(counters.requests == 15u, "stream access, three pages, the one that was put off, and ten from the start");
}

BOOST_AUTO_TEST_CASE(that_expired_while_the_program_was_down_are_replaced) {
  api.events = 250;
  const read_result whole = read(options());
  clock.advance(24h);
  const read_result rest = read(options(), whole.positions[12]);
  BOOST_TEST(rest.ids.front() == "e125");
  BOOST_TEST(rest.ids.size() == 125u);
  BOOST_TEST(counters.cursor_resets == 1u);
}

BOOST_AUTO_TEST_CASE(in_positions_of_older_versions_are_used_and_replaced_by_a_new_start) {
  const std::string position = read(options()).positions[3];
  const std::string old = position.substr(0, position.find(",\"events\"")) + ",\"ts\":1768999999610}";
  BOOST_TEST(read(options(), old).ids.size() == 55u);
  clock.advance(24h);
  BOOST_TEST(read(options(), old).ids.size() == 95u);
}

BOOST_AUTO_TEST_CASE(that_expire_by_a_clock_that_differs_from_ours_are_used_all_the_same) {
  api.cursor_lives_ms = -5'000;  // on arrival
  api.fault = [&](const received_request& r) -> std::optional<reply> {
    if (has_cursor(r)) {
      return reply{200, R"({"data":[{"id":"last"}],"hasMore":false})"};
    }
    return std::nullopt;
  };
  BOOST_TEST(read(options()).ids.back() == "last");
  BOOST_TEST(counters.cursor_resets == 0u);
}

BOOST_AUTO_TEST_CASE(expire_by_the_clock_of_the_api) {
  const read_result whole = read(options());
  clock.advance(1h);  // ours alone: by the Date of its answers, the API's clock has not moved
  api.fault = [](const received_request& r) -> std::optional<reply> {
    if (r.path == events_api::access_path) {
      const auto* grant = R"({"streamAccess":{"endpoint":"/f","token":"t-4711","tokenHeader":"X-T"}})";
      return reply{200, grant, {{"Date", "Mon, 02 Feb 2026 02:40:01 GMT"}}};
    }
    return reply{200, R"({"data":[{"id":"last"}],"hasMore":false})"};
  };
  BOOST_TEST(read(options(), whole.positions[3]).ids.back() == "last");
  BOOST_TEST(counters.cursor_resets == 0u);
}

BOOST_AUTO_TEST_CASE(that_expire_behind_gateway_errors_are_replaced) {
  api.fault = [&, n = 0](const received_request& r) mutable -> std::optional<reply> {
    if (!has_cursor(r) || ++n != 3) {
      return std::nullopt;
    }
    clock.advance(117s);
    return reply{502, "<html>Bad Gateway</html>", {}, "text/html"};
  };
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  BOOST_TEST(counters.cursor_resets == 1u);
}

BOOST_AUTO_TEST_CASE(that_only_bring_gateway_errors_are_replaced) {
  for (const auto endpoint : {http_endpoint::stream, http_endpoint::standard}) {
    counters.cursor_resets = 0;
    auto o = options(endpoint);
    o.retry.max_attempts = 8;
    api.cursor_lives_ms = 3'600'000;
    api.fault = [n = 0, broken = true](const received_request& r) mutable -> std::optional<reply> {
      if (!has_cursor(r)) {
        broken = n < 3;
        return std::nullopt;
      }
      return ++n >= 3 && (n == 3 || broken) ? std::optional(reply{502, "<html>"}) : std::nullopt;
    };
    BOOST_TEST((read(o).distinct() == api.all_ids()));
    BOOST_TEST(counters.cursor_resets == 1u);
  }
}

BOOST_AUTO_TEST_CASE(that_are_all_refused_do_not_keep_the_stream_endpoint_from_getting_on) {
  api.events = 650;
  api.fault = [](const received_request& r) { return has_cursor(r) ? std::optional(invalid) : std::nullopt; };
  auto o = options();
  o.batch_size = 200;
  BOOST_TEST((read(o).distinct() == api.all_ids()));
}

BOOST_AUTO_TEST_CASE(that_are_all_refused_end_in_bad_data_where_nothing_gets_on) {
  api.fault = [](const received_request& r) { return has_cursor(r) ? std::optional(invalid) : std::nullopt; };
  BOOST_CHECK_EXCEPTION(read(options(http_endpoint::standard)), ingest::error,
                        fails_with(errc::bad_data, "CURSOR_INVALID"));
  BOOST_TEST(counters.cursor_resets == 2u);

  api.step_ms = 0;  // all events in one millisecond: seeking by time leads nowhere
  BOOST_CHECK_EXCEPTION(read(options()), ingest::error, fails_with(errc::bad_data, "CURSOR_INVALID"));
}

BOOST_AUTO_TEST_SUITE_END()

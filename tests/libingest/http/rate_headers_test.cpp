// Rate limits in all forms in which APIs tell of them, and what an HTTP source makes of that.
#include "http/rate_headers.hpp"

#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;
using ingest::http_header;
using ingest::detail::rate_report_in;

namespace {

using headers = std::vector<http_header>;

std::string report_of(const headers& h) {
  ingest::http_result result;
  result.headers = h;
  const auto report = rate_report_in(result);
  return report ? report->remaining + "/" + report->reset : "none";
}

struct limited_fixture : http_source_fixture {
  /// The page "c1" is refused once, as told; returns how long the source waited.
  std::chrono::milliseconds wait_after(const reply& refusal) {
    api.fault = [refusal, refused = false](const received_request& r) mutable -> std::optional<reply> {
      if (r.parameter("cursor").empty()) {
        return reply{200, R"({"data":[{"id":"a"}],"hasMore":true,"nextCursor":"c1"})"};
      }
      return std::exchange(refused, true) ? reply{200, R"({"data":[],"hasMore":false})"} : refusal;
    };
    const auto begin = clock.now();
    BOOST_TEST(read(options(http_endpoint::standard)).ids.size() == 1u);
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - begin);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_headers)

BOOST_AUTO_TEST_CASE(are_found_in_each_form) {
  BOOST_TEST(report_of({{"X-RateLimit-Remaining", "3"}, {"X-RateLimit-Reset", "28"}}) == "3/28");
  BOOST_TEST(report_of({{"x-rate-limit-remaining", "3"}, {"x-rate-limit-reset", "1770000000"}}) == "3/1770000000");
  BOOST_TEST(report_of({{"RateLimit-Limit", "10"}, {"RateLimit-Remaining", "3"}, {"RateLimit-Reset", "28"}}) == "3/28");
  BOOST_TEST(report_of({{"RateLimit", "limit=10, remaining=3, reset=28"}}) == "3/28");
  BOOST_TEST(report_of({{"RateLimit", R"("default";r=3;t=28)"}}) == "3/28");
  BOOST_TEST(report_of({{"RateLimit", R"("a,b;r=9";r=3;t=28)"}}) == "3/28");
  BOOST_TEST(report_of({{"Retry-After", "3"}, {"RateLimit", "soon"}}) == "none");
}

BOOST_AUTO_TEST_CASE(of_several_limits_are_of_the_one_nearest_to_its_end) {
  BOOST_TEST(report_of({{"RateLimit", R"("daily";r=70;t=9000, "burst";r=0;t=2, "minute";r=0;t=30)"}}) == "0/30");
}

BOOST_AUTO_TEST_CASE(without_a_time_have_the_window_of_their_policy) {
  BOOST_TEST(report_of({{"RateLimit-Policy", R"("burst";q=5;w=1, "minute";q=100;w=60)"},
                        {"RateLimit", R"("minute";r=0)"}}) == "0/60");
  BOOST_TEST(report_of({{"RateLimit", R"("minute";r=0)"}}) == "0/");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_refusal_for_too_many_requests, limited_fixture)

BOOST_AUTO_TEST_CASE(is_known_by_headers_or_words_whatever_the_status) {
  BOOST_TEST((wait_after({403, "", {{"Retry-After", "7"}}}) == 7s));
  BOOST_TEST((wait_after({403, "", {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "7"}}}) == 7s));
  BOOST_TEST((wait_after({400, "", {{"RateLimit", R"("a";r=0;t=7)"}}}) == 7s));
  BOOST_TEST((wait_after({403, R"({"code":"RATE_LIMIT_EXCEEDED"})"}) < 1s));
  BOOST_TEST((wait_after({403, R"({"message":"API rate limit exceeded for you"})"}) < 1s));
  BOOST_TEST((wait_after({429, "", {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1500ms"}}}) == 1500ms));
  BOOST_TEST(counters.retries_429 == 6u);
}

BOOST_AUTO_TEST_CASE(is_none_without_these) {
  for (const auto& h : {std::pair{"X-RateLimit-Remaining", "5"}, {"X-RateLimit-Remaining", "-1"}}) {
    api.fault = [h](const received_request&) { return reply{403, R"({"error":"Forbidden"})", {h}}; };
    BOOST_CHECK_EXCEPTION(read(options(http_endpoint::standard)), ingest::error,
                          fails_with(errc::authentication, "HTTP 403 (Forbidden)"));
  }
}

BOOST_AUTO_TEST_CASE(of_stream_access_is_waited_for_and_no_refusal_of_it) {
  api.fault = [refused = false](const received_request& r) mutable -> std::optional<reply> {
    return r.path == events_api::access_path && !std::exchange(refused, true)
               ? std::optional(reply{403, "", {{"Retry-After", "7"}}})
               : std::nullopt;
  };
  const auto begin = clock.now();
  BOOST_TEST((read(options()).distinct() == api.all_ids()));
  BOOST_TEST((clock.now() - begin == 7s));
  BOOST_TEST(page_requests().front().path == events_api::stream_path);
}

BOOST_AUTO_TEST_SUITE_END()

#include "datasync/slice_plan.hpp"

#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;
using ingest::make_http_source;
using ingest::time_window;
using windows = std::vector<time_window>;

namespace {

struct planning : http_source_fixture {
  windows plan(const ingest::http_source_options& o, std::size_t readers = 2) {
    return ingest::plan_slices(o, {.readers = readers, .windows_per_reader = 8}, counters, {}, clock.as_timing());
  }

  /// What each of the windows holds.
  std::vector<read_result> read_windows(ingest::http_source_options o, const windows& w) {
    o.windows = w;
    const auto shared = make_api(o);
    std::vector<read_result> parts;
    for (std::size_t s = 0; s < w.size(); ++s) {
      parts.push_back(read_all(*make_http_source(shared, s)));
    }
    return parts;
  }
};

/// That the windows follow each other without gap and overlap, from edge to edge of `whole`.
void check_cover(const windows& w, const time_window& whole) {
  BOOST_TEST_REQUIRE(!w.empty());
  BOOST_TEST((w.front().since_ms == whole.since_ms));
  BOOST_TEST((w.back().until_ms == whole.until_ms));
  for (std::size_t i = 1; i < w.size(); ++i) {
    BOOST_TEST((w[i].since_ms.has_value() && w[i].since_ms == w[i - 1].until_ms));
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_slice_plan, planning)

BOOST_AUTO_TEST_CASE(divides_all_time_into_windows_with_about_as_many_events_each) {
  api.events = 1600;
  const windows w = plan(options());
  BOOST_TEST(w.size() == 16u);
  BOOST_TEST(counters.requests < 40u);
  check_cover(w, {});
  std::set<std::string> all;
  std::size_t rows = 0;
  for (const read_result& part : read_windows(options(), w)) {
    rows += part.ids.size();
    BOOST_TEST(part.ids.size() <= 200u);
    all.merge(part.distinct());
  }
  BOOST_TEST((all == api.all_ids()));
  BOOST_TEST((rows >= 1600u && rows < 1616u), "each edge may bring one event twice");
}

BOOST_AUTO_TEST_CASE(copes_with_any_distance_between_events) {
  api.events = 400;
  for (const std::int64_t step :
       {std::int64_t{1}, std::int64_t{3}, std::int64_t{90'000}, std::int64_t{3'000'000'000}}) {
    api.step_ms = step;
    counters.requests = 0;
    const windows w = plan(options());
    BOOST_TEST(counters.requests < 60u, step);
    check_cover(w, {});
    BOOST_TEST(w.size() >= 3u, step);
    for (const read_result& part : read_windows(options(), w)) {
      BOOST_TEST(part.ids.size() <= 250u, step);
    }
  }
}

BOOST_AUTO_TEST_CASE(keeps_the_edges_that_were_asked_for) {
  api.events = 1600;
  auto o = options();
  for (const time_window& whole : {time_window{api.time_of(900), api.time_of(100)}, time_window{0, api.time_of(700)},
                                   time_window{api.time_of(800), std::nullopt}}) {
    o.windows = {whole};
    const windows w = plan(o);
    check_cover(w, whole);
    BOOST_TEST(w.size() >= 6u);
  }
}

BOOST_AUTO_TEST_CASE(is_one_window_where_dividing_does_not_pay) {
  for (const std::size_t few : {0u, 1u, 10u}) {
    api.events = few;
    counters.requests = 0;
    BOOST_TEST((plan(options()) == windows{{}}), few);
    BOOST_TEST(counters.requests == 2u, "stream access and a single page");
  }
  auto o = options();
  o.windows = {{1, 2}};
  BOOST_TEST((plan(o) == o.windows));
}

BOOST_AUTO_TEST_CASE(is_one_window_where_all_events_are_of_one_moment) {
  api.events = 400;
  api.step_ms = 0;
  BOOST_TEST((plan(options()) == windows{{}}));
}

BOOST_AUTO_TEST_CASE(is_one_window_where_the_api_knows_none) {
  api.events = 1600;
  BOOST_TEST((plan(options(http_endpoint::standard)) == windows{{}}));
  api.stream_access_status = 403;
  BOOST_TEST((plan(options()) == windows{{}}));
  BOOST_TEST(page_requests().empty());
  api.stream_access_status = 200;
  api.fault = [](const received_request& r) {
    return r.path == events_api::stream_path
               ? std::optional(
                     reply{200, R"({"data":[{"id":"a","timestamp":9},{"id":"b","timestamp":8}],"nextCursor":"c"})"})
               : std::nullopt;
  };
  BOOST_TEST((plan(options()) == windows{{}}), "windows are ignored");
  api.fault = [](const received_request& r) {
    return r.path == events_api::stream_path
               ? std::optional(reply{200, R"({"data":[{"id":"a"},{"id":"b"}],"nextCursor":"c"})"})
               : std::nullopt;
  };
  BOOST_TEST((plan(options()) == windows{{}}), "no event bears a time");
}

BOOST_AUTO_TEST_CASE(is_found_in_spite_of_errors_that_pass) {
  api.events = 1600;
  api.fault = [n = 0](const received_request&) mutable {
    return ++n % 3 == 0 ? std::optional(reply{503}) : std::nullopt;
  };
  BOOST_TEST(plan(options()).size() == 16u);
  BOOST_TEST(counters.retries_5xx > 5u);
  api.fault = [](const received_request&) { return reply{401}; };
  BOOST_CHECK_EXCEPTION(plan(options()), ingest::error, fails_with(errc::authentication, "`api_key`"));
}

BOOST_AUTO_TEST_CASE(is_written_as_edges_and_read_back) {
  const windows divided{{std::nullopt, 1000}, {1000, 1500}, {1500, std::nullopt}};
  BOOST_TEST(ingest::edges_text(divided) == "1000+500");
  BOOST_TEST((ingest::divide_at({}, "1000+500") == divided));
  BOOST_TEST(ingest::edges_text({{}}) == "none");
  BOOST_TEST((ingest::divide_at({3, 4}, "none") == windows{{3, 4}}));
  BOOST_TEST((ingest::divide_at({-9, 9}, "-5+6") == windows{{-9, -5}, {-5, 1}, {1, 9}}));
  for (const char* damaged : {"", "+", "x", "1000+", "1000+0", "1000+-5", "1000 500", "9223372036854775807+1", "5+"}) {
    BOOST_CHECK_EXCEPTION(ingest::divide_at({}, damaged), ingest::error, fails_with(errc::bad_data, "edges"));
  }
  BOOST_CHECK_EXCEPTION(ingest::divide_at({10, 20}, "10"), ingest::error, fails_with(errc::bad_data, "edges"));
  BOOST_CHECK_EXCEPTION(ingest::divide_at({10, 20}, "15+5"), ingest::error, fails_with(errc::bad_data, "edges"));
}

BOOST_AUTO_TEST_SUITE_END()

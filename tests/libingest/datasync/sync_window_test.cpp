#include "datasync/sync_window.hpp"

#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::sync_beginning;
using ingest::time_window;

namespace {

struct planning : http_source_fixture {
  time_window plan(const sync_beginning& from) {
    return ingest::plan_sync(options(), from, counters, {}, clock.as_timing()).window;
  }

  /// How the plan is refused.
  std::string refusal() {
    try {
      plan({});
    } catch (const ingest::error& e) {
      BOOST_TEST((e.code() == errc::config));
      return e.what();
    }
    return "";
  }

  /// The API understands `since` and `until` times `factor`, plus `offset_ms`.
  void misunderstand(double factor, std::int64_t offset_ms) {
    api.fault = [=](const received_request& r) -> std::optional<reply> {
      const auto asked = [&](const char* name) -> std::optional<double> {
        const std::string value = r.parameter(name);
        return value.empty() ? std::nullopt : std::optional(std::stod(value));
      };
      const auto since = asked("since");
      const auto until = asked("until");
      const auto newest = static_cast<double>(events_api::newest_ms);
      const auto meant = [&](double t) { return t * factor + static_cast<double>(offset_ms); };
      if ((since && newest < meant(*since)) || (until && newest - 1e9 > meant(*until))) {
        return reply{.body = R"({"data":[],"pagination":{"limit":5000,"hasMore":false,"nextCursor":null}})"};
      }
      return std::nullopt;
    };
  }

  bool shifted_ = false;
  bool asked_ = false;  ///< by a fault that changes the API's own answer

  static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_sync_window, planning)

BOOST_AUTO_TEST_CASE(ends_now_by_the_clock_of_the_api) {
  const time_window first = plan({});
  BOOST_TEST(!first.since_ms.has_value());
  BOOST_TEST_REQUIRE(first.until_ms.has_value());
  clock.advance(10s);
  const time_window next = plan({std::nullopt, first.until_ms, std::nullopt, 5s});
  BOOST_TEST(next.since_ms.value() == *first.until_ms - 5'000);
  BOOST_TEST(next.until_ms.value() == *first.until_ms + 10'000);
}

BOOST_AUTO_TEST_CASE(ends_by_the_earlier_one_of_the_two_clocks) {
  const std::int64_t here = clock.now_ms();
  const auto api_says = [&](const char* date, std::int64_t expected) {
    api.fault = [this, date](const received_request& r) -> std::optional<reply> {
      if (std::exchange(asked_, true)) {
        return std::nullopt;
      }
      reply answer = api(r);
      asked_ = false;
      answer.headers.emplace_back("Date", date);
      return answer;
    };
    BOOST_TEST(plan({}).until_ms.value() == expected);
  };
  api_says("Mon, 02 Feb 2026 01:40:00 GMT", here - 3'600'000);
  api_says("Mon, 02 Feb 2026 03:40:00 GMT", here);
}

BOOST_AUTO_TEST_CASE(is_refused_where_nothing_comes_for_the_time_in_which_there_is_an_event) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    if (!r.parameter("until").empty() && r.parameter("since").empty()) {
      return reply{.body = R"({"data":[],"pagination":{"limit":5000,"hasMore":false,"nextCursor":null}})"};
    }
    return std::nullopt;
  };
  BOOST_TEST(has(refusal(), "gives none when asked for the time from the beginning"));
}

BOOST_AUTO_TEST_CASE(begins_no_earlier_than_was_asked) {
  const std::int64_t now = plan({}).until_ms.value();
  BOOST_TEST(plan({now - 100, std::nullopt, std::nullopt, 1h}).since_ms.value() == now - 100);
  BOOST_TEST(plan({now - 100, now - 10, std::nullopt, 1h}).since_ms.value() == now - 100);
  BOOST_TEST(plan({now - 100, now - 10, std::nullopt, 20ms}).since_ms.value() == now - 30);
}

BOOST_AUTO_TEST_CASE(is_refused_where_the_api_counts_in_another_unit_or_zone) {
  misunderstand(1000, 0);
  BOOST_TEST(has(refusal(), "in another unit or zone"));
  misunderstand(1, 3'600'000);
  BOOST_TEST(has(refusal(), "in another unit or zone"));
  misunderstand(1, 0);
  BOOST_TEST(refusal() == "");
}

BOOST_AUTO_TEST_CASE(is_refused_where_other_events_come_than_were_asked_for) {
  // As of an API that takes both times for local ones, with events in every second.
  api.step_ms = 500;
  api.events = 30'000;
  api.fault = [this](const received_request& r) -> std::optional<reply> {
    if (r.parameter("since").empty() || shifted_) {
      return std::nullopt;
    }
    shifted_ = true;
    received_request other = r;
    for (const char* edge : {"since", "until"}) {
      other.query[edge] = std::to_string(std::stoll(r.parameter(edge)) - 7'200'000);
    }
    const reply answer = api(other);
    shifted_ = false;
    return answer;
  };
  BOOST_TEST(has(refusal(), "gives others when asked"));
}

BOOST_AUTO_TEST_CASE(is_refused_where_times_are_seconds_throughout) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    if (r.path != events_api::stream_path) {
      return std::nullopt;
    }
    return reply{.body = R"({"data":[{"id":"e1","timestamp":1769000000}],"hasMore":false,"nextCursor":null})"};
  };
  BOOST_TEST(has(refusal(), "another unit than milliseconds"));
}

BOOST_AUTO_TEST_CASE(is_refused_where_events_come_later_than_is_looked_back) {
  const std::int64_t now = plan({}).until_ms.value();
  const std::int64_t newest = events_api::newest_ms;
  BOOST_CHECK_THROW(plan({std::nullopt, now, newest - 1, 1s}), ingest::error);
  BOOST_CHECK_NO_THROW(plan({std::nullopt, now, newest, 1s}));
  BOOST_CHECK_NO_THROW(plan({std::nullopt, now, newest - 1, std::chrono::milliseconds(now - newest + 1)}));
}

BOOST_AUTO_TEST_CASE(is_refused_where_there_are_no_windows) {
  api.stream_access_status = 403;
  BOOST_TEST(has(refusal(), "knows no time windows"));
}

BOOST_AUTO_TEST_CASE(of_an_api_without_events_is_all_time_until_now) {
  api.events = 0;
  BOOST_TEST(!plan({}).since_ms.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

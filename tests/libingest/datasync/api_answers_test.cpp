// What answers of an API mean that are no plain pages: the table of docs/api_answers.md.
#include <boost/test/unit_test.hpp>

#include "support/http_source_fixture.hpp"

using namespace std::chrono_literals;
using namespace ingest::testing;
using ingest::errc;
using ingest::http_endpoint;

namespace {

/// Three events at "", and the answers that the test wants to "c1" and beyond.
struct answers_fixture : http_source_fixture {
  static constexpr auto first = R"({"data":[{"id":"a"},{"id":"b"},{"id":"c"}],"hasMore":true,"nextCursor":"c1"})";

  /// Answers to each request with `cursor` in turn, the last one for ever.
  void answer(const std::string& cursor, std::vector<reply> replies) {
    api.fault = [=, n = std::size_t{0}](const received_request& r) mutable -> std::optional<reply> {
      if (r.parameter("cursor") == cursor) {
        return replies[std::min(n++, replies.size() - 1)];
      }
      return reply{200, first};
    };
  }

  read_result read_pages() { return read(options(http_endpoint::standard)); }

  std::size_t rows_when_second_is(const reply& second) {
    answer("c1", {second});
    return read_pages().ids.size();
  }

  /// Fails as told, after a few tries and not after a quarter of an hour.
  void check_soon_refused(const reply& second, errc code, const std::string& text) {
    answer("c1", {second});
    const auto begin = clock.now();
    BOOST_CHECK_EXCEPTION(read_pages(), ingest::error, fails_with(code, text));
    BOOST_TEST((clock.now() - begin < 1min), second.body);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_answers, answers_fixture)

BOOST_AUTO_TEST_CASE(that_end_in_any_of_the_ways_in_which_apis_say_so_end_the_slice) {
  for (const char* last : {R"({"data":[],"hasMore":false})", R"({"data":[],"nextCursor":null})",
                           R"({"data":[],"hasMore":false,"status":200,"code":0,"message":"OK"})",
                           R"({"data":[],"hasMore":"false","nextCursor":"c1"})", R"({"data":[],"hasMore":0})",
                           R"({"data":[],"nextCursor":""})", R"({"data":[],"nextCursor":0})",
                           R"({"data":[],"nextCursor":false})", "\xef\xbb\xbf{\"data\":[],\"hasMore\":false}"}) {
    BOOST_TEST(rows_when_second_is({200, last}) == 3u, last);
    BOOST_TEST(counters.fetch_errors == 0u, last);
  }
}

BOOST_AUTO_TEST_CASE(that_are_204_are_an_empty_last_page_if_the_api_insists) {
  BOOST_TEST(rows_when_second_is({204}) == 3u);
  BOOST_TEST(counters.fetch_errors == 4u);
}

BOOST_AUTO_TEST_CASE(that_say_nothing_at_all_do_not_end_the_slice_among_other_answers) {
  const reply odd{200, R"({"error":"Boom"})"};
  const reply more{200, R"({"data":[{"id":"d"}],"hasMore":false})"};
  answer("c1", {odd, odd, odd, {204}, more});
  BOOST_TEST(read_pages().ids.size() == 4u);
  answer("c1", {{204}, {503}, {204}, {503}, {204}, {503}, {204}, {503}, {204}, {503}, {204}, more});
  BOOST_TEST(read_pages().ids.size() == 4u);
}

BOOST_AUTO_TEST_CASE(that_are_empty_in_a_way_in_which_errors_are_told_are_an_end_only_if_the_api_insists) {
  for (const char* last :
       {R"({"data":null,"hasMore":false})", R"({"data":null,"pagination":{"hasMore":false,"nextCursor":null}})",
        R"({"data":null,"nextCursor":null,"code":0,"message":"success"})",
        R"({"data":[],"hasMore":false,"message":"shard 3 timed out"})",
        R"({"data":[],"hasMore":false,"errorMessage":"shard 3 timed out"})",
        R"({"data":[],"hasMore":false,"warnings":["shard 3 timed out"]})", R"({"data":[],"nextCursor":"c1"})",
        R"({"data":null,"nextCursor":"c1"})", R"({"data":[],"nextCursor":"c1","message":"try again"})",
        R"({"data":[],"meta":{"code":10001},"hasMore":false})"}) {
    counters.fetch_errors = 0;
    BOOST_TEST(rows_when_second_is({200, last}) == 3u, last);
    BOOST_TEST(counters.fetch_errors == 4u, last);
    answer("c1", {{200, last}, {200, last}, {200, last}, {200, R"({"data":[{"id":"d"}],"hasMore":false})"}});
    BOOST_TEST(read_pages().ids.size() == 4u, last);
  }
}

BOOST_AUTO_TEST_CASE(that_are_empty_and_have_the_code_of_an_error_are_no_end) {
  for (const char* body :
       {R"({"data":null,"hasMore":false,"nextCursor":null,"message":"shard 3 timed out","code":"INTERNAL"})",
        R"({"data":[],"hasMore":false,"status":500})", R"({"data":[],"hasMore":false,"statusCode":"503"})",
        R"({"data":[],"hasMore":true,"nextCursor":"c2","code":"INTERNAL"})"}) {
    check_soon_refused({200, body}, errc::unavailable, "reports an error");
  }
}

BOOST_AUTO_TEST_CASE(whose_cursor_is_a_number_are_gone_on_from) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    const std::string cursor = r.parameter("cursor");
    return cursor.empty()   ? reply{200, R"({"data":[{"id":"a"}],"hasMore":"true","nextCursor":17})"}
           : cursor == "17" ? reply{200, R"({"data":[{"id":"b"}],"hasMore":1,"nextCursor":"18"})"}
                            : reply{200, R"({"data":[{"id":"c"}],"hasMore":false})"};
  };
  BOOST_TEST((read_pages().ids == std::vector<std::string>{"a", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(in_which_null_in_one_place_stands_beside_a_value_in_another_say_what_the_value_says) {
  api.fault = [](const received_request& r) -> std::optional<reply> {
    const std::string cursor = r.parameter("cursor");
    return cursor == "c1"   ? reply{200, R"({"data":[{"id":"d"}],"pagination":{"hasMore":true,"nextCursor":"c2"},)"
                                         R"("meta":{"hasMore":null,"nextCursor":null}})"}
           : cursor == "c2" ? reply{200, R"({"data":[{"id":"e"}],"hasMore":false})"}
                            : reply{200, first};
  };
  BOOST_TEST(read_pages().ids.size() == 5u);
}

BOOST_AUTO_TEST_CASE(that_leave_out_what_is_false_or_empty_end_with_a_short_page_if_the_api_insists) {
  BOOST_TEST(rows_when_second_is({200, R"({"data":[{"id":"d"}]})"}) == 4u);
  BOOST_TEST(page_requests().size() == 6u);
}

BOOST_AUTO_TEST_CASE(that_do_not_say_whether_there_is_more_though_others_did_are_the_end_only_if_the_api_insists) {
  const reply nothing{200, R"({"data":[]})"};
  const reply one{200, R"({"data":[{"id":"d"}]})"};
  const reply more{200, R"({"data":[{"id":"d"},{"id":"e"}],"hasMore":false})"};
  BOOST_TEST(rows_when_second_is(nothing) == 3u);
  BOOST_TEST(counters.fetch_errors == 4u);
  answer("c1", {nothing, more});
  BOOST_TEST(read_pages().ids.size() == 5u);
  answer("c1", {nothing, nothing, nothing, nothing, {503}, nothing, nothing, nothing, nothing, more});
  BOOST_TEST(read_pages().ids.size() == 5u);
  answer("c1", {one, nothing, nothing, nothing, nothing, one, one, one, one, more});
  BOOST_TEST(read_pages().ids.size() == 5u, "an end that comes with other events is another one");
}

BOOST_AUTO_TEST_CASE(that_say_nothing_from_the_first_one_on_are_the_end_only_if_the_api_insists) {
  answer("", {{200, R"({"data":[]})"}, {200, R"({"data":[{"id":"a"}],"hasMore":false})"}});
  BOOST_TEST(read_pages().ids.size() == 1u);
}

BOOST_AUTO_TEST_CASE(that_say_nothing_on_a_full_page_are_asked_for_half_of_it) {
  answer("c1", {{200, R"({"data":[{"id":"d"},{"id":"e"},{"id":"f"}]})"},
                {200, R"({"data":[{"id":"d"}],"hasMore":true,"nextCursor":"c2"})"}});
  api.fault = [inner = api.fault.answer()](const received_request& r) -> std::optional<reply> {
    return r.parameter("cursor") == "c2" ? reply{200, R"({"data":[{"id":"e"},{"id":"f"}]})"} : inner(r);
  };
  BOOST_TEST((read_pages().ids == std::vector<std::string>{"a", "b", "c", "d", "e", "f"}));
  BOOST_TEST(page_requests()[2].parameter("limit") == "1");
  BOOST_TEST(page_requests().back().parameter("limit") == "10");
}

BOOST_AUTO_TEST_CASE(that_leave_out_what_is_false_or_empty_are_read_whole_however_few_events_there_are) {
  for (std::size_t events = 0; events < 30; ++events) {
    api.fault = [events](const received_request& r) {
      const std::string cursor = r.parameter("cursor");
      const std::size_t begin = cursor.empty() ? 0 : std::stoul(cursor);
      const std::size_t end = std::min<std::size_t>(begin + std::stoul(r.parameter("limit")), events);
      std::string data;
      for (std::size_t i = begin; i < end; ++i) {
        data.append(i == begin ? "" : ",").append(R"({"id":"e)" + std::to_string(i) + R"("})");
      }
      const std::string next = R"(,"hasMore":true,"nextCursor":")" + std::to_string(end) + '"';
      return reply{200, R"({"data":[)" + data + "]" + (end < events ? next : "") + "}"};
    };
    BOOST_TEST(read_pages().distinct().size() == events);
  }
}

BOOST_AUTO_TEST_CASE(that_never_say_whether_there_is_more_are_refused) {
  for (const int events : {2, 10, 100}) {
    std::string body = R"({"data":[{"id":"x"})";
    for (int i = 1; i < events; ++i) {
      body += R"(,{"id":"x"})";
    }
    api.fault = [body](const received_request&) { return reply{200, body + "]}"}; };
    BOOST_CHECK_EXCEPTION(read_pages(), ingest::error, fails_with(errc::bad_data, "whether there are more events"));
  }
}

BOOST_AUTO_TEST_CASE(that_report_an_error_with_a_good_status_are_quoted_and_soon_believed) {
  for (const char* body :
       {R"({"error":"Boom","message":"no such tenant"})",
        R"({"data":[],"hasMore":false,"error":{"code":"Boom","message":"no such tenant"}})",
        R"({"data":[{"id":"x"}],"hasMore":false,"errors":[{"code":"Boom","message":"no such tenant"}]})",
        R"({"success":false,"code":"Boom","message":"no such tenant","data":[],"hasMore":false})",
        R"({"success":0,"code":"Boom","message":"no such tenant","data":[{"id":"x"}],"hasMore":false})",
        R"({"ok":"false","code":"Boom","message":"no such tenant","data":[],"hasMore":false})",
        R"({"status":503,"code":"Boom","message":"no such tenant","data":[{"id":"x"}],"hasMore":false})"}) {
    check_soon_refused({200, body}, errc::unavailable, "HTTP 200 (Boom: no such tenant)");
  }
}

BOOST_AUTO_TEST_CASE(that_are_parts_do_not_pass_for_the_whole) {
  const std::string part = R"({"data":[{"id":"x"}],"hasMore":false})";
  const reply range{206, part, {{"Content-Range", "bytes 0-40/4711"}}};
  answer("c1", {range, {200, R"({"data":[{"id":"d"},{"id":"e"}],"hasMore":false})"}});
  BOOST_TEST(read_pages().ids.size() == 5u);
  check_soon_refused(range, errc::bad_data, "HTTP 206, a part of the page (Content-Range: bytes 0-40/4711)");
  check_soon_refused({206, part}, errc::bad_data, "HTTP 206");
  for (const char* body : {R"({"data":[{"id":"x"}],"hasMore":false,"partial":true})",
                           R"({"data":[{"id":"x"}],"hasMore":false,"meta":{"partial":true}})",
                           R"({"data":[{"id":"x"}],"hasMore":false,"timed_out":true})",
                           R"({"data":[{"id":"x"}],"hasMore":false,"incompleteResults":"true"})"}) {
    check_soon_refused({200, body}, errc::unavailable, "it says that it is partial");
  }
  BOOST_TEST(rows_when_second_is({200, R"({"data":[{"id":"d"}],"hasMore":false,"partial":false})"}) == 4u);
}

BOOST_AUTO_TEST_CASE(with_members_for_errors_that_hold_none_are_pages) {
  for (const char* none :
       {"null", "false", "\"\"", "[]", "{ }", "0", R"({"code":0,"message":""})", R"({"code":null,"fatal":false})"}) {
    const std::string members = std::string(R"(,"error":)") + none + R"(,"errors":)" + none + R"(,"success":true})";
    BOOST_TEST(rows_when_second_is({200, R"({"data":[{"id":"d"}],"hasMore":false)" + members}) == 4u, none);
  }
}

BOOST_AUTO_TEST_CASE(that_report_a_lost_cursor_or_a_rate_limit_with_200_are_taken_at_their_word) {
  answer("c1", {{200, R"({"error":"CURSOR_EXPIRED"})"}, {200, R"({"data":[],"hasMore":false})"}});
  BOOST_TEST((read_pages().distinct() == std::set<std::string>{"a", "b", "c"}));
  BOOST_TEST(counters.cursor_resets == 1u);
  answer("c1", {{200, R"({"error":"RATE_LIMIT_EXCEEDED"})"}, {200, R"({"data":[],"hasMore":false})"}});
  BOOST_TEST(read_pages().ids.size() == 3u);
}

BOOST_AUTO_TEST_CASE(of_another_shape_are_described_and_soon_refused) {
  for (const auto& [body, text] :
       {std::pair{R"({"items":[],"count":0})", R"("items" (array), "count" (a number); expected)"},
        {R"([{"id":"x"}])", "a JSON array"},
        {R"({"hasMore":false})", R"(without an array "data")"},
        {R"({"data":{"id":"x"},"hasMore":false})", R"("data" (object))"},
        {R"({"data":null})", R"("data" (null))"},
        {R"({"data":[],"hasMore":"perhaps"})", R"("hasMore" is neither)"},
        {R"({"data":[],"nextCursor":{"id":7}})", R"("nextCursor" is neither text nor a number but object)"},
        {R"({"data":[],"hasMore":true,"pagination":{"hasMore":false}})", "both that there is more"},
        {R"({"data":[],"nextCursor":"x","meta":{"nextCursor":"y"}})", "two different"},
        {R"({"data":[],"data":[],"hasMore":false})", "two arrays"},
        {R"({"data":[],"hasMore":true})", "no next cursor"},
        {R"({"data":[],"hasMore":true,"nextCursor":"c1"})", "leads to itself"},
        {R"({"data":[{"id":NaN}],"hasMore":false})", "event 0 (counted from 0) of the page is no JSON at byte 15"},
        {"{\"data\":[{\"id\":\"a\tb\"}],\"hasMore\":false}", "a byte 0x09"},
        {"\xff\xfe{", "UTF-16"},
        {"\x1f\x8b\x08", "`compression`"}}) {
    check_soon_refused({200, body}, errc::bad_data, text);
  }
}

BOOST_AUTO_TEST_CASE(of_another_shape_from_the_first_one_on_are_a_matter_of_configuration) {
  api.fault = [](const received_request&) { return reply{200, R"({"results":[]})"}; };
  BOOST_CHECK_EXCEPTION(read_pages(), ingest::error, fails_with(errc::config, "`base_url` and `events_path`"));
}

BOOST_AUTO_TEST_CASE(with_numbers_that_are_none_or_bare_control_characters_have_only_those_events_refused) {
  auto o = options(http_endpoint::standard);
  o.parser.tolerant = true;
  answer(
      "c1",
      {{200,
        "{\"data\":[{\"id\":\"d\",\"x\":NaN,\"y\":-Infinity},{\"id\":\"e\",\"s\":\"a\tb\nc\"}],\"hasMore\":false}"}});
  BOOST_TEST(read(o).ids.size() == 5u);
  answer("c1", {{200, R"({"data":[{"id":"d","x":nan}],"hasMore":false})"}});
  BOOST_CHECK_EXCEPTION(read(o), ingest::error, fails_with(errc::bad_data, "event 0"));
}

BOOST_AUTO_TEST_CASE(that_refuse_a_request_are_quoted) {
  const std::string html = "<html><head><title>Down for maintenance</title></head></html>";
  for (const auto& [body, text] : {std::pair<std::string, std::string>{
                                       R"({"error":{"code":17,"message":"no such field"}})", "(17: no such field)"},
                                   {R"({"errors":[{"detail":"x","message":"no such field"}]})", "(no such field)"},
                                   {R"({"type":"about:blank","title":"Bad Request","detail":"limit is too large"})",
                                    "limit is too large: Bad Request"},
                                   {"limit is too large\n", "(limit is too large)"},
                                   {html, "(Down for maintenance)"}}) {
    answer("c1", {{422, body}});
    BOOST_CHECK_EXCEPTION(read_pages(), ingest::error, fails_with(errc::config, "HTTP 422 "));
    BOOST_CHECK_EXCEPTION(read_pages(), ingest::error, fails_with(errc::config, text));
  }
}

BOOST_AUTO_TEST_SUITE_END()

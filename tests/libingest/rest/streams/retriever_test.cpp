// A slice read page by page: what is asked for, what comes of it, and that it goes on where it was stopped.
#define BOOST_TEST_MODULE retriever
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/cursors/datetime_cursor.hpp"
#include "rest/decoders/json_decoder.hpp"
#include "rest/paginators/cursor_pagination.hpp"
#include "rest/paginators/offset_increment.hpp"
#include "rest/paginators/page_increment.hpp"
#include "rest/partitions/single_partition.hpp"
#include "rest/streams/parent_stream.hpp"
#include "rest/streams/patient_reader.hpp"
#include "rest/streams/retriever.hpp"
#include "rest/transformations/add_fields.hpp"
#include "support/stderr_capture.hpp"

namespace {

using namespace ingest::rest;

interpolation text(std::string content) {
  return interpolation(std::move(content), "the stream, line 2");
}

std::shared_ptr<const variables> config() {
  auto known = std::make_shared<variables>();
  known->set("config", value::from_json(R"({"a": 1})"));
  return known;
}

request_option in_query(const std::string& name) {
  return {request_option::target::request_parameter, {text(name)}};
}

/// Gives answers in turn, and notes what was asked for.
class scripted_requester final : public requester {
 public:
  struct step {
    std::string body;
    int status = 200;
    request_outcome::kind what = request_outcome::kind::answered;
    bool fails = false;
    std::string link = "";
  };
  explicit scripted_requester(std::vector<step> steps) : steps_(std::move(steps)) {}

  request_outcome send(const variables& given, const request_options& injected, const std::optional<std::string>& path,
                       const std::stop_token&) override {
    BOOST_REQUIRE(given.find("config") != nullptr && given.find("stream_slice") != nullptr);
    asked += path.value_or("") + value::dict_of(injected.parameters).to_json() +
             given.find("next_page_token")->to_json() + "\n";
    BOOST_REQUIRE_LT(next_, steps_.size());
    const step& now = steps_[next_++];
    if (now.fails) {
      throw request_failure(ingest::errc::config, "the API has no such page", now.status);
    }
    const std::vector<ingest::http_header> headers =
        now.link.empty() ? std::vector<ingest::http_header>() : std::vector<ingest::http_header>{{"Link", now.link}};
    return {now.what, answer(now.status, headers, now.body, "https://a")};
  }

  value described(const variables&) const override { return {}; }

  std::string asked;

 private:
  std::vector<step> steps_;
  std::size_t next_ = 0;
};

struct scene {
  std::shared_ptr<scripted_requester> requests;
  std::shared_ptr<stream_reading> reading;
};

scene make(std::vector<scripted_requester::step> steps, std::shared_ptr<const pagination_strategy> strategy,
           record_selector_options selecting = {}) {
  scene made{std::make_shared<scripted_requester>(std::move(steps)), std::make_shared<stream_reading>()};
  selecting.extractor = record_extractor({text("data")}, *config());
  paginator_options pages{std::move(strategy)};
  pages.page_token_option = in_query("page");
  pages.where = "the paginator, line 4";
  made.reading->where = "the stream, line 2";
  made.reading->requests = made.requests;
  made.reading->decoding = std::make_shared<json_decoder>();
  made.reading->selecting = std::make_shared<record_selector>(std::move(selecting));
  made.reading->pages = std::make_shared<paginator>(std::move(pages), *config());
  made.reading->known = config();
  return made;
}

std::shared_ptr<const pagination_strategy> pages_of(const char* size) {
  return std::make_shared<page_increment>(page_increment_options{text(size), 1, true}, *config());
}

std::shared_ptr<const pagination_strategy> by_cursor(const char* cursor_value) {
  return std::make_shared<cursor_pagination>(cursor_pagination_options{text(cursor_value)}, *config());
}

std::string shown(const stream_page& page) {
  std::string all;
  for (std::size_t i = 0; i < page.records.size(); ++i) {
    all += std::string(page.records[i]) + " ";
  }
  return all + page.position + (page.last ? "." : "") + "\n";
}

std::string records_of(slice_reader& from) {
  std::string all;
  while (const auto page = from.read({})) {
    for (std::size_t i = 0; i < page->records.size(); ++i) {
      all += std::string(page->records[i]) + "\n";
    }
  }
  return all;
}

/// Asks again as often as a run does, and waits for nothing.
patient_reader patient(const scene& of, stream_slice slice = {}) {
  ingest::timing at_once;
  at_once.wait = [](auto, const auto&) { return true; };
  patient_reader reader(std::make_unique<retriever>(of.reading, std::move(slice), nullptr), of.reading->where,
                        {.max_attempts = 6}, at_once);
  reader.open({});
  return reader;
}

/// Any window of records by "at", from the second of the month on.
std::shared_ptr<const cursor> daily(bool data_feed, std::chrono::system_clock::time_point now = {}) {
  datetime_cursor_options of{text("at"), {text("2024-01-01")}};
  of.end_datetime = min_max_datetime{text("2024-02-01")};
  of.datetime_format = "%Y-%m-%d";
  of.is_data_feed = data_feed;
  of.start_time_option = in_query("since");
  return std::make_shared<datetime_cursor>(of, config(), [now] { return now; });
}

bool is(const ingest::error& fault, ingest::errc code, std::string_view word) {
  return fault.code() == code && std::string_view(fault.what()).find(word) != std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slices_of_connectors)

BOOST_AUTO_TEST_CASE(a_slice_is_read_page_by_page) {
  const auto scene = make({{R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[{"id":3}]})"}}, pages_of("2"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  const auto first = reader.read({});
  BOOST_REQUIRE(first);
  BOOST_TEST(shown(*first).starts_with(R"({"id":1} {"id":2} {"page":")"));
  BOOST_TEST(shown(*first).ends_with("\",\"so_far\":2,\"token\":2}\n"));
  const auto second = reader.read({});
  BOOST_TEST(second->last);
  BOOST_TEST(second->records.size() == 1U);
  BOOST_TEST(!reader.read({}));
  BOOST_TEST(scene.requests->asked == "{\"page\":1}{\"next_page_token\":1}\n{\"page\":2}{\"next_page_token\":2}\n");
}

BOOST_AUTO_TEST_CASE(a_slice_goes_on_behind_each_of_its_pages) {
  const std::vector<scripted_requester::step> steps = {{R"({"data":[{"id":1}],"next":"b"})"},
                                                       {R"({"data":[],"next":"c"})"},
                                                       {R"({"data":[{"id":2},{"id":3}],"next":null})"}};
  std::string whole;
  {
    const auto scene = make(steps, by_cursor("{{ response.next }}"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    whole = records_of(reader);
  }
  for (std::size_t stopped_behind = 1; stopped_behind <= steps.size(); ++stopped_behind) {
    const auto before = make(steps, by_cursor("{{ response.next }}"));
    retriever reader(before.reading, {}, nullptr);
    reader.open({});
    std::string all;
    std::string position;
    for (std::size_t i = 0; i < stopped_behind; ++i) {
      const auto page = reader.read({});
      position = page->position;
      for (std::size_t k = 0; k < page->records.size(); ++k) {
        all += std::string(page->records[k]) + "\n";
      }
    }
    const auto after = make({steps.begin() + static_cast<std::ptrdiff_t>(stopped_behind), steps.end()},
                            by_cursor("{{ response.next }}"));
    retriever resumed(after.reading, {}, nullptr);
    resumed.open(position);
    BOOST_TEST(all + records_of(resumed) == whole);
  }
}

BOOST_AUTO_TEST_CASE(pagination_sees_headers_last_records_and_unfiltered_counts) {
  record_selector_options filtered;
  filtered.condition = text("{{ record.id > 1 }}");
  const auto scene = make(
      {{.body = R"({"data":[{"id":1},{"id":2}]})", .link = "<https://a/2>; rel=\"next\""}, {R"({"data":[{"id":1}]})"}},
      by_cursor("{{ headers['link']['next']['url'] if last_page_size == 2 and last_record.id == 2 else '' }}"),
      filtered);
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":2}\n");
  BOOST_TEST(scene.requests->asked == "{}null\n{\"page\":\"https://a/2\"}{\"next_page_token\":\"https://a/2\"}\n");
}

BOOST_AUTO_TEST_CASE(a_response_shows_its_records_where_they_are_looked_at) {
  const auto scene = make({{R"({"data":[{"id":1},{"id":9}]})"}, {R"({"data":[]})"}},
                          by_cursor("{{ response.data[-1].id if response.data else none }}"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  records_of(reader);
  BOOST_TEST(scene.requests->asked == "{}null\n{\"page\":9}{\"next_page_token\":9}\n");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_ignored_ends_the_slice) {
  const auto scene = make({{R"({"data":[{"id":1}]})", 404, request_outcome::kind::ignored}}, pages_of("1"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  const auto page = reader.read({});
  BOOST_TEST(page->records.empty());
  BOOST_TEST(page->last);
  const auto ok =
      make({{R"({"data":[{"id":1}]})", 200, request_outcome::kind::ignored}, {R"({"data":[]})"}}, pages_of("2"));
  retriever other(ok.reading, {}, nullptr);
  other.open({});
  BOOST_TEST(records_of(other) == "{\"id\":1}\n");
}

BOOST_AUTO_TEST_CASE(an_api_that_does_not_look_at_the_page_is_noticed) {
  const std::string page = R"({"data":[{"id":1},{"id":2}]})";
  for (const bool raw : {true, false}) {
    record_selector_options selecting;
    selecting.condition = raw ? std::nullopt : std::optional(text("True"));
    const auto scene = make({{page}, {page}}, pages_of("2"), selecting);
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    reader.read({});
    BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error, [](const ingest::error& e) {
      return is(e, ingest::errc::bad_data, "the paginator, line 4");
    });
  }
}

BOOST_AUTO_TEST_CASE(an_api_that_gives_fewer_records_in_a_page_than_are_asked_for_is_read_to_its_end) {
  const std::vector<scripted_requester::step> steps = {
      {R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[{"id":3},{"id":4}]})"}, {R"({"data":[{"id":5}]})"}};
  const std::string records = "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n{\"id\":5}\n";
  const auto paged = make(steps, pages_of("50"));
  retriever reader(paged.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == records);
  const auto counted = make(steps, std::make_shared<offset_increment>(offset_increment_options{text("50")}));
  retriever other(counted.reading, {}, nullptr);
  other.open({});
  BOOST_TEST(records_of(other) == records);
  BOOST_TEST(counted.requests->asked ==
             "{}null\n{\"page\":2}{\"next_page_token\":2}\n{\"page\":4}{\"next_page_token\":4}\n");
}

BOOST_AUTO_TEST_CASE(a_short_page_is_the_last_one_where_nothing_else_comes_behind_it) {
  const std::string page = R"({"data":[{"id":1},{"id":2}]})";
  const std::vector<scripted_requester::step> ends = {{R"({"data":[]})"},
                                                      {"{}"},
                                                      {R"({"data":[{"id":2},{"id":1}]})"},
                                                      {"", 404, request_outcome::kind::answered, true},
                                                      {"", 404, request_outcome::kind::ignored}};
  for (const auto& end : ends) {
    const auto scene = make({{page}, end, end}, pages_of("50"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n");
  }
}

BOOST_AUTO_TEST_CASE(what_is_behind_a_short_page_is_looked_at_as_well_after_a_stop) {
  const auto before = make({{R"({"data":[{"id":1},{"id":2}]})"}}, pages_of("50"));
  retriever reader(before.reading, {}, nullptr);
  reader.open({});
  const auto first = reader.read({});
  BOOST_TEST(!first->last);
  const auto refused = make({{"", 404, request_outcome::kind::answered, true}}, pages_of("50"));
  retriever resumed(refused.reading, {}, nullptr);
  resumed.open(first->position);
  const auto last = resumed.read({});
  BOOST_TEST(last->last);
  BOOST_TEST(last->records.empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_or_a_failure_behind_a_short_page_is_no_end) {
  const scripted_requester::step two = {R"({"data":[{"id":1},{"id":2}]})"};
  for (const int status : {0, 401, 403, 429, 503}) {
    const auto scene = make({two, {"", status, request_outcome::kind::answered, true}}, pages_of("50"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_CHECK_THROW(records_of(reader), ingest::error);
  }
  const auto capped = make({two, {R"({"data":[{"id":3},{"id":4}]})"}, {"", 404, request_outcome::kind::answered, true}},
                           pages_of("50"));
  retriever reader(capped.reading, {}, nullptr);
  reader.open({});
  const ingest::testing::stderr_capture written;
  BOOST_TEST(records_of(reader).size() == 36U, "the records of two pages");
  BOOST_TEST(written.text().find("page_not_there") != std::string::npos, written.text());
}

BOOST_AUTO_TEST_CASE(pagination_sees_records_that_a_filter_leaves_out) {
  record_selector_options selecting;
  selecting.condition = text("{{ record.id > 2 }}");
  const auto scene = make({{R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[{"id":3}]})"}, {R"({"data":[]})"}},
                          by_cursor("{{ last_record.id if last_page_size > 0 else '' }}"), selecting);
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":3}\n");
}

BOOST_AUTO_TEST_CASE(nothing_at_all_behind_a_full_page_is_no_end) {
  const auto scene = make({{R"({"data":[{"id":1},{"id":2}]})"}, {""}, {""}}, pages_of("2"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  reader.read({});
  BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::bad_data, "without a body"); });
}

BOOST_AUTO_TEST_CASE(a_data_feed_goes_on_behind_records_that_are_newer_than_its_end) {
  const auto since = daily(true, std::chrono::sys_days(std::chrono::year(2024) / 6 / 1));
  record_selector_options selecting;
  selecting.filter = since->filter();
  const auto scene = make({{R"({"data":[{"at":"2024-03-02"},{"at":"2024-03-01"}]})"},
                           {R"({"data":[{"at":"2024-01-20"},{"at":"2024-01-05"}]})"}},
                          pages_of("2"), selecting);
  retriever reader(scene.reading, {}, since->watch("2024-01-10"));
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"at\":\"2024-01-20\"}\n");
}

BOOST_AUTO_TEST_CASE(a_data_feed_whose_pages_bear_one_time_each_is_not_taken_for_known_by_the_first) {
  const auto since = daily(true);
  record_selector_options selecting;
  selecting.filter = since->filter();
  const auto scene = make({{R"({"data":[{"at":"2024-01-05"},{"at":"2024-01-05"}]})"},
                           {R"({"data":[{"at":"2024-01-20"},{"at":"2024-01-20"}]})"},
                           {R"({"data":[]})"}},
                          pages_of("2"), selecting);
  retriever reader(scene.reading, {}, since->watch("2024-01-10"));
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"at\":\"2024-01-20\"}\n{\"at\":\"2024-01-20\"}\n");
}

BOOST_AUTO_TEST_CASE(a_data_feed_of_which_several_pages_bear_one_time_is_not_taken_for_known) {
  const auto since = daily(true);
  record_selector_options selecting;
  selecting.filter = since->filter();
  const auto scene = make({{R"({"data":[{"at":"2024-01-05"},{"at":"2024-01-05"}]})"},
                           {R"({"data":[{"at":"2024-01-05"},{"at":"2024-01-05"},{"x":1}]})"},
                           {R"({"data":[{"at":"2024-01-05"},{"at":"2024-01-20"}]})"},
                           {R"({"data":[]})"}},
                          pages_of("2"), selecting);
  retriever reader(scene.reading, {}, since->watch("2024-01-10"));
  reader.open({});
  BOOST_TEST(records_of(reader).find("2024-01-20") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(behind_pages_that_have_been_the_last_ones_is_looked_three_times) {
  page_lengths lengths;
  lengths.note(4);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(lengths.may_be_full(4));
    BOOST_TEST(!lengths.may_be_full(3), "there was a longer one");
    lengths.note_end_behind(4);
  }
  BOOST_TEST(!lengths.may_be_full(4));
  lengths.note(7);
  BOOST_TEST(lengths.may_be_full(7));
  lengths.note_more_behind(7);
  lengths.note_end_behind(7);
  lengths.note_end_behind(7);
  lengths.note_end_behind(7);
  BOOST_TEST(lengths.may_be_full(7), "it is the most that the API gives");
  page_lengths round;
  round.note(50);
  for (int i = 0; i < 10; ++i) {
    round.note_end_behind(50);
  }
  BOOST_TEST(round.may_be_full(50), "pages are often limited to as many");
}

BOOST_AUTO_TEST_CASE(an_error_in_place_of_records_is_no_end) {
  const auto refuses = [](const std::string& body) {
    const auto scene = make({{body}}, pages_of("2"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error, [](const ingest::error& e) {
      return is(e, ingest::errc::bad_data, "quota of today") && e.transient();
    });
  };
  refuses(R"({"error":{"message":"quota of today"}})");
  refuses(R"({"errors":["quota of today"],"dat":[]})");
  const auto none = make({{R"({"error":null,"message":"nothing found"})"}}, pages_of("2"));
  retriever reader(none.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader).empty());
}

BOOST_AUTO_TEST_CASE(an_error_beside_an_empty_list_is_no_end) {
  for (const char* beside : {R"("error":"overloaded")",
                             R"("errors":[{"message":"overloaded"}])",
                             R"("Success":false,"ErrorMessage":"overloaded","Errors":["overloaded"])",
                             R"("errcode":-1,"errmsg":"overloaded")",
                             R"("code":50000,"message":"overloaded")",
                             R"("code":-1,"msg":"overloaded")",
                             R"("errorCode":"SYSTEM","message":"overloaded")",
                             R"("hasError":true,"message":"overloaded")",
                             R"("partial":true,"detail":"overloaded")",
                             R"("message":"the search is overloaded")",
                             R"("warnings":["overloaded, results are not whole"])",
                             R"("retcode":"40013","errmsg":"overloaded")",
                             R"("code":"500","message":"overloaded")",
                             R"("timed_out":true,"reason":"overloaded")",
                             R"("_shards":{"total":5,"failed":2},"reason":"overloaded")",
                             R"("response":{"success":false,"error":"overloaded"})",
                             R"("success":false,"message":"overloaded")",
                             R"("ok":false,"error":"overloaded")",
                             R"("status":"ERROR","message":"overloaded")",
                             R"("code":503,"message":"overloaded")",
                             R"("meta":{"status":"failed","message":"overloaded"})"}) {
    const std::string body = R"({"data":[],)" + std::string(beside) + "}";
    for (const bool raw : {true, false}) {
      record_selector_options selecting;
      selecting.condition = raw ? std::nullopt : std::optional(text("True"));
      const auto scene = make({{body}}, pages_of("2"), selecting);
      retriever reader(scene.reading, {}, nullptr);
      reader.open({});
      BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error, [](const ingest::error& e) {
        return e.transient() && is(e, ingest::errc::bad_data, "overloaded");
      });
    }
    const auto ignored = make({{body, 200, request_outcome::kind::ignored}}, pages_of("2"));
    retriever reader(ignored.reading, {}, nullptr);
    reader.open({});
    BOOST_TEST(records_of(reader).empty());
  }
  for (const char* beside : {R"("error":null)",
                             R"("errors":[])",
                             R"("success":true)",
                             R"("status":"ok","code":200)",
                             R"("status":"active")",
                             R"("count":500)",
                             R"("error":{"code":"ok","message":"","log_id":"7"})",
                             R"("error":{"code":0})",
                             R"("error":"none","error_message":"Success")",
                             R"("errors":{"count":0})",
                             R"("errcode":0,"errmsg":"ok")",
                             R"("result":"FAILURE","displayName":"build 7")",
                             R"("code":10000,"msg":"no rows")",
                             R"("code":1,"msg":"no rows")",
                             R"("code":20000,"message":"Operation successful")",
                             R"("code":49,"message":"")",
                             R"("code":7,"msg":"操作成功")",
                             R"("errorCode":"SUCCESS","message":"OK")",
                             R"("errorCode":200)",
                             R"("errorCode":"NONE","error":{"code":0,"message":"OK"})",
                             R"("errorMessage":"N/A","err":"nil")",
                             R"("errors":3,"message":"lines to mend")",
                             R"("code":404,"message":"No records found")",
                             R"("code":100,"message":"Aucun résultat")",
                             R"("code":1404,"message":"No records found")",
                             R"("code":10003,"msg":"暂无数据")",
                             R"("code":403,"name":"an account")",
                             R"("done":false,"title":"a task")",
                             R"("number":3,"pages":12)"}) {
    const scripted_requester::step empty = {R"({"data":[],)" + std::string(beside) + "}"};
    auto reader = patient(make({empty, empty, empty, empty}, pages_of("2")));
    BOOST_TEST(records_of(reader).empty());
  }
}

BOOST_AUTO_TEST_CASE(an_error_is_no_record_and_records_of_a_failure_are_not_all) {
  const auto read = [](const std::string& body, bool whole_answer) {
    const auto scene = make({{body}}, by_cursor(""));
    record_selector_options selecting;
    selecting.extractor =
        record_extractor(whole_answer ? std::vector<interpolation>() : std::vector{text("data")}, *config());
    scene.reading->selecting = std::make_shared<record_selector>(std::move(selecting));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    return records_of(reader);
  };
  const auto refused = [](const ingest::error& e) {
    return e.transient() && is(e, ingest::errc::bad_data, "overloaded");
  };
  BOOST_CHECK_EXCEPTION(read(R"({"error":"overloaded","message":"come back","code":7})", true), ingest::error, refused);
  BOOST_CHECK_EXCEPTION(read(R"({"data":[{"id":1}],"success":false,"error":"overloaded"})", false), ingest::error,
                        refused);
  BOOST_TEST(read(R"([{"id":1,"success":false,"error":"overloaded"}])", true) ==
             R"({"id":1,"success":false,"error":"overloaded"})"
             "\n");
  BOOST_TEST(read(R"({"id":1,"error":"overloaded"})", true) == R"({"id":1,"error":"overloaded"})"
                                                               "\n");
}

BOOST_AUTO_TEST_CASE(data_of_graphql_beside_errors_is_not_whole) {
  const std::string records = R"("data":[{"id":1}])";
  for (const bool raw : {true, false}) {
    record_selector_options selecting;
    selecting.condition = raw ? std::nullopt : std::optional(text("True"));
    for (const char* beside :
         {R"("errors":[{"message":"timeout","path":["a",1]}],"meta":{})", R"("errors":[{"message":"timeout"}])"}) {
      const auto scene = make({{"{" + records + "," + beside + "}"}}, by_cursor(""), selecting);
      retriever reader(scene.reading, {}, nullptr);
      reader.open({});
      BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error, [](const ingest::error& e) {
        return e.transient() && is(e, ingest::errc::bad_data, "timeout");
      });
    }
    for (const std::string& whole : {"{" + records + R"(,"errors":[]})", "{" + records + R"(,"errors":["late"]})",
                                     "{" + records + R"(,"errors":[{"message":"gone"}],"meta":{}})"}) {
      const auto other = make({{whole}}, by_cursor(""), selecting);
      retriever good(other.reading, {}, nullptr);
      good.open({});
      BOOST_TEST(records_of(good) == "{\"id\":1}\n");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_answer_without_records_that_says_that_more_comes_is_asked_for_again) {
  using steps = std::vector<scripted_requester::step>;
  const scripted_requester::step empty = {R"({"data":[],"meta":{"has_more":true}})"};
  const auto scene = make({empty, empty, {R"({"data":[{"id":1}]})"}}, by_cursor("{{ response.next }}"));
  auto reader = patient(scene);
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n");
  const auto refused = [](const ingest::error& e) {
    return is(e, ingest::errc::bad_data, "`meta.has_more` says that more comes") && !e.transient();
  };
  for (const auto& strategy : {by_cursor("{{ response.next }}"), pages_of("2")}) {
    auto always = patient(make(steps(20, empty), strategy));
    BOOST_CHECK_EXCEPTION(always.read({}), ingest::error, refused);
  }
  steps behind_a_short_page(20, empty);
  behind_a_short_page.front() = {R"({"data":[{"id":1}]})"};
  auto last = patient(make(behind_a_short_page, pages_of("2")));
  BOOST_CHECK_EXCEPTION(records_of(last), ingest::error, refused);
}

BOOST_AUTO_TEST_CASE(a_page_that_only_we_have_asked_for_may_be_refused_or_be_one_that_has_come) {
  const scripted_requester::step first = {R"({"data":[{"id":1},{"id":2}],"total":500})"};
  const scripted_requester::step second = {R"({"data":[{"id":3}],"total":500})"};
  const scripted_requester::step refused = {"", 404, request_outcome::kind::answered, true};
  for (const auto& behind : {first, second, refused}) {
    const auto scene = make({first, second, behind}, pages_of("2"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  }
  const auto told = make({{R"({"data":[{"id":1}],"has_more":false})"}}, pages_of("2"));
  retriever reader(told.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n", "nobody looks behind what says that it is the last one");
}

BOOST_AUTO_TEST_CASE(totals_are_known_behind_a_page_that_was_asked_for_once_more) {
  const auto scene = make({{R"({"data":[{"id":1},{"id":2}],"total":3})"},
                           {"<html>"},
                           {R"({"data":[],"total":3})"},
                           {R"({"data":[{"id":3}],"total":3})"}},
                          pages_of("2"));
  auto reader = patient(scene);
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
}

BOOST_AUTO_TEST_CASE(totals_are_known_to_whoever_goes_on_behind_a_page_of_another_process) {
  const auto before = make({{R"({"data":[{"id":1},{"id":2}],"total":3})"}}, pages_of("2"));
  retriever first(before.reading, {}, nullptr);
  first.open({});
  const std::string position = first.read({})->position;
  const scripted_requester::step empty = {R"({"data":[],"total":3})"};
  const auto behind = make({empty, {R"({"data":[{"id":3}],"total":3})"}, empty}, pages_of("2"));
  auto reader = patient(behind);
  reader.open(position);
  BOOST_TEST(records_of(reader) == "{\"id\":3}\n");
}

BOOST_AUTO_TEST_CASE(an_empty_page_in_the_middle_is_no_end_where_the_answer_says_how_many_there_are) {
  for (const char* beside : {R"("page":2,"total_pages":4)", R"("total":3)", R"("has_more":true)"}) {
    const scripted_requester::step first = {R"({"data":[{"id":1},{"id":2}]})"};
    const scripted_requester::step empty = {R"({"data":[],)" + std::string(beside) + "}"};
    const scripted_requester::step none = {R"({"data":[]})"};
    auto reader = patient(make({first, empty, empty, empty, {R"({"data":[{"id":3}]})"}, none}, pages_of("2")));
    BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    for (const std::size_t times : {1U, 2U}) {
      std::vector<scripted_requester::step> passing = {first};
      passing.insert(passing.end(), times, empty);
      passing.insert(passing.end(), {{R"({"data":[{"id":3},{"id":4}]})"}, none});
      auto other = patient(make(passing, pages_of("2")));
      BOOST_TEST(records_of(other) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n", "the same page again");
    }
  }
  // Of pages that are known to be counted from 0, the last but one is not the last one.
  auto counted = patient(make({{R"({"hits":[],"data":[],"page":3,"nbPages":5})"},
                               {R"({"data":[{"id":1}],"page":3,"nbPages":5})"},
                               {R"({"data":[],"page":4,"nbPages":5})"}},
                              pages_of("2")));
  BOOST_TEST(records_of(counted) == "{\"id\":1}\n");
  // The last of pages that are counted from 0.
  const auto last =
      make({{R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[],"page":3,"total_pages":4})"}}, pages_of("2"));
  retriever reader(last.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n");
}

BOOST_AUTO_TEST_CASE(an_empty_page_behind_others_is_not_the_end_while_there_is_patience) {
  const scripted_requester::step first = {R"({"data":[{"id":1},{"id":2}],"total":9})"};
  const scripted_requester::step empty = {R"({"data":[],"total":9})"};
  const scripted_requester::step last = {R"({"data":[],"total":2})"};
  // Each time, the page behind it is looked at, too, once it was asked for three times.
  std::vector<scripted_requester::step> passing = {first};
  passing.insert(passing.end(), 8, empty);
  passing.insert(passing.end(), {{R"({"data":[{"id":3},{"id":4}],"total":9})"}, last});
  auto reader = patient(make(passing, pages_of("2")));
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
  std::vector<scripted_requester::step> always(40, empty);
  always.front() = first;
  auto believed = patient(make(always, pages_of("2")));
  BOOST_TEST(records_of(believed) == "{\"id\":1}\n{\"id\":2}\n", "it may be the total of something else");
}

BOOST_AUTO_TEST_CASE(an_answer_in_mid_slice_without_the_place_of_records_is_looked_at_with_patience) {
  const scripted_requester::step first = {R"({"data":[{"id":1},{"id":2}]})"};
  const scripted_requester::step busy = {R"({"messages":[{"text":"come back"}]})"};
  const scripted_requester::step more = {R"({"data":[{"id":3}],"has_more":false})"};
  auto reader = patient(make({first, busy, busy, busy, more}, pages_of("2")));
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  // Some APIs leave an empty list away at the end of each slice.
  std::vector<scripted_requester::step> steps;
  for (const std::size_t times : {6U, 6U, 6U, 2U}) {
    steps.push_back(first);
    steps.insert(steps.end(), times, busy);
  }
  const auto scene = make(steps, pages_of("2"));
  for (int slice = 0; slice < 4; ++slice) {
    auto one = patient(scene);
    BOOST_TEST(records_of(one) == "{\"id\":1}\n{\"id\":2}\n");
  }
}

BOOST_AUTO_TEST_CASE(a_page_behind_one_that_was_said_to_be_the_last_may_be_refused) {
  const scripted_requester::step refused = {"", 404, request_outcome::kind::answered, true};
  for (const char* beside : {R"("next":null)", R"("count":2,"next":null)", R"("total":2)", R"("has_more":false)"}) {
    const auto scene = make({{R"({"data":[{"id":1},{"id":2}],)" + std::string(beside) + "}"}, refused}, pages_of("2"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n");
  }
  // Behind a page that is shorter than others, counted until one is empty.
  const auto until_empty = std::make_shared<page_increment>(page_increment_options{{}, 1, true}, *config());
  const auto shorter = make({{R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[{"id":3}]})"}, refused}, until_empty);
  retriever counted(shorter.reading, {}, nullptr);
  counted.open({});
  BOOST_TEST(records_of(counted) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  for (const char* beside : {R"("next":"/page/2")", R"("total":3)", R"("id":1)"}) {
    const auto scene = make({{R"({"data":[{"id":1},{"id":2}],)" + std::string(beside) + "}"}, refused}, pages_of("2"));
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_CHECK_THROW(records_of(reader), ingest::error);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_page_that_leads_back_to_itself_twice_is_the_end) {
  const scripted_requester::step back = {R"({"data":[],"next":"b"})"};
  const auto scene = make({{R"({"data":[{"id":1}],"next":"b"})"}, back, back}, by_cursor("{{ response.next }}"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n");
  const auto later = make({{R"({"data":[{"id":1}],"next":"b"})"}, back, {R"({"data":[{"id":2}],"next":""})"}},
                          by_cursor("{{ response.next }}"));
  retriever other(later.reading, {}, nullptr);
  other.open({});
  BOOST_TEST(records_of(other) == "{\"id\":1}\n{\"id\":2}\n");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_to_come_is_not_one_without_records) {
  const scripted_requester::step accepted = {R"({"data":[]})", 202};
  auto reader = patient(make({accepted, {R"({"data":[{"id":1}]})"}}, by_cursor("")));
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n");
}

BOOST_AUTO_TEST_CASE(a_page_that_only_we_have_asked_for_may_be_refused_in_words_alone) {
  std::vector<scripted_requester::step> steps(20, {R"({"code":40001,"message":"page exceeds total pages","data":[]})"});
  steps.front() = {R"({"data":[{"id":1}]})"};
  auto reader = patient(make(steps, pages_of("2")));
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n");
  steps.front() = {R"({"data":[{"id":1}],"total":2})"};
  auto other = patient(make(steps, pages_of("2")));
  BOOST_CHECK_THROW(records_of(other), ingest::error);
}

BOOST_AUTO_TEST_CASE(totals_that_are_of_something_else_are_heeded_three_times) {
  const std::string page = R"({"data":[{"id":1}],"total":500})";
  const auto scene =
      make({{page}, {R"({"data":[]})"}, {page}, {R"({"data":[]})"}, {page}, {R"({"data":[]})"}, {page}}, pages_of("2"));
  for (int slice = 0; slice < 4; ++slice) {
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_TEST(records_of(reader) == "{\"id\":1}\n");
  }
}

BOOST_AUTO_TEST_CASE(records_that_are_elsewhere_now_are_not_taken_for_none) {
  const scripted_requester::step renamed = {R"({"items":[{"id":1}]})"};
  for (const auto& answer : {renamed, scripted_requester::step{R"({"result":{"items":[{"id":1}]}})"}}) {
    const auto scene = make({answer}, by_cursor(""));
    scene.reading->known_by = {"id"};
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error, [](const ingest::error& e) {
      return e.transient() && is(e, ingest::errc::bad_data, "items\" whose objects look like them");
    });
  }
  // Lists of something else, and parts of an object that is a record itself.
  for (const char* none : {R"({"dimensionHeaders":[{"name":"a"}],"links":[{"href":"/","rel":"self"}]})",
                           R"({"id":7,"line_items":[{"id":1}]})"}) {
    const auto scene = make({{none}}, by_cursor(""));
    scene.reading->known_by = {"id"};
    retriever reader(scene.reading, {}, nullptr);
    reader.open({});
    BOOST_TEST(records_of(reader).empty());
  }
  // The API leaves the list away where it would be empty.
  const scripted_requester::step none = {R"({"total":0,"tags":["a"]})"};
  const auto left_away = make({{R"({"data":[{"id":7}]})"}, renamed, renamed, renamed, none, none, none}, by_cursor(""));
  left_away.reading->known_by = {"id"};
  for (const char* records : {"{\"id\":7}\n", "", ""}) {
    auto slice = patient(left_away);
    BOOST_TEST(records_of(slice) == records);
  }
}

BOOST_AUTO_TEST_CASE(rows_that_are_there_are_not_replaced_by_nothing_that_anybody_has_said) {
  for (const bool has_rows : {true, false}) {
    const auto replaces = [has_rows](const std::stop_token&) { return has_rows; };
    for (const char* body : {"{}", "", "null", R"({"message":"come back later"})"}) {
      const auto scene = make({{body}, {body}}, by_cursor(""));
      scene.reading->replaces_rows = replaces;
      retriever reader(scene.reading, {}, nullptr);
      reader.open({});
      if (has_rows) {
        BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error, [](const ingest::error& e) {
          return e.transient() && is(e, ingest::errc::bad_data, "it is left as it is");
        });
      } else {
        BOOST_TEST(records_of(reader).empty());
      }
    }
    const auto counted = make(std::vector<scripted_requester::step>(30, {R"({"data":[],"total":237})"}), pages_of("2"));
    counted.reading->replaces_rows = replaces;
    auto of_counted = patient(counted);
    if (has_rows) {
      BOOST_CHECK_THROW(of_counted.read({}), ingest::error);
    } else {
      BOOST_TEST(records_of(of_counted).empty());
    }
    stream_slice some;
    some.part.values = value::from_json(R"({"parent":1})");
    const auto part = make({{"{}"}}, by_cursor(""));
    part.reading->replaces_rows = replaces;
    retriever of_part(part.reading, some, nullptr);
    of_part.open({});
    const auto none = of_part.read({});
    BOOST_TEST(none->records.size() == 0U, "others may have records");
    BOOST_TEST(none->position == R"({"ended":true,"unseen":true})", "the ledger knows of all");
    for (const char* body :
         {R"({"data":[],"status":"error"})", R"({"data":[],"code":"INTERNAL_ERROR"})", R"({"data":[],"success":0})",
          R"({"data":[],"count":5})", R"({"data":""})", "[]", R"({"data":[],"status":"pending"})"}) {
      const auto scene = make(std::vector<scripted_requester::step>(30, {body}), by_cursor(""));
      scene.reading->replaces_rows = replaces;
      auto reader = patient(scene);
      if (has_rows) {
        BOOST_TEST_CONTEXT(body) {
          BOOST_CHECK_THROW(reader.read({}), ingest::error);
        }
      } else {
        BOOST_TEST(records_of(reader).empty());
      }
    }
    for (const char* body : {R"({"data":[]})", R"({"data":null})"}) {
      const auto scene = make({{body}}, by_cursor(""));
      scene.reading->replaces_rows = replaces;
      retriever reader(scene.reading, {}, nullptr);
      reader.open({});
      BOOST_TEST(records_of(reader).empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_answer_without_the_place_of_records_behind_others_is_asked_for_again) {
  const auto scene = make({{R"({"data":[{"id":1},{"id":2}]})"}, {""}, {R"({"data":[{"id":3}]})"}}, pages_of("2"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
}

BOOST_AUTO_TEST_CASE(a_data_feed_with_its_oldest_records_first_is_read_to_its_end) {
  for (const bool raw : {true, false}) {
    const auto since = daily(true);
    record_selector_options selecting;
    selecting.filter = since->filter();
    selecting.condition = raw ? std::nullopt : std::optional(text("True"));
    const auto scene = make({{R"({"data":[{"at":"2024-01-02"},{"at":"2024-01-05"}]})"},
                             {R"({"data":[{"at":"2024-01-20"},{"at":"2024-01-22"}]})"},
                             {R"({"data":[]})"}},
                            pages_of("2"), selecting);
    retriever reader(scene.reading, {}, since->watch("2024-01-10"));
    reader.open({});
    BOOST_TEST(records_of(reader) == "{\"at\":\"2024-01-20\"}\n{\"at\":\"2024-01-22\"}\n");
  }
}

BOOST_AUTO_TEST_CASE(a_data_feed_ends_with_the_first_record_that_is_known) {
  const auto since = daily(true);
  record_selector_options selecting;
  selecting.filter = since->filter();
  auto scene = make({{R"({"data":[{"at":"2024-01-20"},{"at":"2024-01-15"}]})"},
                     {R"({"data":[{"at":"2024-01-12"},{"at":"2024-01-05"}]})"}},
                    pages_of("2"), selecting);
  scene.reading->of_window = [&](request_options& to, const value& slice, const variables& given) {
    since->inject(to, slice, given);
  };
  retriever reader(scene.reading, {{}, *since->windows("2024-01-10")->next()}, since->watch("2024-01-10"));
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"at\":\"2024-01-20\"}\n{\"at\":\"2024-01-15\"}\n{\"at\":\"2024-01-12\"}\n");
  BOOST_TEST(scene.requests->asked.starts_with("{\"page\":1,\"since\":\"2024-01-10\"}"));
}

BOOST_AUTO_TEST_CASE(what_a_cursor_saw_before_a_stop_counts_behind_it) {
  const auto since = daily(false);
  const auto before = make({{R"({"data":[{"at":"2024-01-20"},{"at":"2024-01-15"}]})"}}, pages_of("2"));
  retriever reader(before.reading, {}, since->watch({}));
  reader.open({});
  const auto page = reader.read({});
  const auto after = make({{R"({"data":[{"at":"2024-01-02"}]})"}, {R"({"data":[]})"}}, pages_of("2"));
  retriever resumed(after.reading, {}, since->watch({}));
  resumed.open(page->position);
  resumed.read({});
  const auto last = resumed.read({});
  BOOST_TEST(last->last);
  BOOST_TEST(last->observed.text() == "2024-01-20T00:00:00.000000+0000");
}

BOOST_AUTO_TEST_CASE(an_api_may_ask_once_to_begin_anew_before_it_has_given_records) {
  const auto reset = request_outcome::kind::pagination_reset;
  const auto scene = make({{"", 400, reset}, {R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[{"id":3}]})"}},
                          by_cursor("{{ 'b' if last_page_size == 2 else '' }}"));
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  BOOST_TEST(records_of(reader) == "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
  const auto late = make({{R"({"data":[{"id":1},{"id":2}]})"}, {"", 400, reset}},
                         by_cursor("{{ 'b' if last_page_size == 2 else '' }}"));
  retriever behind(late.reading, {}, nullptr);
  behind.open({});
  behind.read({});
  BOOST_CHECK_THROW(behind.read({}), ingest::error);  // its records would be there twice
  const auto again = make({{"", 400, reset}, {"", 400, reset}}, pages_of("2"));
  retriever other(again.reading, {}, nullptr);
  other.open({});
  other.read({});
  BOOST_CHECK_THROW(other.read({}), ingest::error);
}

BOOST_AUTO_TEST_CASE(further_pages_may_go_without_what_the_slice_puts_in) {
  auto scene =
      make({{R"({"data":[{"id":1}],"next":"b"})"}, {R"({"data":[],"next":""})"}}, by_cursor("{{ response.next }}"));
  scene.reading->of_partition = [](request_options& to, const value& slice, const variables&) {
    to.parameters.set("id", *slice.find("id"));
  };
  scene.reading->ignore_slice_on_further_pages = true;
  retriever reader(scene.reading, {{value::from_json(R"({"id":5})")}}, nullptr);
  reader.open({});
  records_of(reader);
  BOOST_TEST(scene.requests->asked == "{\"id\":5}null\n{\"page\":\"b\"}{\"next_page_token\":\"b\"}\n");
}

BOOST_AUTO_TEST_CASE(what_slice_and_paginator_put_into_one_place_is_refused) {
  auto scene = make({}, pages_of("2"));
  scene.reading->of_partition = [](request_options& to, const value&, const variables&) {
    to.parameters.set("page", value::integer_of(5));
  };
  retriever reader(scene.reading, {}, nullptr);
  reader.open({});
  BOOST_CHECK_EXCEPTION(reader.read({}), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::config, "page"); });
}

BOOST_AUTO_TEST_CASE(a_stop_and_an_odd_position_are_told) {
  const auto scene = make({}, pages_of("2"));
  retriever reader(scene.reading, {}, nullptr);
  BOOST_CHECK_THROW(reader.open("odd"), ingest::error);
  reader.open({});
  std::stop_source stop;
  stop.request_stop();
  BOOST_CHECK_EXCEPTION(reader.read(stop.get_token()), ingest::error,
                        [](const ingest::error& e) { return e.code() == ingest::errc::cancelled; });
}

BOOST_AUTO_TEST_CASE(a_parent_gives_its_records_page_by_page) {
  record_selector_options selecting;
  selecting.transformations = {
      std::make_shared<add_fields>(std::vector<added_field>{{{"b"}, text("{{ record.id }}")}})};
  const auto scene = make({{R"({"data":[{"id":1},{"id":2}]})"}, {R"({"data":[{"id":3}]})"}}, pages_of("2"), selecting);
  parent_stream parent(
      [] { return std::make_unique<stream_slices>(std::make_shared<single_partition>(), nullptr, stream_progress()); },
      [&](const planned_slice& planned) { return std::make_unique<retriever>(scene.reading, planned.slice, nullptr); });
  parent.begin();
  const auto first = parent.next({});
  BOOST_TEST(value::list_of(first->records).to_json() == R"([{"id":1,"b":1},{"id":2,"b":2}])");
  BOOST_TEST(parent.next({})->records.size() == 1U);
  BOOST_TEST(!parent.next({}));
}

BOOST_AUTO_TEST_SUITE_END()

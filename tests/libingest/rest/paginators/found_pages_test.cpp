// What answers say of further pages and of their records, and when they are not believed.
#include <boost/test/unit_test.hpp>
#include <string>

#include "ingest/error.hpp"
#include "rest/paginators/cursor_pagination.hpp"
#include "rest/paginators/found_pagination.hpp"
#include "rest/paginators/watched_pagination.hpp"
#include "rest/selectors/record_search.hpp"

using namespace ingest;
using namespace ingest::rest;

namespace {

struct said {
  std::string response = "{}";
  std::string headers = "{}";
  std::size_t extracted = 3;
  std::string asked = {};
  bool in_list = false;
};

/// The token, "end", or what the error says.
std::string next(const pagination_strategy& by, const said& what) {
  variables given;
  given.set("response", value::from_json(what.response));
  given.set("headers", value::from_json(what.headers));
  given.set("config", value::dict_of({}));
  const auto asked = what.asked.empty() ? std::nullopt : std::optional(value::from_json(what.asked));
  try {
    const auto token = by.next_token({given, what.extracted, what.extracted, nullptr, what.in_list}, asked);
    return token && token->truth() ? token->to_json() : "end";
  } catch (const error& e) {
    return std::string("error: ") + e.what();
  }
}

error refused(const pagination_strategy& by, const said& what) {
  variables given;
  given.set("response", value::from_json(what.response));
  given.set("headers", value::from_json(what.headers));
  const auto asked = what.asked.empty() ? std::nullopt : std::optional(value::from_json(what.asked));
  try {
    by.next_token({given, what.extracted, what.extracted, nullptr, what.in_list}, asked);
  } catch (const error& e) {
    return e;
  }
  BOOST_FAIL("was believed: " + what.response);
  throw std::logic_error("not reached");
}

std::string found(const said& what, std::int64_t size = 0) {
  return next(found_pagination(size, "the paginator, line 4"), what);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string searched(const record_search& search, const std::string& body) {
  try {
    return search.path_in(body).to_text();
  } catch (const error& e) {
    return e.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pagination_that_is_found)

BOOST_AUTO_TEST_CASE(follows_what_many_apis_say_of_the_next_page) {
  const auto url = [](const std::string& place) {
    return R"({"by":"url","place":")" + place + R"(","path":"https://a/2"})";
  };
  const auto parameter = [](const std::string& by, const std::string& place, const std::string& name,
                            const std::string& content) {
    return R"({"by":")" + by + R"(","place":")" + place + R"(","name":")" + name + R"(","content":)" + content + "}";
  };
  BOOST_TEST(found({R"([])", R"({"link":{"next":{"url":"https://a/2"}}})", 3, "", true}) == url("the header Link"));
  BOOST_TEST(found({R"({"next":"https://a/2"})"}) == url("next"));
  BOOST_TEST(found({R"({"@odata.nextLink":"https://a/2"})"}) == url("@odata.nextLink"));
  BOOST_TEST(found({R"({"_links":{"next":{"href":"https://a/2"}}})"}) == url("_links.next.href"));
  BOOST_TEST(found({R"({"meta":{"next_cursor":"x"}})"}) == parameter("token", "meta.next_cursor", "cursor", "\"x\""));
  BOOST_TEST(found({R"({"nextPageToken":"x"})"}) == parameter("token", "nextPageToken", "pageToken", "\"x\""));
  BOOST_TEST(found({R"({"paging":{"next":{"after":"7"}}})"}) ==
             parameter("token", "paging.next.after", "after", "\"7\""));
  const auto counted = [](const std::string& by, const std::string& place, int content, int last) {
    return R"({"by":")" + by + R"(","place":")" + place + R"(","name":")" + place + R"(","content":)" +
           std::to_string(content) + R"(,"seen":3,"step":3,"last":)" + std::to_string(last) + "}";
  };
  BOOST_TEST(found({R"({"page":1,"total_pages":3})"}) == counted("page", "page", 2, 3));
  BOOST_TEST(found({R"({"startAt":0,"total":7})"}) == counted("offset", "startAt", 3, 7));
  BOOST_TEST(found({"[]", R"({"X-Next-Page":"2"})", 3, "", true}) ==
             parameter("next_number", "the header X-Next-Page", "page", "2"));
}

BOOST_AUTO_TEST_CASE(ends_where_the_answer_says_so) {
  for (const char* const response :
       {R"({"next":null})", R"({"has_more":false})", R"({"page":3,"total_pages":3})", R"({"offset":4,"total":7})",
        R"({"pageInfo":{"hasNextPage":false,"endCursor":"x"}})", R"({"meta":{"after_cursor":"x","has_more":false}})",
        R"({"total":20})", R"({"links":{"prev":"https://a/1","next":null}})"}) {
    BOOST_TEST(found({response, "{}", has(response, "20") ? 20U : 3U}) == "end", response);
  }
  BOOST_TEST(found({"{}"}) == "end", "three records are less than any page");
}

BOOST_AUTO_TEST_CASE(is_an_error_where_it_is_not_certain_that_the_first_page_is_all) {
  BOOST_TEST(has(found({"[]", "{}", 100, "", true}), "has 100 records, as if it were cut off there"));
  BOOST_TEST(has(found({"{}", "{}", 7}, 7), "has 7 records"));
  for (const char* const response :
       {R"({"has_more":true})", R"({"nextKey":"x"})", R"({"total":9})", R"({"continue":"x"})", R"({"next":"7fa"})",
        R"({"odd":{"next":"https://a/2"}})", R"({"LastEvaluatedKey":{"cursor":"x"}})", R"({"next":null,"total":9})",
        R"({"meta":{"scroll_id":"x"}})", R"({"last":false})", R"({"next":"?page=2"})"}) {
    BOOST_TEST(has(found({response}), "error: the paginator, line 4: the answer does not say"), response);
    BOOST_TEST(has(found({response}), "paginate"), response);
  }
}

// Pipedrive, Intercom, Django, HAL, JSON:API, FHIR, Salesforce, Algolia, Spring, Yii, WordPress, ASP.NET, Azure,
// GraphQL … each with its answers of a first page and of the only one.
BOOST_AUTO_TEST_CASE(heeds_how_many_apis_call_it) {
  struct told {
    const char* response;
    const char* headers;
    const char* outcome;  // a part of the token, "end", or a part of the error
  };
  const told all[] = {
      {R"({"additional_data":{"pagination":{"start":0,"limit":3,"more_items_in_collection":true,"next_start":3}}})",
       "{}", R"("name":"start","content":3)"},
      {R"({"additional_data":{"pagination":{"start":0,"limit":3,"more_items_in_collection":false}}})", "{}", "end"},
      {R"({"pages":{"type":"pages","page":1,"next":{"page":2,"starting_after":"x"},"total_pages":3}})", "{}",
       R"("name":"starting_after","content":"x")"},
      {R"({"pages":{"type":"pages","page":1,"next":null,"total_pages":1}})", "{}", "end"},
      {R"({"paging":{"next":{"odd":"x"}}})", "{}", "`paging.next` looks as if more came"},
      {R"({"LastEvaluatedKey":{"pk":{"S":"x"}},"Count":3})", "{}", "`LastEvaluatedKey` looks as if more came"},
      {R"({"LastEvaluatedKey":{}})", "{}", "end"},
      {R"({"continue":{"cmcontinue":"page|x","continue":"-||"}})", "{}", "`continue` looks as if more came"},
      {R"({"links":[{"rel":"self","href":"https://a/1"},{"rel":"next","href":"https://a/2"}]})", "{}",
       R"("path":"https://a/2")"},
      {R"({"links":[{"rel":"self","href":"https://a/1"},{"rel":"prev","href":"https://a/0"}]})", "{}", "end"},
      {R"({"link":[{"relation":"next","url":"/2"}]})", "{}", R"("path":"/2")"},
      {R"({"links":[{"rel":["next"],"href":"?page=2"}]})", "{}", "`links (next)` looks as if more came"},
      {R"({"_links":{"next":{"href":"/2"}}})", "{}", R"("path":"/2")"},
      {R"({"links":{"next":{"href":"https://a/2","meta":{}}}})", "{}", R"("path":"https://a/2")"},
      {R"({"done":false})", "{}", "`done` says that more comes"},
      {R"({"done":false,"nextRecordsUrl":"/q/2"})", "{}", R"("path":"/q/2")"},
      {R"({"complete":false})", "{}", "`complete` says that more comes"},
      {R"({"lastPage":false})", "{}", "`lastPage` says that more comes"},
      {R"({"meta":{"isLast":false}})", "{}", "`meta.isLast` says that more comes"},
      {R"({"endOfRecords":false})", "{}", "`endOfRecords` says that more comes"},
      {R"({"has_more":"true"})", "{}", "`has_more` says that more comes"},
      {R"({"has_more":1})", "{}", "`has_more` says that more comes"},
      {R"({"has_more":"false"})", "{}", "end"},
      {R"({"remaining":5})", "{}", "`remaining` looks as if more came"},
      {R"({"remaining":0})", "{}", "end"},
      {R"({"page":0,"nbPages":2,"nbHits":6,"hitsPerPage":3})", "{}", R"("content":1)"},
      {R"({"page":0,"nbPages":1,"nbHits":3,"hitsPerPage":3})", "{}", "end"},
      {R"({"page":{"last":false,"number":0,"totalPages":2}})", "{}", R"("name":"page","content":1)"},
      {R"({"meta":{"page":{"current":1,"last":2}}})", "{}", R"("name":"page","content":2)"},
      {R"({"page":1,"per_page":3,"total":7})", "{}", R"("last":3)"},
      {R"({"total_pages":4})", "{}", "`total_pages` looks as if more came"},
      {R"({"total_pages":1})", "{}", "end"},
      {R"({"data":{"a":{"b":{"pageInfo":{"hasNextPage":true,"endCursor":"x"}}}}})", "{}", "looks as if more came"},
      {R"({"data":{"pageInfo":{"hasNextPage":true,"endCursor":"x"}}})", "{}", R"("name":"after","content":"x")"},
      {"{}", R"({"X-WP-Total":"7","X-WP-TotalPages":"3"})", R"("name":"page","content":2)"},
      {"{}", R"({"X-WP-Total":"3","X-WP-TotalPages":"1"})", "end"},
      {"{}", R"({"x-total-pages":"3"})", "`the header X-Total-Pages` looks as if more came"},
      {"{}", R"({"x-total-pages":"1"})", "end"},
      {"{}", R"({"X-Pagination-Current-Page":"1","X-Pagination-Page-Count":"3"})", R"("name":"page","content":2)"},
      {"{}", R"({"X-Has-More":"true"})", "`the header X-Has-More` says that more comes"},
      {"{}", R"({"X-Next-Cursor":"x"})", R"("name":"cursor","content":"x")"},
      {"{}", R"({"X-Next-Cursor":""})", "end"},
      {"{}", R"({"x-ms-continuationtoken":"x"})", R"("name":"continuationToken","content":"x")"},
      {"{}", R"({"X-Next-Page":"https://a/2"})", R"("path":"https://a/2")"},
      {"{}", R"({"X-Next-Page":"abc"})", "`the header X-Next-Page` looks as if more came"},
      {"{}", R"({"X-Next-Page":""})", "end"},
      {"{}", R"({"Content-Range":"items 0-2/319"})", "`the header Content-Range` looks as if more came"},
      {"{}", R"({"Content-Range":"0-2/3"})", "end"},
      {"{}", R"({"X-Pagination":"{\"totalCount\":7,\"currentPage\":1,\"totalPages\":3}"})",
       R"("name":"page","content":2)"},
      {"{}", R"({"X-Pagination":"{\"HasNext\":true}"})", "says that more comes"},
      {"{}", R"({"X-Pagination":"{oh"})", "`the header X-Pagination` looks as if more came"},
  };
  for (const told& one : all) {
    const std::string outcome = found({one.response, one.headers});
    BOOST_TEST((std::string(one.outcome) == "end" ? outcome == "end" : has(outcome, one.outcome)),
               std::string(one.response) + " " + one.headers + ": " + outcome);
  }
}

BOOST_AUTO_TEST_CASE(is_not_alarmed_by_what_only_sounds_like_it) {
  for (const char* const response :
       {R"({"last":{"id":5}})", R"({"first":1,"last":"x"})", R"({"total":"12.50 EUR"})", R"({"total":1250.75})",
        R"({"total":{"amount":1250}})", R"({"links":{"self":"/1"}})", R"({"links":[{"rel":"self","href":"/1"}]})",
        R"({"links":[{"title":"next","href":"/1"}]})", R"({"rate_limit":{"remaining":4999}})",
        R"({"job":{"complete":false,"done":false}})", R"({"complete":true,"done":true})", R"({"cursor":{"last":99}})",
        R"({"status":"done","page":1})", R"({"user":{"next":{"of":"kin"}}})", R"({"range":"0-2/319","size":3})"}) {
    BOOST_TEST(found({response}) == "end", std::string(response) + ": " + found({response}));
  }
  for (const char* const headers :
       {R"({"Content-Range":"bytes 0-2/319"})", R"({"Content-Range":"items 0-2/*"})", R"({"X-Pagination":"cursor"})",
        R"({"X-RateLimit-Remaining":"4999"})", R"({"X-Page":"1"})"}) {
    BOOST_TEST(found({"{}", headers}) == "end", headers);
  }
  BOOST_TEST(has(found({R"({"complete":true})", "{}", 100}), "as if it were cut off"),
             "that is said of a job, perhaps");
}

BOOST_AUTO_TEST_CASE(goes_on_behind_a_page_without_records_where_pages_are_counted) {
  const auto token = [](const std::string& by, int content, const std::string& more) {
    return R"({"by":")" + by + R"(","place":")" + by + R"(","name":")" + by + R"(","content":)" +
           std::to_string(content) + more + "}";
  };
  const std::string known = R"(,"seen":6,"step":3,"last":5)";
  const std::string page3 = R"({"page":3,"total_pages":5})";
  const std::string again = found({page3, "{}", 0, token("page", 3, known)});
  BOOST_TEST(again == token("page", 3, known + R"(,"again":true)"), "it is asked for once more: " + again);
  BOOST_TEST(found({page3, "{}", 0, again}) == token("page", 4, known));
  BOOST_TEST(has(found({page3, "{}", 3, again}), R"("content":4,"seen":9)"));
  const std::string offsets = R"(,"seen":6,"step":3,"last":12)";
  const std::string at6 = R"({"offset":6,"total":12})";
  const std::string once_more = found({at6, "{}", 0, token("offset", 6, offsets)});
  BOOST_TEST(has(once_more, R"("content":6)"));
  BOOST_TEST(found({at6, "{}", 0, once_more}) == token("offset", 9, offsets));
}

BOOST_AUTO_TEST_CASE(is_not_complete_where_fewer_records_came_than_the_api_says_there_are) {
  const std::string last = R"({"by":"page","place":"page","name":"page","content":4,"seen":6,"step":3,"last":4})";
  BOOST_TEST(has(found({R"({"page":4,"total_pages":4,"total":11})", "{}", 2, last}),
                 "says that there are 11 records, but all its pages together had 8"));
  BOOST_TEST(found({R"({"page":4,"total_pages":4,"total":8})", "{}", 2, last}) == "end");
  BOOST_TEST(found({R"({"page":4,"total_pages":4,"total":1250})", "{}", 2, last}) == "end", "a sum of money");
  const std::string offset =
      R"({"by":"offset","place":"offset","name":"offset","content":9,"seen":6,"step":3,"last":11})";
  BOOST_TEST(has(found({R"({"offset":9,"total":11})", "{}", 2, offset}), "says that there are 11 records"));
  const said first{R"({"offset":0,"total":11})", "{}", 0};
  const std::string again = found(first);
  BOOST_TEST(has(found({first.response, "{}", 0, again}), "all its pages together had 0"));
}

BOOST_AUTO_TEST_CASE(refuses_an_end_that_the_answer_contradicts) {
  const std::string url = R"({"by":"url","place":"next","path":"https://a/2"})";
  BOOST_TEST(has(found({R"({"next":null,"offset":50,"total":237})", "{}", 0, url}), "`offset` is 50 of 237"));
  BOOST_TEST(has(found({R"({"next":null,"page":3,"total_pages":5})", "{}", 0, url}), "`page` is 3 of 5"));
  BOOST_TEST(found({R"({"next":null,"page":4,"total_pages":5})", "{}", 3, url}) == "end", "pages are counted from 0");
  const std::string page = R"({"by":"page","place":"page","name":"page","content":3,"seen":6,"step":3,"last":5})";
  BOOST_TEST(has(found({"{}", "{}", 0, page}), "though the page before said that more comes"));
  const error forgotten = refused(found_pagination(0, "p"), {R"({"next":null,"has_more":true})", "{}", 0, url});
  BOOST_TEST(forgotten.exit_code() == 65);
  BOOST_TEST(forgotten.transient());
}

BOOST_AUTO_TEST_CASE(counts_pages_that_only_their_number_is_known_of) {
  const char* const headers = R"({"X-WP-TotalPages":"3"})";
  const std::string second = found({"{}", headers});
  const std::string third = found({"{}", headers, 3, second});
  BOOST_TEST(has(third, R"("content":3,"seen":6)"));
  BOOST_TEST(found({"{}", headers, 1, third}) == "end");
}

BOOST_AUTO_TEST_CASE(does_not_take_members_of_a_record_for_what_the_answer_says) {
  BOOST_TEST(found({R"({"next_due":"2026-01-01","total":500})", "{}", 3, "", true}) == "end");
}

BOOST_AUTO_TEST_CASE(goes_on_as_it_has_begun_and_notices_that_an_api_does_not_listen) {
  const std::string page = R"({"by":"page","place":"page","name":"page","content":2})";
  BOOST_TEST(has(found({R"({"page":2,"total_pages":3})", "{}", 3, page}), R"("content":3)"));
  BOOST_TEST(found({R"({"page":2,"total_pages":2})", "{}", 3, page}) == "end");
  BOOST_TEST(has(found({R"({"page":1,"total_pages":3})", "{}", 3, page}), "does not look at the page"));
  BOOST_TEST(has(found({"{}", "{}", 3, page}), "not in the answer any more"));
  BOOST_TEST(found({"{}", "{}", 0, page}) == "end");
  const std::string url = R"({"by":"url","place":"next","path":"https://a/2"})";
  BOOST_TEST(has(found({R"({"next":"https://a/2"})", "{}", 3, url}), "does not look at the page"));
  BOOST_TEST(found({R"({"next":null})", "{}", 100, url}) == "end");
  BOOST_TEST(found({"{}", "{}", 100, url}) == "end");
  BOOST_TEST(has(found({R"({"has_more":true})", "{}", 3, url}), "says that more comes"));
  BOOST_TEST(has(found({R"({"meta":{"next_cursor":"x"}})", "{}", 3, url}), "in its place"));
  BOOST_TEST(has(found({"{}", "{}", 3, "5"}), "begun by other rules"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pagination_that_is_watched)

BOOST_AUTO_TEST_CASE(is_not_believed_where_its_first_page_is_the_last_and_more_seems_to_come) {
  const auto cursor = std::make_shared<cursor_pagination>(
      cursor_pagination_options{interpolation("{{ (response.get('meta') or {}).get('nxt') }}", "the strategy")},
      variables());
  const watched_pagination watched(cursor, "the paginator, line 4");
  BOOST_TEST(next(watched, {R"({"meta":{"nxt":"a"}})"}) == "\"a\"");
  BOOST_TEST(next(watched, {R"({"meta":{"total":3}})"}) == "end");
  BOOST_TEST(has(next(watched, {R"({"meta":{"next":"b"}})"}), "line 4: the first page would be the last one"));
  BOOST_TEST(has(next(watched, {R"({"has_more":true})"}), "`has_more` says that more comes"));
  BOOST_TEST(next(watched, {R"({"meta":{"next_cursor":"b"},"has_more":false})"}) == "end");
  BOOST_TEST(next(watched, {R"({"meta":{"next":"b"}})", "{}", 3, "\"a\""}) == "end",
             "behind the first page it is believed, unless the answer contradicts it");
  const std::string forgotten = next(watched, {R"({"has_more":true})", "{}", 3, "\"a\""});
  BOOST_TEST(has(forgotten, "`has_more` of the answer says that more comes"), forgotten);
  BOOST_TEST(next(watched, {R"({"has_more":false})", "{}", 3, "\"a\""}) == "end");
}

BOOST_AUTO_TEST_CASE(is_not_believed_where_what_was_named_for_it_says_that_more_comes) {
  const interpolation cursor("{{ (response.get('meta') or {}).get('next') }}", "the cursor");
  const interpolation stop("{{ not response.get('more_of_it') }}", "the condition");
  const watched_pagination watched(
      std::make_shared<cursor_pagination>(cursor_pagination_options{cursor, stop}, variables()),
      "the paginator, line 4", stop, cursor);
  BOOST_TEST(next(watched, {R"({"meta":{"next":"a"},"more_of_it":true})"}) == "\"a\"");
  BOOST_TEST(next(watched, {R"({"meta":{"next":"a"},"more_of_it":false})", "{}", 3, "\"a\""}) == "end");
  BOOST_TEST(next(watched, {R"({"has_more":true})", "{}", 3, "\"a\""}) == "end", "another name was said for it");
  for (const char* const response : {R"({"more_of_it":true})", R"({"meta":{"next":""},"more_of_it":1})",
                                     R"({"meta":{"next":null},"more_of_it":true})"}) {
    for (const std::size_t records : {0, 1, 3}) {
      const error first = refused(watched, {response, "{}", records});
      const error later = refused(watched, {response, "{}", records, "\"a\""});
      BOOST_TEST(first.exit_code() == 78);
      BOOST_TEST(later.exit_code() == 65);
      BOOST_TEST(later.transient(), "another try may mend it");
      BOOST_TEST(has(later.what(), "`more_of_it` of the answer says that more comes, but `meta.next`"), later.what());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(records_that_are_found)

BOOST_AUTO_TEST_CASE(are_the_only_list_of_objects) {
  BOOST_TEST(searched(record_search({}, "s"), R"({"a":{"items":[{"x":[{"y":1}]}]},"ids":[1]})") == "a/items");
  BOOST_TEST(searched(record_search({}, "s"), R"([{"x":1}])") == "");
  BOOST_TEST(searched(record_search({}, "s"), R"({"links":[{"rel":"next"}],"items":[{"x":1}]})") == "items");
  BOOST_TEST(searched(record_search({}, "s"), R"({"items":[],"ids":[1]})") == "items");
  BOOST_TEST(searched(record_search({}, "s"), R"({"items":[{"x":1}],"errors":[],"meta":{"tags":[]}})") == "items");
  BOOST_TEST(searched(record_search({}, "s"), "{}") == "");
  BOOST_TEST(searched(record_search({}, "s"), " ") == "");
}

BOOST_AUTO_TEST_CASE(are_asked_for_where_it_is_not_certain_which_they_are) {
  const record_search search({}, "orders, line 3");
  BOOST_TEST(
      searched(search, R"({"a":[{}],"b":{"c":[{},{}]}})") ==
      "orders, line 3: the answer has several lists of objects, at `a` (1), `b.c` (2): say with `records` which of "
      "them are the records");
  BOOST_TEST(has(searched(search, R"({"id":1})"), "has no list of objects: say with `records`"));
  BOOST_TEST(has(searched(search, R"({"ids":[1]})"), "but lists of other things at `ids`"));
  // When nothing is new, what is beside the records must not be taken for them.
  BOOST_TEST(has(searched(search, R"({"items":[],"notices":[{"id":1}]})"), "an empty one at `items`"));
  BOOST_TEST(has(searched(search, R"({"orders":[{"id":1}],"parts":[]})"), "an empty one at `parts`"));
  BOOST_TEST(searched(record_search({}, "s"), R"({"items":[{"id":1}],"notices":[]})") == "items");
  BOOST_TEST(searched(record_search({}, "s", "Customers"), R"({"customers":[{"id":1}],"tags":[]})") == "customers");
  BOOST_TEST(searched(record_search({}, "s"), R"({"issues":[{"id":1}],"warningMessages":[]})") == "issues");
}

BOOST_AUTO_TEST_CASE(stay_where_they_were) {
  const record_search search({}, "s");
  BOOST_TEST(searched(search, R"({"data":[{"x":1}],"included":[]})") == "data");
  BOOST_TEST(searched(search, R"({"data":[],"included":[{"x":1}]})") == "data");
  BOOST_TEST(searched(search, R"({"data":null,"included":[{"x":1}]})") == "data");
  BOOST_TEST(searched(search, R"({"message":"none"})") == "data");
  BOOST_TEST(
      has(searched(search, R"({"included":[{"x":1}]})"), "has nothing at `data`, where its records were before"));
  const record_search stated(record_search::path{"itmes"}, "s");
  BOOST_TEST(has(searched(stated, R"({"items":[{"x":1}]})"), "`itmes`, where its records should be"));
  BOOST_TEST(searched(stated, R"({"items":[]})") == "itmes");
  // Where it is known what records have, lists of other objects are none of them.
  const std::string others = R"({"headers":[{"name":"a"}],"more":{"items":[{"id":1}]}})";
  BOOST_TEST(stated.path_in(others, {"key"}).to_text() == "itmes");
  BOOST_CHECK_THROW(stated.path_in(others, {"id"}), ingest::error);
}

BOOST_AUTO_TEST_SUITE_END()

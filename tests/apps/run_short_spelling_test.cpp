// Each connector of examples/connectors in the short spelling, against an API of its own.
#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <functional>

#include "support/http_server.hpp"
#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

std::string record(int id, const std::string& more = "") {
  return "{\"id\":" + std::to_string(id) + more + "}";
}

/// Records from..to-1, each made by `make`, with commas.
std::string records(int from, int to, const std::function<std::string(int)>& make) {
  std::string all;
  for (int i = from; i < to; ++i) {
    all += (i == from ? "" : ",") + make(i);
  }
  return all;
}

int number_in(const received_request& r, const std::string& name, int otherwise = 0) {
  const std::string text = r.parameter(name);
  return text.empty() ? otherwise : std::stoi(text);
}

/// 45 issues by twenties; every ninth has no comments.
reply tracker(const received_request& r, const std::string& url) {
  if (r.header("authorization") != "Bearer tracker-token") {
    return {.status = 401, .body = "{}"};
  }
  if (r.path == "/v2/issues") {
    const int page = number_in(r, "page", 1);
    const int size = std::stoi(r.parameter("per_page"));
    const auto one = [](int i) {
      return "{\"number\":" + std::to_string(i) + ",\"updated_at\":\"2026-02-03T04:05:06Z\",\"title\":\"T\"}";
    };
    reply page_of_issues{.body = "[" + records((page - 1) * size, std::min(page * size, 45), one) + "]"};
    if (page * size < 45) {
      page_of_issues.headers = {{"Link", "<" + url + "/v2/issues?per_page=20&page=" + std::to_string(page + 1) +
                                             ">; rel=\"next\", <" + url + "/v2/issues?page=3>; rel=\"last\""}};
    }
    return page_of_issues;
  }
  const int issue = std::stoi(r.path.substr(std::string("/v2/issues/").size()));
  return issue % 9 == 0 ? reply{.status = 404, .body = "{}"}
                        : reply{.body = "[" + records(1, 3, [](int i) { return record(i, ",\"text\":\"C\""); }) + "]"};
}

reply contacts(const received_request& r) {
  if (r.path == "/token") {
    const bool known = r.body.find("client_id=me") != std::string::npos &&
                       r.body.find("grant_type=client_credentials") != std::string::npos;
    return known ? reply{.body = R"({"access_token":"of-the-moment","expires_in":3600})"}
                 : reply{.status = 400, .body = "{}"};
  }
  if (r.header("authorization") != "Bearer of-the-moment") {
    return {.status = 401, .body = "{}"};
  }
  if (r.path == "/people") {
    const int from = number_in(r, "cursor");
    const std::string next = from < 40 ? "\"" + std::to_string(from + 20) + "\"" : "null";
    return {.body = "{\"meta\":{\"next_cursor\":" + next + "},\"people\":[" +
                    records(from, from + 20, [](int i) { return record(i); }) + "]}"};
  }
  return {.body = R"({"companies":[{"name":"A"},{"name":"B"}],"total":2})"};
}

std::string day_of(int day) {
  const std::chrono::year_month_day d(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + std::chrono::days(day));
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::to_string(static_cast<int>(d.year())) + "-" + two(static_cast<unsigned>(d.month())) + "-" +
         two(static_cast<unsigned>(d.day()));
}

/// A measurement a day, two stations. `to` is not in the window.
reply weather(const received_request& r) {
  if (r.parameter("appid") != "weather-key") {
    return {.status = 401, .body = "{}"};
  }
  std::vector<std::string> all;
  for (int day = 0; day < 60; ++day) {
    if (day_of(day) >= r.parameter("from") && day_of(day) < r.parameter("to")) {
      for (const char* const station : {"n", "s"}) {
        all.push_back(std::string("{\"station\":\"") + station + "\",\"day\":\"" + day_of(day) +
                      "\",\"celsius\":1.50}");
      }
    }
  }
  // Never more than 12 at a time, whatever is asked for.
  const std::size_t skip = static_cast<std::size_t>(number_in(r, "page") - 1) * 12;
  std::string page;
  for (std::size_t i = skip; i < std::min(skip + 12, all.size()); ++i) {
    page += (page.empty() ? "" : ",") + all[i];
  }
  return {.body = "{\"data\":{\"values\":[" + page + "]},\"notes\":[{\"text\":\"none\"}]}"};
}

reply search(const received_request& r) {
  if (r.method != "POST" || r.header("authorization") != "Basic cmVhZGVyOnNlYXJjaC1wYXNzd29yZA==") {
    return {.status = 401, .body = "{}"};
  }
  const auto at = r.body.find("\"search_after\":");
  const int from = at == std::string::npos ? 0 : std::stoi(r.body.substr(at + 15));
  const bool sized = r.body.find("\"size\":10") != std::string::npos;
  const bool asked = r.body.find("\"query\":\"type:article\"") != std::string::npos;
  if (!sized || !asked) {
    return {.status = 400, .body = "{}"};
  }
  const auto one = [](int i) {
    return record(i, std::string(",\"score\":0.5,\"public\":") + (i % 5 == 0 ? "false" : "true"));
  };
  const std::string next = from < 20 ? std::to_string(from + 10) : "null";
  return {.body = "{\"hits\":{\"items\":[" + records(from, from + 10, one) + "],\"next\":" + next + "}}"};
}

reply library(const received_request& r) {
  if (r.parameter("lang") != "en" || r.parameter("rows") != "30") {
    return {.status = 400, .body = "{}"};
  }
  const int from = number_in(r, "start");
  const auto one = [](int i) { return "{\"isbn\":\"b" + std::to_string(i) + "\",\"shortTitle\":\"T\"}"; };
  return {.body = "{\"docs\":[" + records(from, std::min(from + 30, 70), one) + "],\"numFound\":70}"};
}

struct short_run : ingest_run {
  short_run() : ingest_run(1) {
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    for (const char* const name : {"CONTACTS", "SEARCH", "LIBRARY"}) {
      environment[name + std::string("_URL")] = server.url();
    }
    environment["TRACKER_URL"] = server.url("/v2");
    environment["TRACKER_TOKEN"] = "tracker-token";
    environment["CONTACTS_ID"] = "me";
    environment["CONTACTS_SECRET"] = "contacts-secret";
    environment["WEATHER_URL"] = server.url("/api");
    environment["WEATHER_KEY"] = "weather-key";
    environment["SEARCH_PASSWORD"] = "search-password";
  }

  reply answer(const received_request& r) const {
    return r.path.starts_with("/v2/")      ? tracker(r, server.url())
           : r.path == "/api/measurements" ? weather(r)
           : r.path == "/v1/search"        ? search(r)
           : r.path == "/books"            ? library(r)
           : r.path.starts_with("/odd")    ? reply{.body = odd}
                                           : contacts(r);
  }

  finished_process run_example(const std::string& name, std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), INGEST_SOURCE_DIR "/examples/connectors/" + name + ".yaml");
    return run("run", flags);
  }

  std::string written(const std::string& text) const {
    std::ofstream(directory / "odd.yaml") << "version: 1\napi: " << server.url() << "\nstreams:\n" << text;
    return (directory / "odd.yaml").string();
  }

  std::string odd;
  http_server server{[this](const received_request& r) { return answer(r); }};
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_short_spelling, short_run)

BOOST_AUTO_TEST_CASE(reads_a_tracker_page_by_page_and_what_belongs_to_each_issue) {
  const auto p = run_example("tracker");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM issues") == 45);
  BOOST_TEST(number("SELECT count(*) FROM comments") == 2 * 40, "five issues have none");
  BOOST_TEST(number("SELECT count(DISTINCT issue) FROM comments") == 40);
  BOOST_TEST(!has(p.err, "tracker-token"));
  BOOST_TEST(run_example("tracker").exit_code == 0);
  BOOST_TEST(number("SELECT count(*) FROM comments") == 2 * 40, "the second time, all are there");
}

BOOST_AUTO_TEST_CASE(finds_records_and_pages_of_an_address_book_by_itself) {
  const auto p = run_example("contacts");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM people") == 60);
  BOOST_TEST(number("SELECT count(*) FROM companies") == 2);
  BOOST_TEST(!has(p.err, "contacts-secret"));
}

BOOST_AUTO_TEST_CASE(loses_no_day_where_windows_meet_nor_where_an_api_gives_less_than_was_asked_for) {
  const auto p = run_example("weather");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM measurements") == 120);
  BOOST_TEST(database.value("SELECT concat_ws(' ', celsius, day) FROM measurements WHERE station = 'n' AND day = "
                            "'2026-01-11'") == "1.50 2026-01-11");
}

BOOST_AUTO_TEST_CASE(searches_by_post_with_a_cursor_in_the_body) {
  const auto p = run_example("search");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM hits") == 24, "six are not public");
  BOOST_TEST(number("SELECT count(*) FROM information_schema.columns WHERE table_name = 'hits' AND column_name = "
                    "'score'") == 0);
}

BOOST_AUTO_TEST_CASE(reads_a_library_by_offset) {
  const auto p = run_example("library");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(short_title) FROM books") == 70);
}

BOOST_AUTO_TEST_CASE(is_never_complete_behind_a_first_page_that_may_not_be_all) {
  const auto refused = [&](const std::string& stream, const std::string& answer, const std::string& why) {
    odd = answer;
    const auto p = run("run", {written("  odd: " + stream + "\n"), "--fresh", "--yes"});
    BOOST_TEST(p.exit_code == 78, p.err);
    BOOST_TEST(has(p.err, why), p.err);
  };
  refused("", "[" + records(0, 50, [](int i) { return record(i); }) + "]", "has 50 records, as if it were cut off");
  refused("", R"({"items":[{"id":1},{"id":2}],"has_more":true})", "has_more");
  refused("{paginate: {next_url: nxt}}", R"({"items":[{"id":1},{"id":2}],"next":"/odd?page=2"})", "next");
  refused("{paginate: none}", R"({"a":[{"id":1}],"b":[{"id":2}]})", "several lists of objects, at `a` (1), `b` (1)");
  refused("{paginate: none, records: itmes}", R"({"items":[{"id":1}]})", "nothing at `itmes`");
}

BOOST_AUTO_TEST_CASE(is_looked_at_without_its_api) {
  const auto good = run("validate", {INGEST_SOURCE_DIR "/examples/connectors/tracker.yaml", "--offline"});
  BOOST_TEST(good.exit_code == 0, good.err);
  BOOST_TEST(has(good.out, "runs   comments: key issue, id; merge; of issues"), good.out);
  const auto bad = run("validate", {written("  odd: {recods: x}\n"), "--offline"});
  BOOST_TEST(bad.exit_code == 78);
  BOOST_TEST(has(bad.err, "line 4: stream \"odd\" has no `recods`; did you mean `records`?"), bad.err);
}

BOOST_AUTO_TEST_CASE(tells_what_its_streams_become) {
  const std::string library_file = INGEST_SOURCE_DIR "/examples/connectors/library.yaml";
  const auto text = run("discover", {library_file});
  BOOST_TEST(text.exit_code == 0, text.err);
  BOOST_TEST(has(text.out, "books: table books; key isbn; replace; types of its first 70 records\n"), text.out);
  BOOST_TEST(has(text.out, "  short_title  text\n"), text.out);
  const auto ddl = run("discover", {library_file, "--ddl"});
  database.execute(ddl.out);
  BOOST_TEST(run_example("library").exit_code == 0);
  BOOST_TEST(number("SELECT count(short_title) FROM books") == 70);
}

BOOST_AUTO_TEST_CASE(asks_no_api_for_a_schema_that_it_has) {
  const auto p = run("discover", {INGEST_SOURCE_DIR "/examples/connectors/weather.yaml", "--json"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(
      has(p.out, R"("name":"measurements","table":"measurements","primary_key":["station","day"],"write":"merge")"),
      p.out);
  BOOST_TEST(has(p.out, R"("schema":"declared")"), p.out);
  BOOST_TEST(has(p.out, R"({"name":"celsius","type":"numeric"})"), p.out);
  BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(tells_of_the_other_streams_where_one_cannot_be_asked_for) {
  odd = R"({"companies":[]})";
  const auto p =
      run("discover", {written("  odd: {records: x}\n  books: {paginate: none, params: {lang: en, rows: 30}}\n")});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "odd: table odd; no key; replace; no records, so that its columns are not known"), p.out);
  odd = "[1]";
  const auto q = run("discover", {written("  odd:\n  books: {paginate: none, params: {lang: en, rows: 30}}\n")});
  BOOST_TEST(q.exit_code == 78, q.err);
  BOOST_TEST(has(q.out, "odd: not known: "), q.out);
  BOOST_TEST(has(q.out, "books: table books; no key; replace; types of its first 30 records"), q.out);
}

BOOST_AUTO_TEST_CASE(goes_on_with_another_key_but_not_with_another_account) {
  std::atomic<bool> fails{true};
  http_server own([&](const received_request& r) {
    const bool second = r.parameter("page") == "2";
    return second && fails ? reply{.status = 500, .body = "{}"}
                           : reply{.body = R"({"items":[)" + std::string(second ? "" : R"({"id":1})") + "]}"};
  });
  const std::string file = (directory / "accounts.yaml").string();
  std::ofstream(file) << "version: 1\napi: " << own.url() << R"(
streams:
  things:
    records: items
    key: id
    paginate: {page: {param: page}}
    params: {account: "${ACCOUNT}", key: "${API_KEY}"}
    headers: {X-Forwarded-For: "Bearer ${GH}", X-Password: "${SVC}"}
    errors: {retries: 0}
)";
  environment["RETRY_DEADLINE_MS"] = "50";
  environment["MAX_RESTARTS"] = "0";
  environment["ACCOUNT"] = "first";
  environment["API_KEY"] = environment["GH"] = environment["SVC"] = "one";
  BOOST_TEST(run("run", {file}).exit_code != 0);
  fails = false;
  environment["API_KEY"] = environment["GH"] = environment["SVC"] = "another";
  environment["ACCOUNT"] = "second";
  const auto other = run("run", {file});
  BOOST_TEST(other.exit_code == 78, other.err);
  environment["ACCOUNT"] = "first";
  const auto p = run("run", {file});
  BOOST_TEST(p.exit_code == 0, p.err);
}

BOOST_AUTO_TEST_CASE(hands_on_texts_that_look_like_something_else_as_they_are) {
  const std::vector<std::string> ids = {"2053131_6", "20531316", "0x10", "16", "1e5", "'q'", "q", "None", "[1]", "1_0"};
  std::vector<std::string> asked;
  http_server odd_api([&](const received_request& r) -> reply {
    if (r.path == "/posts") {
      return {.body =
                  "[" +
                  records(0, 10, [&](int i) { return "{\"id\":\"" + ids.at(static_cast<std::size_t>(i)) + "\"}"; }) +
                  "]"};
    }
    if (r.path == "/comments") {
      return {.body = R"([{"cid":1}])"};
    }
    // A token for each page, by which the next one is asked for.
    const std::string after = r.parameter("after");
    const auto page = std::find(ids.begin(), ids.end(), after) - ids.begin();
    const auto next = after.empty() ? 0U : static_cast<std::size_t>(page) + 1;
    return {.body = "{\"rows\":[" + record(static_cast<int>(next)) +
                    "],\"next\":" + (next < ids.size() ? "\"" + ids[next] + "\"" : "null") + "}"};
  });
  std::ofstream(directory / "texts.yaml") << "version: 1\napi: " << odd_api.url() << R"(
streams:
  posts: {key: id, paginate: none, records: .}
  comments: {path: "/comments", paginate: none, records: ., params: {of: "{posts.id}"}, add: {post: "{posts.id}", both: "{posts.id}{posts.id}"}, key: [post, cid]}
  tokens: {key: id, records: rows, paginate: {cursor: {param: after, from: next}}}
)";
  const auto p = run("run", {(directory / "texts.yaml").string()});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM comments c JOIN posts p ON c.post = p.id WHERE c.both = p.id || p.id") ==
             10U);
  BOOST_TEST(number("SELECT count(*) FROM tokens") == 11U);
}

BOOST_AUTO_TEST_CASE(takes_no_object_for_a_record_where_other_answers_were_lists) {
  for (const std::string odd_page : {R"({"title":"Too busy","detail":"come back"})", "{}", "\"please wait\""}) {
    http_server odd_api([&](const received_request& r) -> reply {
      const int page = number_in(r, "page", 1);
      return {.body = page == 3   ? odd_page
                      : page >= 6 ? "[]"
                                  : "[" + records(page * 10, page * 10 + 10, [](int i) { return record(i); }) + "]"};
    });
    std::ofstream(directory / "busy.yaml")
        << "version: 1\napi: " << odd_api.url()
        << "\nstreams:\n  rows: {key: id, records: ., paginate: {page: {param: page}}}\n";
    const auto p = run("run", {(directory / "busy.yaml").string(), "--fresh", "--yes"});
    BOOST_TEST(p.exit_code == 65, p.err);
    BOOST_TEST(has(p.err, "an answer is no list, as others are"), p.err);
  }
}

BOOST_AUTO_TEST_CASE(names_variables_that_are_missing) {
  environment.erase("TRACKER_TOKEN");
  const auto p = run_example("tracker");
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(has(p.err, "the environment has no TRACKER_TOKEN"), p.err);
}

BOOST_AUTO_TEST_SUITE_END()

// APIs that somebody wants to know, scripted: what is found out, and what is not claimed.
#include "rest/exploration/exploration.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>

#include "ingest/error.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/url_parts.hpp"
#include "support/fake_time.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::fake_time;

namespace {

struct scripted {
  int status = 200;
  std::string body = {};
  std::vector<http_header> headers = {};
};
using params = std::map<std::string, std::string>;
using script = std::function<scripted(const params& asked)>;

class scripted_api final : public http_transport {
 public:
  explicit scripted_api(script s) : script_(std::move(s)) {}

  exchange send(const http_request& request, const std::string& asked, const std::stop_token&) override {
    sent.push_back(request);
    params given;
    for (const auto& [name, content] : decoded_query(split_url(request.url).query.value_or(""))) {
      given[name] = content;
    }
    scripted s = script_(given);
    return {answer(s.status, s.headers, s.body, asked), {}};
  }

  std::vector<http_request> sent;

 private:
  script script_;
};

struct looked_at {
  explicit looked_at(script s, const std::string& address = "https://api.example.com/v1/orders",
                     const std::vector<std::string>& headers = {}, std::size_t most = 14)
      : api(parse_asked_api(address, headers,
                            [](const std::string& name) -> std::optional<std::string> {
                              return name == "TOKEN" ? std::optional<std::string>("s3cr3t-t0ken") : std::nullopt;
                            })),
        server(std::make_shared<scripted_api>(std::move(s))),
        transport(
            std::make_shared<polite_transport>(server, politeness{.most_requests = most, .time = time.as_timing()})),
        questions(api, transport, {}) {}

  explored_api explore() { return rest::explore(questions, "Written in a test, by"); }

  fake_time time;
  asked_api api;
  std::shared_ptr<scripted_api> server;
  std::shared_ptr<polite_transport> transport;
  api_questions questions;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int number_in(const params& asked, const std::string& name, int otherwise) {
  const auto found = asked.find(name);
  return found == asked.end() ? otherwise : std::stoi(found->second);
}

std::string two(int n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

/// Created one a day, and changed a while later.
std::string order(int i) {
  return "{\"id\":" + std::to_string(i) + ",\"created_at\":\"2026-0" + std::to_string(1 + i / 28 % 9) + "-" +
         two(1 + i % 28) + "T00:00:00Z\",\"name\":\"n\"}";
}

std::string orders(int from, int to, const std::function<std::string(int)>& make = order) {
  std::string all;
  for (int i = from; i < to; ++i) {
    all += (i == from ? "" : ",") + make(i);
  }
  return "[" + all + "]";
}

template <class Code>
auto fails_with(Code code, const std::string& part) {
  return [code, part](const error& e) {
    BOOST_TEST_MESSAGE(e.what());
    return e.code() == code && has(e.what(), part);
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_exploration)

BOOST_AUTO_TEST_CASE(finds_pages_that_an_answer_does_not_tell_of) {
  looked_at look([](const params& asked) {
    const int size = number_in(asked, "per_page", 20);
    const int page = number_in(asked, "page", 1);
    return scripted{.body = orders((page - 1) * size, std::min(page * size, 250))};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: {page: {param: page, start: 1, size: 100, size_param: per_page}}"), found.text);
  BOOST_TEST(has(found.text, "# per_page=100 brought 100 records, where 20 come without it"), found.text);
  BOOST_TEST(has(found.text, "key: id"), found.text);
  BOOST_TEST(has(found.text, "in all of the 100 records that were seen"), found.text);
  BOOST_TEST(has(found.text, "records: \".\""), found.text);
  BOOST_TEST(found.records.size() == 100);
  BOOST_TEST(found.pages_are_known);
  BOOST_TEST(look.server->sent.size() <= 10);
}

BOOST_AUTO_TEST_CASE(finds_that_pages_are_counted_from_nought) {
  looked_at look([](const params& asked) {
    const int page = number_in(asked, "page", 0);
    return scripted{.body = "{\"data\":" + orders(page * 20, page * 20 + 20) + "}"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: {page: {param: page, start: 0}}"), found.text);
  BOOST_TEST(has(found.text, "records: data"), found.text);
  BOOST_TEST(found.records.size() == 20, "the page between was not seen");
}

BOOST_AUTO_TEST_CASE(finds_offsets_by_their_total) {
  looked_at look([](const params& asked) {
    const int from = number_in(asked, "offset", 0);
    return scripted{.body = "{\"items\":" + orders(from, std::min(from + 30, 70)) +
                            ",\"offset\":" + std::to_string(from) + ",\"total\":70}"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: {offset: {param: offset}}"), found.text);
  BOOST_TEST(found.records.size() == 60);
}

BOOST_AUTO_TEST_CASE(finds_the_parameter_that_a_token_is_for) {
  looked_at look([](const params& asked) {
    const int from = number_in(asked, "next_cursor", 0);
    return scripted{.body = "{\"data\":" + orders(from, from + 10) + ",\"meta\":{\"next_cursor\":\"" +
                            std::to_string(from + 10) + "\",\"has_more\":true}}"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: {cursor: {param: next_cursor, from: meta.next_cursor, more: meta.has_more}}"),
             found.text);
  BOOST_TEST(has(found.text, "# cursor with what `meta.next_cursor` tells brought no others"), found.text);
}

BOOST_AUTO_TEST_CASE(goes_on_behind_the_last_key_where_an_answer_says_no_more_than_that_more_comes) {
  looked_at look([](const params& asked) {
    const int from = number_in(asked, "starting_after", -1) + 1;
    return scripted{.body = "{\"data\":" + orders(from, from + 10) + ",\"has_more\":true}"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "{param: starting_after, from: \"{{ last_record['id'] }}\", more: has_more}"), found.text);
}

BOOST_AUTO_TEST_CASE(sees_what_comes_behind_a_first_page_that_is_the_only_one_by_a_shorter_one) {
  looked_at look([](const params& asked) {
    const int size = number_in(asked, "limit", 20);
    const int from = number_in(asked, "cursor", 0);
    const std::string next = from + size < 9 ? "\"" + std::to_string(from + size) + "\"" : "null";
    return scripted{.body = "{\"data\":" + orders(from, std::min(from + size, 9)) + ",\"next_cursor\":" + next + "}"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: {cursor: {param: cursor, from: next_cursor}}"), found.text);
  BOOST_TEST(has(found.text, "# limit=4 brought so many records"), found.text);
  BOOST_TEST(!has(found.text, "params"), found.text);
}

BOOST_AUTO_TEST_CASE(believes_no_page_that_has_a_record_of_the_first_one) {
  looked_at look([](const params& asked) {
    const int page = number_in(asked, "page", 1);
    return scripted{.body = orders(page == 2 ? 19 : 0, page == 2 ? 39 : 20)};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: auto"), found.text);
  BOOST_TEST(has(found.text, "# page=2 brought no others"), found.text);
  BOOST_TEST(has(found.text, "# guessed: nothing was seen of a second page."), found.text);
  BOOST_TEST(!found.pages_are_known);
}

BOOST_AUTO_TEST_CASE(finds_a_parameter_by_which_only_what_is_new_comes) {
  const auto changed = [](int i) {
    return "{\"id\":" + std::to_string(i) + ",\"updated_at\":\"2026-01-" + two(1 + (i * 7) % 28) + "T10:00:00Z\"}";
  };
  looked_at look([&](const params& asked) {
    const auto since = asked.find("since");
    std::string all;
    for (int i = 0; i < 28; ++i) {
      const std::string one = changed(i);
      const std::string at = one.substr(one.find("2026"), 20);
      all += since == asked.end() || at >= since->second ? (all.empty() ? "" : ",") + one : "";
    }
    return scripted{.body = "[" + all + "]"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "\n    incremental: {field: updated_at, param: since}\n"), found.text);
}

BOOST_AUTO_TEST_CASE(believes_no_such_parameter_that_changes_nothing) {
  const auto changed = [](int i) {
    return "{\"id\":" + std::to_string(i) + ",\"updated\":" + std::to_string(1'770'000'000 + i * 60) + "}";
  };
  looked_at look([&](const params&) { return scripted{.body = orders(0, 7, changed)}; });
  const auto found = look.explore();
  BOOST_TEST(!has(found.text, "\n    incremental"), found.text);
  BOOST_TEST(has(found.text, "# updated has times; records come sorted by it, ascending"), found.text);
  BOOST_TEST(has(found.text, "unit: s}"), found.text);
}

BOOST_AUTO_TEST_CASE(reads_everything_each_time_where_only_the_beginning_of_records_can_be_asked_for) {
  looked_at look([](const params& asked) {
    const auto after = asked.find("created_after");
    std::string all;
    for (int i = 0; i < 7; ++i) {
      const std::string one = order(i);
      const std::string at = one.substr(one.find("2026"), 20);
      all += after == asked.end() || at >= after->second ? (all.empty() ? "" : ",") + one : "";
    }
    return scripted{.body = "[" + all + "]"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "    # incremental: {field: created_at, param: created_after}"), found.text);
  BOOST_TEST(!has(found.text, "\n    incremental"), found.text);
}

BOOST_AUTO_TEST_CASE(tells_of_other_lists_and_of_no_key) {
  looked_at look([](const params&) {
    return scripted{.body = R"({"included":[{"a":1},{"a":2},{"a":3}],"orders":[{"id":1},{"id":1}]})"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "records: orders"), found.text);
  BOOST_TEST(has(found.text, "others are `included` (3)"), found.text);
  BOOST_TEST(has(found.text, "key: none"), found.text);
}

BOOST_AUTO_TEST_CASE(says_that_ids_of_children_may_come_again) {
  looked_at look([](const params&) { return scripted{.body = orders(0, 3)}; },
                 "https://api.example.com/v1/orders/17/items");
  const auto found = look.explore();
  BOOST_TEST(found.stream == "items");
  BOOST_TEST(has(found.text, "api: \"https://api.example.com/v1/orders/17\""), found.text);
  BOOST_TEST(has(found.text, "# another parent's records may have the same ones"), found.text);
}

BOOST_AUTO_TEST_CASE(takes_limits_from_headers_and_waits_for_them) {
  looked_at look([first = true](const params&) mutable {
    scripted s{.body = orders(0, 3), .headers = {{"RateLimit-Policy", "100;w=60"}, {"RateLimit-Remaining", "5"}}};
    if (first) {
      first = false;
      s = {.status = 429, .headers = {{"Retry-After", "7"}}};
    }
    return s;
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "\nrate: 100/60s\n"), found.text);
  BOOST_TEST(has(found.text, "# RateLimit-Remaining: 5") == false, "only what says how much there is in all");
  const auto waits = look.time.waits();
  BOOST_TEST(waits.at(0).count() == 7000);
  BOOST_TEST(waits.at(1).count() == 300);
}

BOOST_AUTO_TEST_CASE(waits_no_hour_for_anybody) {
  looked_at look([](const params&) { return scripted{.status = 429, .headers = {{"Retry-After", "3600"}}}; });
  BOOST_CHECK_EXCEPTION(look.explore(), error, fails_with(errc::unavailable, "a wait of 3600 seconds"));
  BOOST_TEST(look.server->sent.size() == 1);
  BOOST_TEST(look.time.waits().empty());
}

BOOST_AUTO_TEST_CASE(takes_a_token_at_an_odd_place_by_a_parameter_that_brings_other_records) {
  looked_at look([](const params& asked) {
    const int from = number_in(asked, "after", 0);
    return scripted{.body = "{\"data\":" + orders(from, from + 10) + ",\"paging\":{\"scroll_next\":\"" +
                            std::to_string(from + 10) + "\"}}"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "paginate: {cursor: {param: after, from: paging.scroll_next}}"), found.text);
}

BOOST_AUTO_TEST_CASE(asks_by_dates_where_times_are_refused) {
  looked_at look([](const params& asked) {
    const auto since = asked.find("updated_since");
    if (since != asked.end() && since->second.size() != 10) {
      return scripted{.status = 400};
    }
    std::string all;
    for (int i = 1; i < 20; ++i) {
      const std::string at = "2026-01-" + two(i) + "T10:00:00+02:00";
      all += since == asked.end() || at >= since->second
                 ? (all.empty() ? "" : ",") + ("{\"id\":" + std::to_string(i)) + ",\"updated_at\":\"" + at + "\"}"
                 : "";
    }
    return scripted{.body = "[" + all + "]"};
  });
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "\n    incremental: {field: updated_at, param: updated_since, format: date}\n"),
             found.text);
}

BOOST_AUTO_TEST_CASE(writes_the_name_of_a_secret_and_never_the_secret) {
  looked_at look([](const params&) { return scripted{.body = orders(0, 3)}; },
                 "https://api.example.com/orders?status=open", {"Authorization: Bearer ${TOKEN}", "X-Version: 2"});
  const auto found = look.explore();
  BOOST_TEST(has(found.text, "auth: {bearer: \"${TOKEN}\"}"), found.text);
  BOOST_TEST(has(found.text, "headers: {X-Version: \"2\"}"), found.text);
  BOOST_TEST(has(found.text, "params: {status: \"open\"}"), found.text);
  BOOST_TEST(!has(found.text, "s3cr3t"), found.text);
  BOOST_TEST((look.server->sent.front().headers.back() == http_header{"Authorization", "Bearer s3cr3t-t0ken"}));
}

BOOST_AUTO_TEST_CASE(refuses_to_write_what_an_api_gives_back_of_a_secret) {
  looked_at look([](const params&) { return scripted{.body = R"({"s3cr3t-t0ken":[{"id":1}]})"}; },
                 "https://api.example.com/orders?api_key=${TOKEN}");
  BOOST_CHECK_EXCEPTION(look.explore(), error, fails_with(errc::config, "`api_key`"));
}

BOOST_AUTO_TEST_CASE(refuses_secrets_that_are_written_out_and_what_cannot_be_spelt) {
  const auto refused = [](const std::string& address, const std::vector<std::string>& headers, const std::string& part,
                          errc code = errc::usage) {
    BOOST_CHECK_EXCEPTION(looked_at([](const params&) { return scripted(); }, address, headers), error,
                          fails_with(code, part));
  };
  refused("https://a.example/x", {"Authorization: Bearer abcdef"}, "holds a secret");
  refused("https://a.example/x", {"X-Api-Key: abcdef"}, "holds a secret");
  refused("https://a.example/x?api_key=abcdef", {}, "looks like a secret");
  refused("https://me:pw@a.example/x", {}, "user and a password");
  refused("https://a.example/x", {"Authorization: Bearer ${OTHER}"}, "the environment has no OTHER", errc::config);
  refused("https://a.example/x", {"no header"}, "Name: value");
  refused("https://a.example/{x}", {}, "braces");
  refused("https://a.example/x?a=1&a=2", {}, "twice");
  refused("ftp://a.example/x", {}, "address", errc::config);
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_an_answer) {
  const auto refused = [](scripted s, errc code, const std::string& part) {
    looked_at look([s](const params&) { return s; });
    BOOST_CHECK_EXCEPTION(look.explore(), error, fails_with(code, part));
  };
  refused({.status = 401, .body = R"({"message":"no token"})"}, errc::authentication, "status 401 (no token)");
  refused({.status = 404}, errc::config, "nothing at this address");
  refused({.status = 500}, errc::unavailable, "try it again later");
  refused({.body = "<html></html>"}, errc::bad_data, "a page for people");
  refused({.body = "{\"data\": [1,"}, errc::bad_data, "no JSON");
  refused({.body = "[]"}, errc::config, "an empty list");
  refused({.body = R"({"data":[],"total":0})"}, errc::config, "an empty list");
  refused({.body = "[1,2]"}, errc::config, "no list of objects");
  refused({.body = R"({"success":false,"message":"wrong plan"})"}, errc::bad_data, "speaks of an error");
  refused({.body = R"({"data":[{"id":1}],"next":"https://other.example/x?page=2"})"}, errc::config, "another host");
}

BOOST_AUTO_TEST_CASE(asks_no_more_than_it_may) {
  looked_at look([](const params&) { return scripted{.body = orders(0, 20)}; }, "https://api.example.com/v1/orders", {},
                 7);
  const auto found = look.explore();
  BOOST_TEST(look.server->sent.size() == 3, "four are left to those who read");
  BOOST_TEST(has(found.text, "paginate: auto"), found.text);
}

BOOST_AUTO_TEST_CASE(finds_what_differs_from_what_it_has_seen) {
  looked_at look([](const params&) { return scripted{.body = orders(0, 3)}; });
  const auto found = look.explore();
  BOOST_TEST(difference_from(found, {order(0), order(1), order(2), order(3)}) == "");
  BOOST_TEST(difference_from(found, {order(0), order(2), order(1)}) == "record 2 was that with `id` 1, and is 2");
  BOOST_TEST(difference_from(found, {order(0)}) == "3 records were seen, and 1 were read");
}

BOOST_AUTO_TEST_SUITE_END()

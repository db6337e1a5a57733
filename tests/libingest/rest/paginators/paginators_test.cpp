// Pagination: when it ends, what it asks for, how it is resumed, and how one without an end is noticed.
#define BOOST_TEST_MODULE paginators
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/paginators/cursor_pagination.hpp"
#include "rest/paginators/offset_increment.hpp"
#include "rest/paginators/page_increment.hpp"
#include "rest/paginators/page_position.hpp"
#include "rest/paginators/pagination_guard.hpp"
#include "rest/paginators/paginator.hpp"
#include "rest/paginators/response_access.hpp"

namespace {

using namespace ingest::rest;

interpolation text(std::string content) {
  return interpolation(std::move(content), "the paginator, line 9");
}

const variables& config() {
  static const variables known = [] {
    variables made;
    made.set("config", value::from_json(R"({"size": 3, "many": "x"})"));
    return made;
  }();
  return known;
}

using token = std::optional<value>;

std::string shown(const token& of) {
  return of ? of->to_json() : "end";
}

std::string next(const pagination_strategy& of, std::size_t extracted, const token& asked, std::size_t selected = 0) {
  return shown(of.next_token({config(), extracted, selected}, asked));
}

/// The next token behind an answer.
std::string behind(const pagination_strategy& of, std::string_view response, std::string_view last_record = "null",
                   std::int64_t page_size = 1) {
  variables given(&config());
  given.set("response", value::from_json(response));
  given.set("headers", value::from_json(R"({"link":{"next":{"url":"https://a/2"}},"X-Next":"n"})"));
  given.set("last_record", value::from_json(last_record));
  given.set("last_page_size", value::integer_of(page_size));
  return shown(of.next_token({given, 1, 1}, {}));
}

cursor_pagination by_cursor(const std::string& cursor_value, const char* stop_condition = nullptr) {
  return {{text(cursor_value), stop_condition == nullptr ? std::nullopt : std::optional(text(stop_condition))},
          config()};
}

request_option in_query(const std::string& name) {
  return {request_option::target::request_parameter, {text(name)}};
}

bool is(const ingest::error& fault, ingest::errc code, std::string_view word) {
  return fault.code() == code && std::string_view(fault.what()).find(word) != std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pages_are_counted_until_one_is_short_or_empty) {
  const page_increment of({text("3"), 1}, config());
  BOOST_TEST(!of.initial_token());
  BOOST_TEST(next(of, 3, {}) == "2");
  BOOST_TEST(next(of, 3, value::integer_of(2)) == "3");
  BOOST_TEST(next(of, 2, value::integer_of(2)) == "end");
  BOOST_TEST(next(of, 0, value::integer_of(2)) == "end");
  const page_increment without_size({{}, 0, true}, config());
  BOOST_TEST(shown(without_size.initial_token()) == "0");
  BOOST_TEST(next(without_size, 1, value::integer_of(0)) == "1");
  BOOST_TEST(next(without_size, 0, value::integer_of(0)) == "end");
}

BOOST_AUTO_TEST_CASE(a_full_page_of_which_most_is_filtered_out_is_not_the_last) {
  const page_increment of({text("{{ config.size }}")}, config());
  BOOST_TEST(next(of, 3, {}, 0) == "1");
}

BOOST_AUTO_TEST_CASE(offsets_count_what_answers_had) {
  const offset_increment of({text("3"), true});
  BOOST_TEST(shown(of.initial_token()) == "0");
  BOOST_TEST(next(of, 3, value::integer_of(0), 1) == "3");
  BOOST_TEST(next(of, 4, value::integer_of(3)) == "7");
  BOOST_TEST(next(of, 3, {}) == "3");
  BOOST_TEST(next(of, 2, value::integer_of(3)) == "end");
  BOOST_TEST(next(of, 0, value::integer_of(3)) == "end");
}

BOOST_AUTO_TEST_CASE(an_offset_may_learn_its_page_size_from_the_answer) {
  const offset_increment of({text("{{ response['limit'] }}")});
  BOOST_TEST(behind(of, R"({"limit":1})") == "1");
  BOOST_TEST(behind(of, R"({"limit":2})") == "end");
}

BOOST_AUTO_TEST_CASE(a_position_that_is_no_number_is_told) {
  const page_increment of({text("3")}, config());
  BOOST_CHECK_EXCEPTION(next(of, 3, value::text_of("abc")), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::bad_data, "abc"); });
  BOOST_CHECK_EXCEPTION(next(of, 3, value::integer_of(INT64_MAX)), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::bad_data, "PageIncrement"); });
}

BOOST_AUTO_TEST_CASE(a_page_size_that_is_no_number_is_refused) {
  BOOST_CHECK_EXCEPTION(page_increment({text("{{ config.many }}")}, config()), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::config, "the paginator, line 9"); });
}

BOOST_AUTO_TEST_CASE(a_cursor_is_what_the_answer_says) {
  BOOST_TEST(behind(by_cursor("{{ response.next }}"), R"({"next":"abc"})") == "\"abc\"");
  BOOST_TEST(behind(by_cursor("{{ response.next }}"), R"({"next":12})") == "12");
  BOOST_TEST(behind(by_cursor("{{ response.next }}"), R"({"next":null})") == "end");
  BOOST_TEST(behind(by_cursor("{{ response.next }}"), R"({"next":""})") == "end");
  BOOST_TEST(behind(by_cursor("{{ response.next }}"), R"({"next":0})") == "end");
  BOOST_TEST(behind(by_cursor("{{ response.next }}"), "{}") == "end");
  BOOST_TEST(behind(by_cursor("{{ headers['link']['next']['url'] }}"), "{}") == "\"https://a/2\"");
  BOOST_TEST(behind(by_cursor("{{ headers['X-Next'] }}"), "{}") == "\"n\"");
  BOOST_TEST(behind(by_cursor("{{ last_record['id'] }}"), "{}", R"({"id":"r9"})") == "\"r9\"");
}

BOOST_AUTO_TEST_CASE(a_stop_condition_is_asked_before_the_cursor) {
  const auto of = by_cursor("{{ response.next }}", "{{ not response.has_more }}");
  BOOST_TEST(behind(of, R"({"next":"a","has_more":true})") == "\"a\"");
  BOOST_TEST(behind(of, R"({"next":"a","has_more":false})") == "end");
  BOOST_TEST(behind(by_cursor("x", "{{ last_page_size < 3 }}"), "{}", "null", 2) == "end");
  BOOST_TEST(behind(by_cursor("x", "{{ last_page_size < 3 }}"), "{}", "null", 3) == "\"x\"");
}

BOOST_AUTO_TEST_CASE(a_paginator_puts_token_and_size_into_requests) {
  paginator_options of{std::make_shared<page_increment>(page_increment_options{text("3"), 1, false}, config())};
  of.page_token_option = in_query("page");
  of.page_size_option = in_query("limit");
  const paginator pages(of, config());
  request_options first;
  pages.inject(first, pages.initial_token(), config());
  BOOST_TEST(value::dict_of(first.parameters).to_json() == R"({"limit":3})");
  request_options second;
  pages.inject(second, value::integer_of(2), config());
  BOOST_TEST(value::dict_of(second.parameters).to_json() == R"({"page":2,"limit":3})");
  BOOST_TEST(!pages.path(value::integer_of(2)));
}

BOOST_AUTO_TEST_CASE(a_token_may_be_the_path_of_the_next_request) {
  paginator_options of{std::make_shared<cursor_pagination>(by_cursor("{{ response.next }}"))};
  of.page_token_option = request_path{};
  const paginator pages(of, config());
  BOOST_TEST(pages.path(value::text_of("https://a/b?c=d")).value() == "https://a/b?c=d");
  BOOST_TEST(!pages.path({}));
  request_options to;
  pages.inject(to, value::text_of("https://a/b"), config());
  BOOST_TEST(to.empty());
}

BOOST_AUTO_TEST_CASE(a_next_page_of_zero_ends_it) {
  const paginator pages({std::make_shared<page_increment>(page_increment_options{{}, -1, true}, config())}, config());
  BOOST_TEST(shown(pages.initial_token()) == "-1");
  BOOST_TEST(shown(pages.next_token({config(), 1, 1}, value::integer_of(-1))) == "end");
}

BOOST_AUTO_TEST_CASE(options_that_cannot_be_are_refused) {
  paginator_options no_size{std::make_shared<page_increment>(page_increment_options{}, config())};
  no_size.page_size_option = in_query("limit");
  no_size.where = "the paginator, line 9";
  BOOST_CHECK_EXCEPTION(paginator(no_size, config()), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::config, "page_size_option"); });
  paginator_options twice{std::make_shared<page_increment>(page_increment_options{text("3")}, config())};
  twice.page_size_option = in_query("x");
  twice.page_token_option = in_query("x");
  BOOST_CHECK_THROW(paginator(twice, config()), ingest::error);
}

BOOST_AUTO_TEST_CASE(no_pagination_is_one_page) {
  const paginator none;
  BOOST_TEST(!none.initial_token());
  BOOST_TEST(shown(none.next_token({config(), 5, 5}, {})) == "end");
}

BOOST_AUTO_TEST_CASE(positions_are_the_same_when_they_are_read_again) {
  for (const char* json : {R"("abc")", "17", "1.50", R"({"b":1,"a":[null,"x"]})", R"("5")"}) {
    const page_position before{value::from_json(json), 0xABCDEF0123456789U, value::text_of("2024")};
    const auto after = page_position::from_text(before.to_text());
    BOOST_TEST(after.to_text() == before.to_text());
    BOOST_TEST((after.token->kind() == before.token->kind()));
    BOOST_TEST(after.last_page.value() == 0xABCDEF0123456789U);
  }
  page_position ended;
  ended.ended = true;
  BOOST_TEST(page_position::from_text(ended.to_text()).ended);
  BOOST_TEST(page_position().to_text() == "{}");
  for (const char* odd : {"", "abc", "[1]", "{"}) {
    BOOST_CHECK_EXCEPTION(page_position::from_text(odd), ingest::error,
                          [](const ingest::error& e) { return e.code() == ingest::errc::bad_data; });
  }
}

BOOST_AUTO_TEST_CASE(a_page_that_comes_again_is_noticed) {
  pagination_guard guard("the paginator", {});
  guard.observe({}, 2, 11);
  guard.observe(value::integer_of(1), 2, 12);
  BOOST_CHECK_EXCEPTION(guard.observe(value::integer_of(2), 2, 12), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::bad_data, "page_token_option"); });
  pagination_guard resumed("the paginator", 12);
  BOOST_CHECK_THROW(resumed.observe(value::integer_of(2), 2, 12), ingest::error);
}

BOOST_AUTO_TEST_CASE(single_records_may_be_alike_twice) {
  pagination_guard guard("the paginator", {});
  guard.observe({}, 1, 11);
  guard.observe(value::integer_of(1), 1, 11);
  BOOST_CHECK_THROW(guard.observe(value::integer_of(2), 1, 11), ingest::error);
}

BOOST_AUTO_TEST_CASE(tokens_that_go_round_are_noticed) {
  pagination_guard guard("the paginator", {});
  guard.observe(value::text_of("a"), 2, 11);
  guard.observe(value::text_of("b"), 2, 12);
  BOOST_CHECK_EXCEPTION(guard.observe(value::text_of("a"), 2, 11), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::bad_data, "cursor_value"); });
}

BOOST_AUTO_TEST_CASE(a_scroll_keeps_its_id) {
  pagination_guard guard("the paginator", {});
  for (std::uint64_t page = 1; page < 1000; ++page) {
    guard.observe(value::text_of("scroll"), 2, page);
  }
}

BOOST_AUTO_TEST_CASE(empty_pages_come_to_an_end) {
  pagination_guard guard("the paginator", {}, {3, 64});
  guard.observe(value::integer_of(1), 0, 0);
  guard.observe(value::integer_of(2), 0, 0);
  guard.observe(value::integer_of(3), 1, 7);
  guard.observe(value::integer_of(4), 0, 0);
  guard.observe(value::integer_of(5), 0, 0);
  BOOST_CHECK_EXCEPTION(guard.observe(value::integer_of(6), 0, 0), ingest::error,
                        [](const ingest::error& e) { return is(e, ingest::errc::bad_data, "3 pages"); });
}

BOOST_AUTO_TEST_CASE(templates_that_stay_away_from_the_records_are_known) {
  const auto records = glob_path::from_text("data/items");
  for (const char* away : {"{{ response.next }}", "{{ response['meta']['next'] }}", "{{ response.data.next }}",
                           "{{ response.get('data', {}).get('next') }}", "{{ response.get(\"next\", none) }}",
                           "{{ headers.x }}", "{{ last_record.id }}", "{{ responses.data }}"}) {
    BOOST_TEST(!may_look_at_records(away, records), away);
  }
  for (const char* towards :
       {"{{ response }}", "{{ response | length }}", "{{ response.data }}", "{{ response.data['items'][-1].id }}",
        "{{ response.values() }}", "{{ response[config.x] }}", "{{ response['a' ~ 'b'] }}", "{% set r = response %}",
        "{{ response.get('data').get('items') }}", "{{ response.get('x', response).data }}",
        "{{ response.next and response.data['items'] }}"}) {
    BOOST_TEST(may_look_at_records(towards, records), towards);
  }
}

BOOST_AUTO_TEST_CASE(parameters_are_those_of_the_component) {
  const value own = value::from_json(R"({"key":"cursor","size":2})");
  const cursor_pagination by({text("{{ response[parameters['key']] }}"), {}, text("{{ parameters.size }}"), own},
                             config());
  BOOST_TEST(behind(by, R"({"cursor":"c"})") == "\"c\"");
  BOOST_TEST(by.page_size(config()).value() == 2);
  BOOST_TEST(next(offset_increment({text("{{ parameters.size }}"), false, own}), 1, {}) == "end");
}

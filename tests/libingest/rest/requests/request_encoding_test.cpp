#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/requests/answer.hpp"
#include "rest/requests/form_encoding.hpp"
#include "rest/requests/header_lines.hpp"
#include "rest/requests/link_header.hpp"
#include "rest/requests/pattern.hpp"
#include "rest/requests/url.hpp"

// What is expected here was printed by Python 3.11 with requests 2.34 and urllib3, not thought out.

using namespace ingest::rest;
using ingest::errc;
using ingest::error;

namespace {

std::string spelt(std::string_view text) {
  return parse_url(text, "test").text();
}

bool is_config(const error& e) {
  return e.code() == errc::config;
}

value text(std::string_view t) {
  return value::text_of(std::string(t));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(urls)

BOOST_AUTO_TEST_CASE(are_spelt_as_requests_spells_them) {
  BOOST_TEST(spelt("http://h/a b/ü?x=1 2&y=%zz") == "http://h/a%20b/%C3%BC?x=1%202&y=%25zz");
  BOOST_TEST(spelt("http://h") == "http://h/");
  BOOST_TEST(spelt("http://h?x=1") == "http://h/?x=1");
  BOOST_TEST(spelt("HTTP://User@H:80/%7ea/%2f/../b/./c?#frag") == "http://User@h:80/~a/b/c");
  BOOST_TEST(spelt("http://h/a%zz/b%20c") == "http://h/a%25zz/b%2520c");
  BOOST_TEST(spelt("http://h/a;b=c,d:@&=+$!'()*[]{}|^`\"<>\\") ==
             "http://h/a;b=c,d:@&=+$!'()*%5B%5D%7B%7D%7C%5E%60%22%3C%3E%5C");
  BOOST_TEST(spelt("http://h/?a=[1]&b={x}|^`\"<>'\\") == "http://h/?a=%5B1%5D&b=%7Bx%7D%7C%5E%60%22%3C%3E'%5C");
  BOOST_TEST(spelt("http://h/%C3%BC?q=%c3%bc") == "http://h/%C3%BC?q=%C3%BC");
  BOOST_TEST(spelt("  https://h:8443/a") == "https://h:8443/a");
  BOOST_TEST(spelt("http://[::1]:80/a") == "http://[::1]:80/a");
}

BOOST_AUTO_TEST_CASE(with_hosts_that_parsers_could_quarrel_about_are_refused) {
  for (const char* bad : {"", "h/a", "ftp://h/", "http:/h", "http://", "http:///a", "http://a\\@b/", "http://a b/",
                          "http://a%2eb/", "http://h:99999/", "http://h:x/", "http://[::1/", "http://ü.example/"}) {
    BOOST_CHECK_EXCEPTION(parse_url(bad, "orders"), error, is_config);
  }
  BOOST_TEST(parse_url("http://api.example@evil.example/", "test").host == "evil.example");
  BOOST_CHECK_EXCEPTION(parse_url("http://h/" + std::string(70'000, 'a'), "orders"), error, is_config);
}

BOOST_AUTO_TEST_CASE(show_people_neither_user_nor_query) {
  BOOST_TEST(parse_url("https://u:p@H:8443/a?key=1#f", "test").for_people() == "https://h:8443/a");
}

BOOST_AUTO_TEST_CASE(are_joined_as_urljoin_joins_them) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"https://h/api/", "v2", "https://h/api/v2"},
      {"https://h/api/", "/v2?x=1", "https://h/v2?x=1"},
      {"https://h/a/", "https://o/x", "https://o/x"},
      {"https://h/a/", "//o/x", "https://o/x"},
      {"https://h/a/b/", "?p=2", "https://h/a/b/?p=2"},
      {"https://h/a/", "../../x", "https://h/x"},
      {"https://h/a/", "a//b///c/", "https://h/a/a/b/c/"},
      {"https://h//a//b/", "c", "https://h/a/b/c"},
      {"https://h/a?x=1/", "b", "https://h/b"},
      {"https://h/a/", "b;c=d", "https://h/a/b;c=d"},
      {"https://h/a/", "a b?q=/../x", "https://h/a/a b?q=/../x"},
      {"https://h/a/", ".", "https://h/a/"},
      {"https://h/a/", "..", "https://h/"},
      {"https://h/", "https:foo", "https://h/foo"},
      {"https://h/", "x:y/z", "x:y/z"},
  };
  for (const auto& [base, reference, joined] : cases) {
    BOOST_TEST(join_url(base, reference) == joined);
  }
}

BOOST_AUTO_TEST_CASE(get_one_slash_between_base_and_path) {
  BOOST_TEST(join_base("https://h/api", "items") == "https://h/api/items");
  BOOST_TEST(join_base("https://h/api/", "items") == "https://h/api/items");
  BOOST_TEST(join_base("https://h/api/", "") == "https://h/api/");
  BOOST_TEST(join_base("https://h/api", "/v2/items?page=2") == "https://h/v2/items?page=2");
  BOOST_TEST(join_base("https://h/api", "https://h/next?c=1") == "https://h/next?c=1");
  BOOST_TEST(join_base("https://h/v1", "items:search") == "https://h/v1/items:search");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(forms_and_queries)

BOOST_AUTO_TEST_CASE(are_encoded_as_requests_encodes_them) {
  const dictionary members{{"q", text("a b&c=d/ü~*")},
                           {"l", value::list_of({value::integer_of(1), text("b"), value(), value::boolean_of(true)})},
                           {"e", text("")},
                           {"n", value()},
                           {"t", value::boolean_of(true)},
                           {"f", value::real_of(1.5)},
                           {"a[b]", text("c")},
                           {"d", value::dict_of({{"k", value::integer_of(1)}})}};
  BOOST_TEST(form_encoded(members) == "q=a+b%26c%3Dd%2F%C3%BC~%2A&l=1&l=b&l=True&e=&t=True&f=1.5&a%5Bb%5D=c&d=k");
}

BOOST_AUTO_TEST_CASE(are_not_asked_twice_for_what_the_url_has) {
  const dictionary parameters{{"page", value::integer_of(2)}, {"limit", text("10")}, {"q", text("a b")}};
  const dictionary kept = without_repeated(parameters, "page=2&limit=20&q=a+b&page=3&x=");
  BOOST_TEST(kept.size() == 1);
  BOOST_TEST(kept.find("limit")->text() == "10");
}

BOOST_AUTO_TEST_CASE(go_behind_the_query_of_the_url) {
  url u = parse_url("https://h/a?x=1", "test");
  add_to_query(u, {{"y", text("ä")}});
  BOOST_TEST(u.text() == "https://h/a?x=1&y=%C3%A4");
  add_to_query(u, {{"z", value()}});
  BOOST_TEST(u.text() == "https://h/a?x=1&y=%C3%A4");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(have_their_links_as_requests_reads_them) {
  const value links =
      parse_links(R"(<https://a/?p=2>; rel="next"; title="x, y", <https://a/?p=9>; rel=last,<https://a/b>)");
  BOOST_TEST(links.to_json() == R"({"next":{"url":"https://a/?p=2","rel":"next","title":"x, y"},)"
                                R"("last":{"url":"https://a/?p=9","rel":"last"},)"
                                R"("https://a/b":{"url":"https://a/b"}})");
  BOOST_TEST(parse_links("").to_json() == "{}");
  // By RFC 8288, which it does not read whole: several relations, capitals, semicolons and quotes in quotes, tabs.
  for (const char* const header :
       {R"(<https://a/?p=2>; rel="next last")", R"(<https://a/?p=2>; REL="Next")",
        R"(<https://a/?p=2>; title="a; b"; rel="next")", R"(<https://a/?p=2>; title="x=y"; rel=next)",
        R"(<https://a/?p=2>; title="\"a\", <b>; rel=x"; rel="next https://b/r")", "<https://a/?p=2>;\trel=\"next\"",
        R"(<https://a/?q=1,2;3>; rel=prev, <https://a/?p=2>;rel=next;rel=prev)"}) {
    const value all = parse_links(header);
    const value* const next = all.find("next");
    BOOST_TEST((next != nullptr && next->find("url")->text() == "https://a/?p=2"), header);
  }
  BOOST_TEST(parse_links(";;,<,>=;a=b=c").is_dict());
}

BOOST_AUTO_TEST_CASE(join_headers_of_one_name) {
  const answer a(200, {{"Link", "<u>; rel=next"}, {"X-A", "1"}, {"link", "<v>; rel=prev"}}, "{}", "https://h/");
  BOOST_TEST(a.header("LINK").value() == "<u>; rel=next, <v>; rel=prev");
  BOOST_TEST(a.headers().find("link")->find("prev")->find("url")->text() == "v");
  BOOST_TEST(a.headers_as_spelt_in("").find("x-a")->text() == "1");
  BOOST_TEST(!a.header("x-b"));
}

BOOST_AUTO_TEST_CASE(say_where_no_json_came_from) {
  const answer a(200, {}, "<html>", "https://h/orders");
  BOOST_CHECK_EXCEPTION(a.json(), error, [](const error& e) {
    return e.code() == errc::bad_data && std::string(e.what()).find("https://h/orders") != std::string::npos;
  });
  BOOST_TEST(a.json_or_empty().to_json() == "{}");
  BOOST_TEST(answer(200, {}, R"({"a":1.10})", "").json().to_json() == R"({"a":1.10})");
}

BOOST_AUTO_TEST_CASE(are_asked_with_one_header_of_a_name) {
  const auto lines = header_lines({{"accept", text("a")}, {"X", value::integer_of(5)}, {"Accept", text("b")}});
  BOOST_REQUIRE(lines.size() == 2);
  BOOST_TEST(lines[0].value == "b");
  BOOST_TEST(lines[1].value == "5");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(patterns)

BOOST_AUTO_TEST_CASE(match_as_in_python) {
  BOOST_TEST(pattern(R"([.0-9]+)", "w").match("12.5 seconds").value() == "12.5");
  BOOST_TEST(!pattern(R"(\d+)", "w").match("in 12"));
  BOOST_TEST(pattern(R"(/v\d/(?P<name>items)$)", "w").found_in("/api/v1/items"));
}

BOOST_AUTO_TEST_CASE(that_are_none_are_named) {
  BOOST_CHECK_EXCEPTION(pattern("(", "backoff.regex"), error, [](const error& e) {
    return is_config(e) && std::string(e.what()).find("backoff.regex") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(that_would_take_for_ever_do_not_match) {
  BOOST_TEST(!pattern("(a+)+$", "w").match(std::string(200, 'a') + "b"));
}

BOOST_AUTO_TEST_SUITE_END()

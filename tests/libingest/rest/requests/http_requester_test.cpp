#include <boost/test/unit_test.hpp>

#include "rest/authenticators/token_authenticators.hpp"
#include "rest/requests/http_connections.hpp"
#include "rest/requests/http_requester.hpp"
#include "support/fake_time.hpp"
#include "support/http_server.hpp"

using namespace std::chrono_literals;
using namespace ingest::rest;
using ingest::errc;
using ingest::error;
using ingest::http_header;
using ingest::http_request;
using ingest::testing::fake_time;
using ingest::testing::http_server;
using ingest::testing::received_request;
using ingest::testing::reply;

namespace {

using kind = request_outcome::kind;

interpolation text(const std::string& t) {
  return interpolation(t, "requester");
}

flat_inputs members(std::vector<std::pair<std::string, std::string>> all) {
  flat_inputs inputs;
  for (const auto& [name, content] : all) {
    inputs.members.emplace_back(text(name), text(content));
  }
  return inputs;
}

/// The variables of a request: config, a slice and a page token.
variables given(const std::string& config = "{}", const std::string& slice = "{}", const std::string& token = "null") {
  variables all;
  all.set("config", value::from_json(config));
  all.set("stream_slice", value::from_json(slice));
  all.set("next_page_token", value::from_json(token));
  return all;
}

struct scene {
  fake_time time;
  http_requester_options options;

  explicit scene(const std::string& base = "") {
    options.name = "orders";
    options.request.where = "orders";
    options.request.url_base = text(base);
    options.connections = std::make_shared<http_connections>(ingest::http_client_options{.user_agent = "ingest/1"});
    options.time = time.as_timing();
  }

  request_outcome send(const variables& all = given(), const request_options& injected = {},
                       const std::optional<std::string>& path = std::nullopt) const {
    return http_requester(options).send(all, injected, path, {});
  }

  void filter(response_filter_options f) {
    options.errors = std::make_shared<default_error_handler>(error_handler_options{.filters = {response_filter(f)}});
  }

  void authenticate() {
    options.auth =
        std::make_shared<bearer_authenticator>(std::make_shared<token_of_settings>(text("the-token"), settings()));
  }
};

reply echo(const received_request& r) {
  return {200, R"({"path":")" + r.path + R"("})"};
}

bool is_config(const error& e) {
  return e.code() == errc::config;
}

auto says(errc code, const std::string& words) {
  return [=](const error& e) {
    BOOST_TEST_MESSAGE(e.what());
    return e.code() == code && std::string(e.what()).find(words) != std::string::npos;
  };
}

std::string host_of(const http_server& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_requesters)

BOOST_AUTO_TEST_CASE(send_what_a_manifest_describes) {
  const http_server server(echo);
  scene s(server.url("/api/{{ config['version'] }}"));
  s.options.request.path = text("/items/{{ stream_slice['id'] }}");
  s.options.request.request_parameters = members({{"limit", "100"},
                                                  {"since", "{{ stream_slice['since'] }}"},
                                                  {"ids", "{{ ['a', 'b'] }}"},
                                                  {"none", "{{ config.get('missing', '') }}"},
                                                  {"flag", "{{ True }}"},
                                                  {"{{ config['name'] }}", "x"}});
  s.options.request.request_headers = members({{"X-Number", "{{ 1 + 1 }}"}, {"X-Empty", "{{ '' }}"}});
  const auto outcome = s.send(given(R"({"version":"v2","name":"n"})", R"({"id":7,"since":"2024-01-01 00:00"})"));
  BOOST_TEST((outcome.what == kind::answered));
  BOOST_TEST(outcome.given->json().find("path")->text() == "/api/v2/items/7");
  const auto request = server.requests().at(0);
  BOOST_TEST(request.method == "GET");
  BOOST_TEST(request.target == "/api/v2/items/7?limit=100&since=2024-01-01+00%3A00&ids=a&ids=b&flag=True&n=x");
  BOOST_TEST(request.header("X-Number") == "2");
  BOOST_TEST(request.headers.count("x-empty") == 0U);
  BOOST_TEST(request.header("Accept") == "*/*");
  BOOST_TEST(request.header("User-Agent") == "ingest/1");
  BOOST_TEST(request.headers.count("content-length") == 0U);
}

BOOST_AUTO_TEST_CASE(send_forms_texts_and_json) {
  const http_server server(echo);
  scene s(server.url("/"));
  s.options.request.method = http_request::method::post;
  s.options.request.body =
      form_body{members({{"a", "x y"}, {"l", "{{ [1, 2] }}"}, {"e", "{{ '' }}"}, {"n", "{{ 5 }}"}})};
  s.send();
  s.options.request.body = text_body{text("plain {{ 1 }}")};
  s.send();
  s.options.request.body = text_body{text("{'a': 1}")};
  s.send();
  nested_inputs::dict inner{{text("n"), text("{{ 5 }}")}, {text("gone"), text("{{ '' }}")}};
  s.options.request.body = json_body{nested_inputs::dict{
      {text("q"), text("query { a }")},
      {text("v"), nested_inputs(inner)},
      {text("l"), nested_inputs(nested_inputs::list{value::boolean_of(true), text("{{ '' }}"), text("x")})}}};
  s.send();
  const auto requests = server.requests();
  BOOST_TEST(requests.at(0).body == "a=x+y&l=1&l=2&n=5");
  BOOST_TEST(requests.at(0).header("Content-Type") == "application/x-www-form-urlencoded");
  BOOST_TEST(requests.at(1).body == "plain 1");
  BOOST_TEST(requests.at(1).headers.count("content-type") == 0U);
  BOOST_TEST(requests.at(2).body == "a=1");
  BOOST_TEST(requests.at(3).body == R"({"q":"query { a }","v":{"n":5},"l":[true,null,"x"]})");
  BOOST_TEST(requests.at(3).header("Content-Type") == "application/json");
}

BOOST_AUTO_TEST_CASE(use_every_method_and_only_the_type_that_is_asked_for) {
  const http_server server(echo);
  scene s(server.url("/"));
  s.options.request.request_headers = members({{"content-type", "application/vnd.api+json"}});
  s.options.request.body = json_body{nested_inputs::dict{{text("a"), value::integer_of(1)}}};
  for (const auto m : {http_request::method::get, http_request::method::put, http_request::method::patch,
                       http_request::method::post, http_request::method::del}) {
    s.options.request.method = m;
    s.send();
  }
  s.options.request.body = std::monostate();
  s.options.request.method = http_request::method::post;
  s.send();
  std::string methods;
  for (const auto& r : server.requests()) {
    methods += r.method + "=" + r.body + " ";
    BOOST_TEST(r.header("content-type") == "application/vnd.api+json");
  }
  BOOST_TEST(methods == R"(GET={"a":1} PUT={"a":1} PATCH={"a":1} POST={"a":1} DELETE= POST= )");
  BOOST_TEST(server.requests().back().header("content-length") == "0");
}

BOOST_AUTO_TEST_CASE(add_what_others_inject) {
  const http_server server(echo);
  scene s(server.url("/?fixed=1"));
  s.options.request.method = http_request::method::post;
  s.options.request.body = json_body{
      nested_inputs::dict{{text("query"), nested_inputs(nested_inputs::dict{{text("all"), value::boolean_of(true)}})}}};
  using target = request_option::target;
  request_options injected;
  const variables all = given();
  request_option(target::request_parameter, {text("page")}).inject(injected, value::integer_of(2), all);
  request_option(target::request_parameter, {text("fixed")}).inject(injected, value::integer_of(1), all);
  request_option(target::header, {text("X-Page")}).inject(injected, value::integer_of(2), all);
  request_option(target::body_json, {text("query"), text("page")}).inject(injected, value::integer_of(2), all);
  s.send(all, injected);
  const auto request = server.requests().at(0);
  BOOST_TEST(request.target == "/?fixed=1&page=2");
  BOOST_TEST(request.header("X-Page") == "2");
  BOOST_TEST(request.body == R"({"query":{"all":true,"page":2}})");
}

BOOST_AUTO_TEST_CASE(refuse_what_collides) {
  scene s("http://127.0.0.1:1/");
  s.options.request.request_parameters = members({{"page", "1"}});
  s.options.request.request_headers = members({{"X", "1"}});
  const auto refused = [&](const request_options& injected) {
    BOOST_CHECK_EXCEPTION(s.send(given(), injected), error, says(errc::config, "twice"));
  };
  refused({.parameters = {{"page", value::text_of("1")}}});
  refused({.headers = {{"X", value::text_of("2")}}});
  s.options.request.body = json_body{nested_inputs::dict{{text("a"), value::integer_of(1)}}};
  refused({.body_json = {{"a", value::integer_of(2)}}});
  request_options form;
  form.body_data = value::dict_of({{"b", value::integer_of(1)}});
  BOOST_CHECK_EXCEPTION(s.send(given(), form), error, says(errc::config, "JSON"));
  s.options.request.body = text_body{text("whole")};
  BOOST_CHECK_EXCEPTION(s.send(given(), form), error, says(errc::config, "text"));
  BOOST_CHECK_EXCEPTION(request_option(request_option::target::header, {text("a"), text("b")}), error, is_config);
  const request_option one(request_option::target::header, {text("a")});
  BOOST_CHECK_EXCEPTION(require_apart({&one, nullptr, &one}, given(), "paginator"), error, is_config);
}

BOOST_AUTO_TEST_CASE(go_where_the_last_answer_points) {
  const http_server server(echo);
  scene s(server.url("/api"));
  s.options.request.path = text("items");
  s.options.request.request_parameters = members({{"limit", "10"}});
  s.send(given(), {}, "more?cursor=a&limit=10");
  s.send(given(), {}, "/root?cursor=b");
  s.send(given(), {}, server.url("/whole?cursor=c&limit=20"));
  s.send(given(), {}, "?cursor=d");
  const auto requests = server.requests();
  BOOST_TEST(requests.at(0).target == "/api/more?cursor=a&limit=10");
  BOOST_TEST(requests.at(1).target == "/root?cursor=b&limit=10");
  BOOST_TEST(requests.at(2).target == "/whole?cursor=c&limit=20&limit=10");
  BOOST_TEST(requests.at(3).target == "/api/items?cursor=d&limit=10");
}

BOOST_AUTO_TEST_CASE(refuse_what_a_parents_record_makes_another_path_of) {
  const http_server server(echo);
  scene s(server.url("/"));
  const auto slice = [](const std::string& id) {
    return given("{}", value::dict_of({{"id", value::text_of(id)}, {"parent_slice", value::dict_of({})}}).to_json());
  };
  s.options.request.path = text("things/{{ stream_partition.id }}/kids");
  for (const char* const id : {"a#b", "?x=1", "..", "a/../b", ".", "a\nb"}) {
    BOOST_CHECK_EXCEPTION(s.send(slice(id)), error, says(errc::bad_data, "`id`, and "));
  }
  BOOST_TEST(server.requests().empty());
  for (const char* const id : {"a/b", "a b", "x.y", "%2F", "\u00fc"}) {
    s.send(slice(id));
  }
  s.send(given("{}", R"({"id":"a#b"})"));  // not of a parent, but a person's own text
  BOOST_TEST(server.requests().at(0).path == "/things/a/b/kids", "as the CDK has it");
  BOOST_TEST(server.requests().size() == 6);
  s.options.request.path = text("{{ stream_partition.id }}");
  s.send(slice("kids?of=1"));
  s.options.request.path = text("kids?of={{ stream_partition.id }}");
  s.send(slice("?"));
  BOOST_TEST(server.requests().at(6).target == "/kids?of=1");
  BOOST_TEST(server.requests().at(7).target == "/kids?of=?");
}

BOOST_AUTO_TEST_CASE(have_what_is_encoded_as_one_segment_of_the_path) {
  const http_server server(echo);
  scene s(server.url("/"));
  const auto slice = [](const std::string& id) {
    return given("{}", value::dict_of({{"id", value::text_of(id)}, {"parent_slice", value::dict_of({})}}).to_json());
  };
  s.options.request.path = text("/things/{{ stream_partition['id'] | urlencode | replace('/', '%2F') }}/kids");
  const std::vector<std::pair<const char*, const char*>> all = {{"a/b", "a%2Fb"},     {"a b", "a%20b"},
                                                                {"?x=1", "%3Fx%3D1"}, {"a#b", "a%23b"},
                                                                {"%2F", "%252F"},     {"\"q\"", "%22q%22"}};
  for (const auto& [id, segment] : all) {
    s.send(slice(id));
    BOOST_TEST(server.requests().back().target == "/things/" + std::string(segment) + "/kids");
  }
  for (const char* const id : {"..", "."}) {
    BOOST_CHECK_EXCEPTION(s.send(slice(id)), error, says(errc::bad_data, "for a segment"));
  }
  BOOST_CHECK_EXCEPTION(s.send(slice("")), error, says(errc::bad_data, "is empty"));
  BOOST_TEST(server.requests().size() == all.size());
}

BOOST_AUTO_TEST_CASE(take_url_where_there_is_no_url_base) {
  const http_server server(echo);
  scene s;
  s.options.request.url = text(server.url("/v1/items/{{ stream_slice.id }}"));
  s.send(given("{}", R"({"id":"x/y"})"));
  BOOST_TEST(server.requests().at(0).target == "/v1/items/x/y");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(go_to_no_other_host_than_the_manifests) {
  const http_server api(echo);
  const http_server other(echo);
  scene s(api.url("/api"));
  s.authenticate();
  BOOST_CHECK_EXCEPTION(s.send(given(), {}, other.url("/next?token=1")), error, says(errc::config, host_of(other)));
  BOOST_CHECK_EXCEPTION(s.send(given(), {}, "//" + host_of(other) + "/"), error, is_config);
  BOOST_CHECK_EXCEPTION(s.send(given(), {}, "http://" + host_of(api) + "@" + host_of(other) + "/"), error, is_config);
  BOOST_TEST(other.requests().empty());
  s.send(given(), {}, api.url("/next"));
  BOOST_TEST(api.requests().at(0).header("Authorization") == "Bearer the-token");
}

BOOST_AUTO_TEST_CASE(go_to_hosts_that_are_listed) {
  const http_server api(echo);
  const http_server other(echo);
  scene s(api.url("/api"));
  s.authenticate();
  s.options.allowed_hosts = {host_of(other)};
  s.send(given(), {}, other.url("/next"));
  BOOST_TEST(other.requests().at(0).header("Authorization") == "Bearer the-token");
}

BOOST_AUTO_TEST_CASE(are_what_the_settings_put_into_a_request_too) {
  const http_server api(echo);
  const http_server other(echo);
  scene s(api.url("/api"));
  s.send(given(), {}, other.url("/open"));
  BOOST_TEST(other.requests().size() == 1U);
  s.options.request.request_headers = members({{"X-Key", "{{ config['key'] }}"}});
  BOOST_CHECK_EXCEPTION(s.send(given(R"({"key":"k"})"), {}, other.url("/open")), error, is_config);
}

BOOST_AUTO_TEST_CASE(go_to_hosts_of_the_settings_but_not_of_slices) {
  const http_server api(echo);
  scene s("{{ config['host'] }}/api/{{ stream_slice['id'] }}");
  s.authenticate();
  s.send(given(R"({"host":")" + api.url() + R"("})", R"({"id":1})"));
  s.options.request.url_base = text("{{ stream_slice['host'] }}/api");
  BOOST_CHECK_EXCEPTION(s.send(given("{}", R"({"host":")" + api.url() + R"("})")), error, is_config);
  BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(are_not_sent_in_clear_where_the_manifest_has_https) {
  const variables all = given();
  const interpolation base = text("https://api.example/v1/");
  const credential_hosts hosts({"*.files.example"}, {&base});
  const auto hold = [&](const char* where) { return hosts.hold(parse_url(where, "test"), all); };
  BOOST_TEST(hold("https://api.example/x"));
  BOOST_TEST(hold("https://API.example:443/x"));
  BOOST_TEST(!hold("https://api.example:8443/x"));
  BOOST_TEST(!hold("http://api.example/x"));
  BOOST_TEST(!hold("https://api.example.evil.example/x"));
  BOOST_TEST(hold("https://a.files.example/x"));
  BOOST_TEST(!hold("http://a.files.example/x"));
  BOOST_TEST(!hold("https://files.example/x"));
  BOOST_TEST(hosts.by_own_scheme(parse_url("http://api.example/x?a=1", "test"), all).text() ==
             "https://api.example/x?a=1");
}

BOOST_AUTO_TEST_CASE(stay_behind_when_a_redirect_leads_elsewhere) {
  const http_server other(echo);
  const http_server api([&](const received_request& r) {
    return r.path == "/files" ? reply{302, "", {{"Location", other.url("/signed?sig=1")}}}
                              : reply{307, "", {{"Location", other.url("/post")}}};
  });
  scene s(api.url("/files"));
  s.authenticate();
  s.options.request.request_headers = members({{"X-Key", "{{ config['key'] }}"}});
  BOOST_TEST(s.send(given(R"({"key":"k"})")).given->json().find("path")->text() == "/signed");
  BOOST_TEST(other.requests().at(0).headers.count("authorization") == 0U);
  BOOST_TEST(other.requests().at(0).headers.count("x-key") == 0U);
  s.options.request.url_base = text(api.url("/submit"));
  s.options.request.method = http_request::method::post;
  s.options.request.body = text_body{text("secret")};
  BOOST_CHECK_EXCEPTION(s.send(given(R"({"key":"k"})")), error, is_config);
  BOOST_TEST(other.requests().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redirects)

BOOST_AUTO_TEST_CASE(are_followed_on_the_same_host_as_requests_follows_them) {
  const http_server api([](const received_request& r) {
    const int status = r.path.starts_with("/3") ? std::stoi(r.path.substr(1)) : 0;
    return status == 0 ? reply{200, "{}"} : reply{status, "", {{"Location", "../end?x=1"}}};
  });
  scene s;
  s.authenticate();
  s.options.request.method = http_request::method::post;
  s.options.request.body = form_body{members({{"a", "b"}})};
  std::string methods;
  for (const char* status : {"301", "302", "303", "307", "308"}) {
    s.options.request.url = text(api.url(std::string("/") + status));
    s.send();
    const auto last = api.requests().back();
    BOOST_TEST(last.target == "/end?x=1");
    BOOST_TEST(last.header("Authorization") == "Bearer the-token");
    BOOST_TEST((last.headers.count("content-type") == 1U) == (last.method == "POST"));
    methods += last.method + last.body + " ";
  }
  BOOST_TEST(methods == "GET GET GET POSTa=b POSTa=b ");
}

BOOST_AUTO_TEST_CASE(that_never_end_are_an_error) {
  const http_server api([](const received_request&) { return reply{302, "", {{"Location", "/again"}}}; });
  BOOST_CHECK_EXCEPTION(scene(api.url("/")).send(), error, says(errc::config, "redirects more than 10 times"));
  BOOST_TEST(api.requests().size() == 11U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(attempts)

BOOST_AUTO_TEST_CASE(are_made_until_one_succeeds) {
  int count = 0;
  const http_server api([&](const received_request&) {
    return ++count < 3 ? reply{503, "", {}} : reply{200, R"({"ok":true})"};
  });
  scene s(api.url("/"));
  BOOST_TEST(s.send().given->body() == R"({"ok":true})");
  BOOST_TEST((s.time.waits() == std::vector<std::chrono::milliseconds>{1s, 2s}));
}

BOOST_AUTO_TEST_CASE(are_given_up_with_what_the_api_said) {
  const http_server api([](const received_request&) { return reply{500, R"({"message":"out of order"})"}; });
  scene s(api.url("/x?key=abc"));
  BOOST_CHECK_EXCEPTION(s.send(), error,
                        says(errc::unavailable, "orders: GET " + api.url("/x") +
                                                    " answered 500 (out of order); given up after 6 attempts"));
  BOOST_TEST(api.requests().size() == 6U);
}

BOOST_AUTO_TEST_CASE(are_given_up_before_a_deadline_that_is_set) {
  const http_server server([](const received_request&) { return reply{500, "{}"}; });
  scene s(server.url("/"));
  s.options.retry_deadline = 5s;
  BOOST_CHECK_EXCEPTION(s.send(), error, [](const error& e) {
    const bool says_why =
        says(errc::unavailable, "after 3 attempts: another one would come later than `retry_deadline`")(e);
    return says_why && !e.transient();
  });
}

BOOST_AUTO_TEST_CASE(fail_at_once_where_nothing_else_helps) {
  const http_server api([](const received_request&) { return reply{404, R"({"error":{"message":"nope"}})"}; });
  BOOST_CHECK_EXCEPTION(scene(api.url("/x")).send(), error, says(errc::config, "nope"));
  BOOST_TEST(api.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(are_tried_again_where_nobody_listens) {
  scene s("http://127.0.0.1:1/");
  BOOST_CHECK_EXCEPTION(s.send(), error, says(errc::unavailable, "got no answer"));
  BOOST_TEST(s.time.waits().size() == 5U);
}

BOOST_AUTO_TEST_CASE(come_out_as_the_filters_say) {
  const http_server api([](const received_request&) { return reply{404, R"({"a":1})"}; });
  scene s(api.url("/"));
  s.filter({.action = response_action::ignore, .http_codes = {404}});
  const auto ignored = s.send();
  BOOST_TEST((ignored.what == kind::ignored));
  BOOST_TEST(!ignored.given->ok());
  s.filter({.action = response_action::reset_pagination, .http_codes = {404}});
  BOOST_TEST((s.send().what == kind::pagination_reset));
  s.filter({.action = response_action::success, .http_codes = {404}});
  BOOST_TEST((s.send().what == kind::answered));
}

BOOST_AUTO_TEST_CASE(wait_for_the_budget) {
  const http_server api(echo);
  scene s(api.url("/"));
  const auto policy = std::make_shared<fixed_window_call_rate>(2, 60s, std::vector<call_matcher>{}, "budget");
  s.options.budget = std::make_shared<api_budget>(api_budget_options{.policies = {policy}, .time = s.options.time});
  for (int i = 0; i < 3; ++i) {
    s.send();
  }
  BOOST_TEST((s.time.waits() == std::vector<std::chrono::milliseconds>{60s}));
}

BOOST_AUTO_TEST_CASE(end_when_a_stop_is_requested) {
  const http_server api([](const received_request&) { return reply{503, ""}; });
  scene s(api.url("/"));
  s.options.time = {};
  std::stop_source stop;
  s.options.time.wait = [&](std::chrono::milliseconds wait, const std::stop_token& token) {
    stop.request_stop();
    return ingest::wait_for(wait, token);
  };
  BOOST_CHECK_EXCEPTION(http_requester(s.options).send(given(), {}, std::nullopt, stop.get_token()), error,
                        [](const error& e) { return e.code() == errc::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()

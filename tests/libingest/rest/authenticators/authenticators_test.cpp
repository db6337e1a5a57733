#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "core/base64.hpp"
#include "rest/authenticators/legacy_session_token.hpp"
#include "rest/authenticators/selective.hpp"
#include "rest/authenticators/session_token.hpp"
#include "rest/authenticators/token_authenticators.hpp"
#include "rest/requests/http_connections.hpp"
#include "rest/requests/http_requester.hpp"
#include "support/fake_time.hpp"
#include "support/http_server.hpp"

using namespace std::chrono_literals;
using namespace ingest::rest;
using ingest::errc;
using ingest::error;
using ingest::testing::fake_time;
using ingest::testing::http_server;
using ingest::testing::received_request;
using ingest::testing::reply;

namespace {

interpolation text(const std::string& t) {
  return interpolation(t, "authenticator");
}

settings of(const std::string& config) {
  return {.config = value::from_json(config)};
}

std::string header_of(authenticator& a, const char* name = "Authorization") {
  const auto proof = a.present({});
  const value* const found = proof.options.headers.find(name);
  return found == nullptr ? "" : found->text();
}

std::shared_ptr<http_connections> connections() {
  return std::make_shared<http_connections>(ingest::http_client_options{});
}

bool is_authentication(const error& e) {
  return e.code() == errc::authentication;
}

bool is_config(const error& e) {
  return e.code() == errc::config;
}

std::shared_ptr<requester> login_at(const http_server& server, const fake_time& time) {
  http_requester_options o;
  o.name = "login";
  o.request.where = "login";
  o.request.url_base = text(server.url("/login"));
  o.request.method = ingest::http_request::method::post;
  o.connections = connections();
  o.time = time.as_timing();
  return std::make_shared<http_requester>(std::move(o));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authenticators)

BOOST_AUTO_TEST_CASE(send_a_bearer_token_of_the_settings) {
  bearer_authenticator a(std::make_shared<token_of_settings>(text("{{ config['token'] }}"), of(R"({"token":"1e5"})")));
  BOOST_TEST(header_of(a) == "Bearer 1e5");
}

BOOST_AUTO_TEST_CASE(put_an_api_key_anywhere) {
  const auto key = std::make_shared<token_of_settings>(text("{{ config['key'] }}"), of(R"({"key":"k"})"));
  using target = request_option::target;
  api_key_authenticator in_header(key, request_option(target::header, {text("X-Key")}), of("{}"));
  BOOST_TEST(header_of(in_header, "X-Key") == "k");
  api_key_authenticator in_query(key, request_option(target::request_parameter, {text("key")}), of("{}"));
  BOOST_TEST(in_query.present({}).options.parameters.find("key")->text() == "k");
  api_key_authenticator in_form(key, request_option(target::body_data, {text("key")}), of("{}"));
  BOOST_TEST(in_form.present({}).options.body_data.to_json() == R"({"key":"k"})");
  api_key_authenticator in_json(key, request_option(target::body_json, {text("auth"), text("key")}), of("{}"));
  BOOST_TEST(in_json.present({}).options.body_json.find("auth")->to_json() == R"({"key":"k"})");
}

BOOST_AUTO_TEST_CASE(encode_user_and_password) {
  basic_authenticator a(text("{{ config['user'] }}"), text(""), of(R"({"user":"Aladdin"})"));
  BOOST_TEST(header_of(a) == "Basic QWxhZGRpbjo=");
  basic_authenticator b(text("Aladdin"), text("{{ config['p'] }}"), of(R"({"p":"open sesame"})"));
  BOOST_TEST(header_of(b) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  BOOST_TEST(ingest::detail::base64url("\xfb\xff\xfe") == "-__-");
}

BOOST_AUTO_TEST_CASE(are_chosen_by_a_setting) {
  const value config = value::from_json(R"({"credentials":{"type":"oauth"}})");
  BOOST_TEST(selected_authenticator(config, {"credentials", "type"}, {"key", "oauth"}, "auth") == "oauth");
  BOOST_CHECK_EXCEPTION(selected_authenticator(config, {"credentials", "kind"}, {"key"}, "auth"), error, is_config);
  BOOST_CHECK_EXCEPTION(selected_authenticator(config, {"credentials", "type"}, {"key"}, "auth"), error, is_config);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(session_tokens)

BOOST_AUTO_TEST_CASE(are_got_by_a_login_and_kept_for_their_time) {
  int logins = 0;
  const http_server api([&](const received_request&) {
    return reply{200, R"({"data":[{"token":"t)" + std::to_string(++logins) + R"("}]})"};
  });
  fake_time time;
  const auto source =
      std::make_shared<session_token>(session_token_options{.where = "auth",
                                                            .login = login_at(api, time),
                                                            .session_token_path = {"data", "0", "token"},
                                                            .expiration_duration = 3600s,
                                                            .time = time.as_timing()});
  bearer_authenticator bearer(source);
  BOOST_TEST(header_of(bearer) == "Bearer t1");
  time.advance(3599s);
  BOOST_TEST(header_of(bearer) == "Bearer t1");
  time.advance(2s);
  BOOST_TEST(header_of(bearer) == "Bearer t2");
  api_key_authenticator key(std::make_shared<token_in_template>(source, text("Token {{ session_token }}"), settings()),
                            request_option(request_option::target::header, {text("Authorization")}), settings());
  BOOST_TEST(header_of(key) == "Token t2");
}

BOOST_AUTO_TEST_CASE(are_got_once_for_many_threads) {
  std::atomic<int> logins = 0;
  const http_server api([&](const received_request&) {
    return reply{200, R"({"token":"t)" + std::to_string(++logins) + R"("})"};
  });
  fake_time time;
  session_token source(
      {.where = "auth", .login = login_at(api, time), .session_token_path = {"token"}, .time = time.as_timing()});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { source.token({}); });
  }
  threads.clear();
  BOOST_TEST(logins == 1);
}

BOOST_AUTO_TEST_CASE(are_got_anew_when_the_api_refuses_them) {
  int logins = 0;
  const http_server api([&](const received_request& r) {
    if (r.path == "/login") {
      return reply{200, R"({"token":"t)" + std::to_string(++logins) + R"("})"};
    }
    return r.header("Authorization") == "Bearer t2" ? reply{200, "{}"} : reply{401, ""};
  });
  fake_time time;
  http_requester_options o;
  o.name = "orders";
  o.request.where = "orders";
  o.request.url_base = text(api.url("/orders"));
  o.connections = connections();
  o.time = time.as_timing();
  o.auth = std::make_shared<bearer_authenticator>(std::make_shared<session_token>(session_token_options{
      .where = "auth", .login = login_at(api, time), .session_token_path = {"token"}, .time = time.as_timing()}));
  http_requester requester(o);
  variables given;
  given.set("config", value::dict_of({}));
  BOOST_TEST((requester.send(given, {}, std::nullopt, {}).what == request_outcome::kind::answered));
  BOOST_TEST(logins == 2);
}

BOOST_AUTO_TEST_CASE(that_are_not_in_the_answer_are_an_error) {
  const http_server api([](const received_request&) { return reply{200, R"({"other":1})"}; });
  fake_time time;
  session_token source(
      {.where = "auth", .login = login_at(api, time), .session_token_path = {"token"}, .time = time.as_timing()});
  BOOST_CHECK_EXCEPTION(source.token({}), error, is_authentication);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(legacy_session_tokens)

BOOST_AUTO_TEST_CASE(of_the_settings_are_used_while_they_are_valid) {
  const http_server api([](const received_request& r) {
    if (r.path == "/api/login") {
      return reply{200, R"({"id":"new"})"};
    }
    return r.header("X-Session") == "good" ? reply{200, "{}"} : reply{401, ""};
  });
  fake_time time;
  const auto header_with = [&](const std::string& config) {
    legacy_session_authenticator a({.given = of(config),
                                    .where = "auth",
                                    .api_url = text(api.url("/api/")),
                                    .header = text("X-Session"),
                                    .username = text("{{ config.get('user', '') }}"),
                                    .password = text("{{ config.get('password', '') }}"),
                                    .session_token = text("{{ config['token'] }}"),
                                    .session_token_response_key = text("id"),
                                    .login_url = text("login"),
                                    .validate_session_url = text("me"),
                                    .connections = connections(),
                                    .time = time.as_timing()});
    return header_of(a, "X-Session");
  };
  BOOST_TEST(header_with(R"({"token":"good"})") == "good");
  BOOST_TEST(header_with(R"({"token":"old","user":"u","password":"p"})") == "new");
  BOOST_TEST(api.requests().back().body == R"({"username":"u","password":"p"})");
  BOOST_CHECK_EXCEPTION(header_with(R"({"token":"old"})"), error, is_authentication);
}

BOOST_AUTO_TEST_SUITE_END()

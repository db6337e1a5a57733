#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "ingest/log.hpp"
#include "rest/authenticators/oauth_answer.hpp"
#include "rest/authenticators/oauth_authenticator.hpp"
#include "rest/authenticators/token_authenticators.hpp"
#include "rest/requests/http_connections.hpp"
#include "support/fake_time.hpp"
#include "support/http_server.hpp"
#include "support/scratch_dir.hpp"

using namespace std::chrono_literals;
using namespace ingest::rest;
using ingest::errc;
using ingest::error;
using ingest::testing::fake_time;
using ingest::testing::http_server;
using ingest::testing::received_request;
using ingest::testing::reply;
using ingest::testing::scratch_dir;

namespace {

interpolation text(const std::string& t) {
  return interpolation(t, "oauth");
}

class memory_store final : public token_store {
 public:
  std::optional<oauth_tokens> load(const std::string& origin) override {
    return origin == origin_ ? tokens_ : std::nullopt;
  }
  void save(const std::string& origin, const oauth_tokens& tokens) override {
    if (full) {
      throw error(errc::no_space, "the disk is full");
    }
    origin_ = origin;
    tokens_ = tokens;
  }

  bool full = false;
  std::string origin_;
  std::optional<oauth_tokens> tokens_;
};

struct scene {
  fake_time time{1'700'000'000s};
  oauth_options options;

  explicit scene(const http_server& server) {
    options.where = "oauth";
    options.given.config = value::from_json(
        R"({"id":"the-client","secret":"the-secret","refresh":"old-refresh","credentials":{"refresh_token":"old-refresh"}})");
    options.token_refresh_endpoint = text(server.url("/token"));
    options.client_id = text("{{ config['id'] }}");
    options.client_secret = text("{{ config['secret'] }}");
    options.refresh_token = text("{{ config['refresh'] }}");
    options.connections = std::make_shared<http_connections>(ingest::http_client_options{});
    options.time = time.as_timing();
  }

  std::shared_ptr<memory_store> rotating() {
    auto store = std::make_shared<memory_store>();
    options.updater.emplace();
    options.refresh_token.reset();
    options.store = store;
    return store;
  }
};

std::string token_of(oauth_authenticator& a) {
  return a.present({}).options.headers.find("Authorization")->text();
}

/// Issues access tokens a1, a2 … for an hour, and refresh tokens r1, r2 … that are good once.
struct rotating_server {
  int issued = 0;
  std::string good = "old-refresh";
  http_server server{[this](const received_request& r) {
    if (r.body.find("refresh_token=" + good) == std::string::npos) {
      return reply{400, R"({"error":"invalid_grant","error_description":"used up"})"};
    }
    const std::string number = std::to_string(++issued);
    good = "r" + number;
    return reply{200, R"({"data":{"access_token":"a)" + number + R"(","refresh_token":"r)" + number +
                          R"(","expires_in":"3600"}})"};
  }};
};

auto says(errc code, const std::string& words) {
  return [=](const error& e) {
    BOOST_TEST_MESSAGE(e.what());
    return e.code() == code && std::string(e.what()).find(words) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(oauth_authenticators)

BOOST_AUTO_TEST_CASE(refresh_with_a_form_and_keep_the_token_for_its_life) {
  int issued = 0;
  const http_server server([&](const received_request&) {
    return reply{200, R"({"access_token":"a)" + std::to_string(++issued) + R"(","expires_in":60})"};
  });
  scene s(server);
  s.options.scopes = {"read", "write all"};
  s.options.refresh_request_body.members.emplace_back(text("audience"), text("api"));
  s.options.refresh_request_body.members.emplace_back(text("client_id"), text("another"));
  oauth_authenticator a(s.options);
  BOOST_TEST(token_of(a) == "Bearer a1");
  const auto request = server.requests().at(0);
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.body ==
             "grant_type=refresh_token&client_id=the-client&client_secret=the-secret&refresh_token=old-refresh&"
             "scopes=read&scopes=write+all&audience=api");
  BOOST_TEST(request.header("Content-Type") == "application/x-www-form-urlencoded");
  s.time.advance(60s);
  BOOST_TEST(token_of(a) == "Bearer a1");
  s.time.advance(1s);
  BOOST_TEST(token_of(a) == "Bearer a2");
}

BOOST_AUTO_TEST_CASE(take_other_names_and_grants) {
  const http_server server([](const received_request&) { return reply{200, R"({"tok":"x"})"}; });
  scene s(server);
  s.options.refresh_token.reset();
  s.options.grant_type = text("client_credentials");
  s.options.client_id_name = text("appid");
  s.options.access_token_name = text("tok");
  s.options.refresh_request_headers.members.emplace_back(text("X-A"), text("b"));
  oauth_authenticator a(s.options);
  BOOST_TEST(token_of(a) == "Bearer x");
  const auto request = server.requests().at(0);
  BOOST_TEST(request.body == "grant_type=client_credentials&appid=the-client&client_secret=the-secret");
  BOOST_TEST(request.header("X-A") == "b");
  s.time.advance(3600s);
  BOOST_TEST(token_of(a) == "Bearer x");
  BOOST_TEST(server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(send_the_client_in_a_header_only_and_arguments_in_the_query) {
  const http_server server([](const received_request&) { return reply{200, R"({"access_token":"x"})"}; });
  scene s(server);
  s.options.refresh_request_headers.members.emplace_back(text("Authorization"), text("Basic abc"));
  s.options.send_refresh_request_as_query_params = true;
  oauth_authenticator a(s.options);
  token_of(a);
  const auto request = server.requests().at(0);
  BOOST_TEST(request.target == "/token?grant_type=refresh_token&refresh_token=old-refresh");
  BOOST_TEST(request.body.empty());
  BOOST_TEST(request.header("Authorization") == "Basic abc");
}

BOOST_AUTO_TEST_CASE(assert_a_profile) {
  const http_server server([](const received_request&) { return reply{200, R"({"access_token":"x"})"}; });
  scene s(server);
  s.options.client_id.reset();
  s.options.client_secret.reset();
  s.options.refresh_token.reset();
  s.options.profile_assertion = std::make_shared<token_of_settings>(text("h.p.s"), settings());
  oauth_authenticator a(s.options);
  token_of(a);
  BOOST_TEST(server.requests().at(0).body ==
             "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=h.p.s");
}

BOOST_AUTO_TEST_CASE(use_a_given_access_token_without_an_endpoint) {
  const http_server server([](const received_request&) { return reply{500, ""}; });
  scene s(server);
  s.options.token_refresh_endpoint.reset();
  s.options.access_token_value = text("{{ config['secret'] }}");
  oauth_authenticator a(s.options);
  BOOST_TEST(token_of(a) == "Bearer the-secret");
  BOOST_TEST(!a.renew(0));
}

BOOST_AUTO_TEST_CASE(ask_once_for_many_threads) {
  std::atomic<int> issued = 0;
  const http_server server([&](const received_request&) {
    return reply{200, R"({"access_token":"a)" + std::to_string(++issued) + R"(","expires_in":60})"};
  });
  scene s(server);
  oauth_authenticator a(s.options);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { a.present({}); });
  }
  threads.clear();
  BOOST_TEST(issued == 1);
  const auto proof = a.present({});
  BOOST_TEST(a.renew(proof.number));
  BOOST_TEST(token_of(a) == "Bearer a2");
  BOOST_TEST(a.renew(proof.number));  // of the one before: somebody else has renewed it
  BOOST_TEST(token_of(a) == "Bearer a2");
}

BOOST_AUTO_TEST_CASE(try_again_through_an_outage_but_not_against_a_refusal) {
  int asked = 0;
  const http_server server([&](const received_request&) {
    return ++asked < 4 ? reply{asked == 1 ? 429 : 503, ""} : reply{200, R"({"access_token":"x"})"};
  });
  scene s(server);
  oauth_authenticator a(s.options);
  BOOST_TEST(token_of(a) == "Bearer x");
  const http_server refusing([](const received_request&) { return reply{401, R"({"error":"invalid_client"})"}; });
  scene r(refusing);
  oauth_authenticator b(r.options);
  BOOST_CHECK_EXCEPTION(token_of(b), error, says(errc::authentication, "invalid_client"));
  BOOST_TEST(refusing.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(give_up_on_an_endpoint_after_five_minutes) {
  const http_server server([](const received_request&) { return reply{503, ""}; });
  scene s(server);
  oauth_authenticator a(s.options);
  const auto before = s.time.now();
  BOOST_CHECK_EXCEPTION(token_of(a), error, says(errc::unavailable, "503"));
  BOOST_TEST((s.time.now() - before <= 300s));
}

BOOST_AUTO_TEST_CASE(do_not_carry_secrets_along_a_redirect) {
  const http_server other([](const received_request&) { return reply{200, R"({"access_token":"x"})"}; });
  const http_server server([&](const received_request&) {
    return reply{307, "", {{"Location", other.url("/token")}}};
  });
  scene s(server);
  oauth_authenticator a(s.options);
  BOOST_CHECK_EXCEPTION(token_of(a), error, says(errc::authentication, "307"));
  BOOST_TEST(other.requests().empty());
}

BOOST_AUTO_TEST_CASE(say_what_is_missing) {
  const http_server server([](const received_request&) { return reply{200, R"({"other":"x"})"}; });
  scene s(server);
  oauth_authenticator a(s.options);
  BOOST_CHECK_EXCEPTION(token_of(a), error, says(errc::authentication, "access_token"));
  s.options.refresh_token.reset();
  BOOST_CHECK_EXCEPTION(oauth_authenticator(s.options), error, says(errc::config, "refresh_token"));
  s.options.client_id.reset();
  BOOST_CHECK_EXCEPTION(oauth_authenticator(s.options), error, says(errc::config, "client_id"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rotating_refresh_tokens)

BOOST_AUTO_TEST_CASE(are_kept_before_the_token_beside_them_is_used) {
  rotating_server api;
  scene s(api.server);
  const auto store = s.rotating();
  store->full = true;
  oauth_authenticator a(s.options);
  BOOST_CHECK_EXCEPTION(token_of(a), error, says(errc::no_space, "full"));
  api.good = "old-refresh";
  store->full = false;
  BOOST_TEST(token_of(a) == "Bearer a2");
  BOOST_TEST(store->tokens_->refresh_token == "r2");
  BOOST_TEST((store->tokens_->expires == std::chrono::sys_seconds(1'700'003'600s)));
}

BOOST_AUTO_TEST_CASE(outlive_the_process) {
  rotating_server api;
  scene s(api.server);
  const auto store = s.rotating();
  BOOST_TEST(token_of(*std::make_unique<oauth_authenticator>(s.options)) == "Bearer a1");
  oauth_authenticator second(s.options);
  BOOST_TEST(token_of(second) == "Bearer a1");
  s.time.advance(3601s);
  BOOST_TEST(token_of(second) == "Bearer a2");
  BOOST_TEST(store->tokens_->refresh_token == "r2");
  BOOST_TEST(api.issued == 2);
}

BOOST_AUTO_TEST_CASE(give_way_to_one_that_a_person_has_set) {
  rotating_server api;
  scene s(api.server);
  s.rotating();
  token_of(*std::make_unique<oauth_authenticator>(s.options));
  api.good = "by-hand";
  s.options.given.config = value::from_json(R"({"credentials":{"refresh_token":"by-hand","client_id":"c"}})");
  s.options.client_id = text("x");
  s.options.client_secret = text("y");
  oauth_authenticator a(s.options);
  BOOST_TEST(token_of(a) == "Bearer a2");
  BOOST_TEST(api.server.requests().back().body.find("client_id=c&client_secret=y") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(that_are_lost_ask_for_a_person) {
  rotating_server api;
  scene s(api.server);
  s.rotating();
  api.good = "another";
  oauth_authenticator a(s.options);
  BOOST_CHECK_EXCEPTION(token_of(a), error, says(errc::authentication, "log in again"));
}

BOOST_AUTO_TEST_CASE(need_a_place_to_be_kept) {
  rotating_server api;
  scene s(api.server);
  s.rotating();
  s.options.store.reset();
  BOOST_CHECK_EXCEPTION(oauth_authenticator(s.options), error, says(errc::config, "kept"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(token_files)

BOOST_AUTO_TEST_CASE(bring_back_what_was_saved) {
  const scratch_dir dir;
  const oauth_tokens tokens{"r\"1", "a1", std::chrono::sys_seconds(1'700'000'000s)};
  token_file(ingest::posix_file_system(), dir / "tokens").save("o1", {"r0"});
  token_file(ingest::posix_file_system(), dir / "tokens").save("o1", tokens);
  token_file reopened(ingest::posix_file_system(), dir / "tokens");
  BOOST_TEST((reopened.load("o1") == tokens));
  BOOST_TEST(!reopened.load("o2"));
  BOOST_TEST(!token_file(ingest::posix_file_system(), dir / "none").load("o1"));
}

BOOST_AUTO_TEST_CASE(are_for_their_owner_alone_and_leave_nothing_beside_them) {
  const scratch_dir dir;
  std::ofstream(dir / "tokens.tmp") << "left by a crash";
  token_file(ingest::posix_file_system(), dir / "tokens").save("o", {"r"});
  struct stat s {};
  BOOST_REQUIRE(::stat((dir / "tokens").c_str(), &s) == 0);
  BOOST_TEST((s.st_mode & 0777) == 0600U);
  BOOST_TEST(!std::filesystem::exists(dir / "tokens.tmp"));
}

BOOST_AUTO_TEST_CASE(that_are_damaged_are_not_quoted) {
  const scratch_dir dir;
  std::ofstream(dir / "tokens") << R"({"refresh_token":"s3cret)";
  token_file file(ingest::posix_file_system(), dir / "tokens");
  BOOST_CHECK_EXCEPTION(file.load("o"), error, [](const error& e) {
    return e.code() == errc::bad_data && std::string(e.what()).find("s3cret") == std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(expiries)

BOOST_AUTO_TEST_CASE(are_a_number_of_seconds_or_a_time) {
  const std::chrono::system_clock::time_point now(1'700'000'000s);
  const auto of = [&](const char* json, bool is_a_time) { return expiry_of(value::from_json(json), is_a_time, now); };
  BOOST_TEST((of("60", false) == now + 60s));
  BOOST_TEST((of("\"60.9\"", false) == now + 60s));
  BOOST_TEST((of("-5", false) == now));
  BOOST_TEST((of("1e300", false) > now + 24h));
  BOOST_TEST((of("1700000060", true) == now + 60s));
  BOOST_TEST((of("\"2023-11-14T22:14:20Z\"", true) == now + 60s));
  BOOST_CHECK_THROW(of("\"soon\"", false), error);
  BOOST_CHECK_THROW(of("\"soon\"", true), error);
}

BOOST_AUTO_TEST_CASE(are_looked_for_five_levels_down) {
  const value deep = value::from_json(R"({"x":null,"a":{"b":[{"c":{"token":"t"}}]}})");
  BOOST_TEST(find_issued(deep, "token")->text() == "t");
  BOOST_TEST(find_issued(deep, "other") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

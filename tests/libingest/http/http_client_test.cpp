#include "ingest/http_client.hpp"

#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "support/http_server.hpp"
#include "support/raw_server.hpp"

using namespace std::chrono_literals;
using ingest::errc;
using ingest::http_client;
using ingest::http_client_options;
using ingest::http_request;
using ingest::http_result;
using ingest::transport_failure;
using ingest::testing::http_server;
using ingest::testing::raw_server;
using ingest::testing::received_request;
using ingest::testing::reply;

namespace {

using kind = transport_failure::kind;

http_request get(const std::string& url) {
  return {.url = url};
}

http_result result_of(const std::string& url, const http_client_options& options = {}) {
  return http_client(options).perform(get(url), {});
}

kind failure_of(const std::string& url, const http_client_options& options = {}) {
  const http_result r = result_of(url, options);
  BOOST_REQUIRE_MESSAGE(r.failure.has_value(), "HTTP " << r.status);
  return r.failure->what;
}

bool is_config(const ingest::error& e) {
  return e.code() == errc::config;
}

raw_server sending(std::string bytes) {
  return raw_server([bytes = std::move(bytes)](raw_server::connection& c) {
    if (c.read_request()) {
      c.send(bytes);
    }
  });
}

std::string gzip(const std::string& text) {
  z_stream z{};
  BOOST_REQUIRE(deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  BOOST_REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

reply echo(const received_request& r) {
  return {201, r.method + " " + r.path + " " + r.body, {{"X-Answer", " 42 "}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_clients)

BOOST_AUTO_TEST_CASE(bring_status_headers_and_body) {
  const http_server server(echo);
  const http_result r = result_of(server.url("/a"));
  BOOST_TEST(!r.failure.has_value());
  BOOST_TEST(r.status == 201);
  BOOST_TEST(r.body == "GET /a ");
  BOOST_TEST(r.header("x-ANSWER").value() == "42");
  BOOST_TEST(!r.header("x-question").has_value());
}

BOOST_AUTO_TEST_CASE(send_what_they_are_given) {
  const http_server server(echo);
  http_client client({.user_agent = "ingest/1.2.3"});
  const http_result& r = client.perform(
      {.verb = http_request::method::post, .url = server.url("/p"), .headers = {{"X-A", "b"}}, .body = "{}"}, {});
  BOOST_TEST(r.body == "POST /p {}");
  const auto requests = server.requests();
  BOOST_TEST(requests.at(0).header("X-A") == "b");
  BOOST_TEST(requests.at(0).header("User-Agent") == "ingest/1.2.3");
}

BOOST_AUTO_TEST_CASE(send_bodies_by_every_method_with_no_header_that_was_not_given) {
  const http_server server(echo);
  http_client client({});
  using method = http_request::method;
  std::string answers;
  for (const auto& [verb, body] :
       {std::pair(method::put, "1"), std::pair(method::get, "2"), std::pair(method::patch, "3"),
        std::pair(method::post, ""), std::pair(method::del, ""), std::pair(method::get, ""),
        std::pair(method::post, "4")}) {
    answers += client.perform({.verb = verb, .url = server.url("/"), .body = body}, {}).body + ";";
  }
  BOOST_TEST(answers == "PUT / 1;GET / 2;PATCH / 3;POST / ;DELETE / ;GET / ;POST / 4;");
  for (const auto& request : server.requests()) {
    BOOST_TEST(request.headers.count("content-type") == 0U);
    BOOST_TEST(request.headers.count("expect") == 0U);
    BOOST_TEST(request.headers.count("content-length") == (request.method == "GET" && request.body.empty() ? 0U : 1U));
  }
}

BOOST_AUTO_TEST_CASE(keep_their_connection) {
  const http_server server(echo);
  http_client client({});
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(client.perform(get(server.url("/")), {}).status == 201);
    BOOST_TEST(client.perform({.verb = http_request::method::post, .url = server.url("/")}, {}).status == 201);
  }
  for (const auto& request : server.requests()) {
    BOOST_TEST(request.remote_port == server.requests().front().remote_port);
  }
}

BOOST_AUTO_TEST_CASE(give_a_body_away_and_put_the_next_one_into_the_memory_they_get_for_it) {
  const http_server server([](const received_request& r) {
    return reply{200, r.path == "/first" ? std::string(5'000, 'a') : "bc", {}};
  });
  http_client client({});
  client.perform(get(server.url("/first")), {});
  std::string room(10'000, 'r');
  const void* const memory = room.data();
  const std::string first = client.take_body(std::move(room));
  BOOST_TEST(first == std::string(5'000, 'a'));
  BOOST_TEST(client.perform(get(server.url("/second")), {}).body == "bc");
  const std::string second = client.take_body({});
  BOOST_TEST(second == "bc");
  BOOST_TEST(static_cast<const void*>(second.data()) == memory);
}

BOOST_AUTO_TEST_CASE(decompress_unless_told_not_to_ask_for_it) {
  const std::string text(100'000, 'x');
  const http_server server([&](const received_request& r) {
    return r.header("Accept-Encoding").find("gzip") == std::string::npos
               ? reply{200, "plain"}
               : reply{200, gzip(text), {{"Content-Encoding", "gzip"}}, "application/x-test"};
  });
  BOOST_TEST((result_of(server.url()).body == text));
  BOOST_TEST(result_of(server.url(), {.compression = false}).body == "plain");
}

BOOST_AUTO_TEST_CASE(read_all_members_of_a_gzip_body_and_skip_padding) {
  const std::string text(300'000, 'x');
  std::string body = gzip(text) + gzip("") + gzip("and the rest");
  const http_server server([&](const received_request&) {
    return reply{200, body, {{"Content-Encoding", "gzip"}}, "application/x-test"};
  });
  BOOST_TEST((result_of(server.url()).body == text + "and the rest"));
  BOOST_TEST((result_of(server.url(), {.compression = false}).body == text + "and the rest"), "also unasked");
  body.append(1000, '\0');
  BOOST_TEST((result_of(server.url()).body == text + "and the rest"));
}

BOOST_AUTO_TEST_CASE(fail_on_a_compressed_body_that_is_damaged_or_cut_short_and_say_how_to_do_without) {
  const std::string whole = gzip("events");
  for (const std::string& body :
       {whole.substr(0, whole.size() - 1), "\x1f\x8b" + std::string(20, '\xff'), whole + "garbage"}) {
    const http_server server([&](const received_request& r) {
      return reply{r.path == "/missing" ? 404 : 200, body, {{"Content-Encoding", "gzip"}}, "application/x-test"};
    });
    const auto failure = result_of(server.url()).failure;
    BOOST_REQUIRE(failure.has_value());
    BOOST_TEST((failure->what == kind::connection));
    BOOST_TEST(failure->message.find("`compression`") != std::string::npos);
    BOOST_TEST(result_of(server.url("/missing")).status == 404, "what a refusal says may be unreadable");
  }
}

BOOST_AUTO_TEST_CASE(cut_a_body_at_the_cap) {
  const http_server server([](const received_request&) { return reply{200, std::string(2000, 'x')}; });
  BOOST_TEST(result_of(server.url(), {.max_body_bytes = 2000}).body.size() == 2000u);
  BOOST_TEST((failure_of(server.url(), {.max_body_bytes = 1999}) == kind::too_large));
}

BOOST_AUTO_TEST_CASE(cut_a_gzip_bomb_at_the_cap) {
  const std::string bomb = gzip(std::string(50'000'000, '\0'));
  const http_server server([&](const received_request&) {
    return reply{200, bomb, {{"Content-Encoding", "gzip"}}, "application/x-test"};
  });
  BOOST_TEST((failure_of(server.url(), {.max_body_bytes = 1'000'000}) == kind::too_large));
}

BOOST_AUTO_TEST_CASE(cut_chunks_and_headers_that_never_end) {
  raw_server chunks([](raw_server::connection& c) {
    if (c.read_request() && c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) {
      while (c.send("1000\r\n" + std::string(0x1000, 'x') + "\r\n")) {
      }
    }
  });
  BOOST_TEST((failure_of(chunks.url(), {.max_body_bytes = 1'000'000}) == kind::too_large));
  raw_server headers([](raw_server::connection& c) {
    if (c.read_request() && c.send("HTTP/1.1 200 OK\r\n")) {
      while (c.send("X-Filler: " + std::string(1000, 'x') + "\r\n")) {
      }
    }
  });
  BOOST_TEST((failure_of(headers.url()) == kind::too_large));
}

BOOST_AUTO_TEST_CASE(fail_on_a_body_shorter_than_announced) {
  const raw_server server = sending("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  BOOST_TEST((failure_of(server.url()) == kind::connection));
}

BOOST_AUTO_TEST_CASE(cannot_tell_that_a_body_without_length_was_cut) {
  const raw_server server = sending("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":[");
  BOOST_TEST(result_of(server.url()).body == "{\"data\":[");
}

BOOST_AUTO_TEST_CASE(tell_the_status_of_an_answer_that_cannot_be_read_to_its_end) {
  const auto status_of = [](const raw_server& server, const http_client_options& options = {}) {
    const http_result r = result_of(server.url(), options);
    BOOST_TEST(r.failure.has_value());
    return r.status_that_came();
  };
  BOOST_TEST(status_of(sending("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")) == 200);
  BOOST_TEST(status_of(sending("HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\n12345"), {.max_body_bytes = 4}) == 503);
  BOOST_TEST(status_of(sending("HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n12345")) == 404);
  BOOST_TEST(status_of(sending("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n12345")) == 200);
  BOOST_TEST(status_of(sending("HTTP/1.1 103 Early Hints\r\n\r\n")) == 0);
  BOOST_TEST(status_of(sending("")) == 0);
}

BOOST_AUTO_TEST_CASE(fail_on_garbage_and_on_silence) {
  const raw_server garbage = sending("\x01\x02\x03 no HTTP\r\n\r\n");
  BOOST_TEST((failure_of(garbage.url()) == kind::connection));
  const raw_server hanging_up([](raw_server::connection& c) { c.read_request(); });
  BOOST_TEST((failure_of(hanging_up.url()) == kind::connection));
  int free_port = 0;
  {
    const raw_server gone([](raw_server::connection&) {});
    free_port = gone.port();
  }
  BOOST_TEST((failure_of("http://127.0.0.1:" + std::to_string(free_port)) == kind::connection));
}

BOOST_AUTO_TEST_CASE(give_up_a_transfer_that_takes_too_long_though_bytes_keep_dripping) {
  const raw_server dripping([](raw_server::connection& c) {
    if (c.read_request() && c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")) {
      while (c.send("x") && c.pause(100ms)) {
      }
    }
  });
  BOOST_TEST((failure_of(dripping.url(), {.request_timeout = 300ms}) == kind::timeout));
}

BOOST_AUTO_TEST_CASE(do_not_follow_redirects) {
  const http_server elsewhere(echo);
  for (const auto& target : {elsewhere.url("/"), std::string("file:///etc/passwd")}) {
    const http_server server([&](const received_request&) { return reply{302, "", {{"Location", target}}}; });
    BOOST_TEST(result_of(server.url()).status == 302);
  }
  BOOST_TEST(elsewhere.requests().empty());
}

BOOST_AUTO_TEST_CASE(speak_http_only) {
  for (const auto* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "http://", "http://a b/"}) {
    BOOST_CHECK_EXCEPTION(result_of(url), ingest::error, is_config);
  }
}

BOOST_AUTO_TEST_CASE(refuse_headers_that_would_smuggle_in_others_without_showing_them) {
  http_client client({});
  for (const ingest::http_header& h : std::vector<ingest::http_header>{{"X-A", "4711\r\nX-B: c"},
                                                                       {"X-A", "4711\n"},
                                                                       {"X-A", std::string("4711\0", 5)},
                                                                       {"X A", "4711"},
                                                                       {"", "4711"},
                                                                       {"A:", "4711"}}) {
    BOOST_CHECK_EXCEPTION(
        client.perform({.url = "http://127.0.0.1:1/", .headers = {h}}, {}), ingest::error,
        [](const ingest::error& e) { return is_config(e) && std::string(e.what()).find("4711") == std::string::npos; });
  }
}

BOOST_AUTO_TEST_CASE(return_within_a_second_once_stopped) {
  std::stop_source stop;
  std::atomic<bool> reached = false;
  const raw_server silent([&](raw_server::connection& c) {
    c.read_request();
    reached = true;
    c.pause(1h);
  });
  std::chrono::steady_clock::time_point stopped;
  std::jthread stopper([&] {
    while (!reached) {
      std::this_thread::yield();
    }
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  http_client client({});
  BOOST_CHECK_EXCEPTION(client.perform(get(silent.url()), stop.get_token()), ingest::error,
                        [](const ingest::error& e) { return e.code() == errc::cancelled; });
  BOOST_TEST((std::chrono::steady_clock::now() - stopped < 1s));
  BOOST_CHECK_EXCEPTION(client.perform(get(silent.url()), stop.get_token()), ingest::error,
                        [](const ingest::error& e) { return e.code() == errc::cancelled; });
}

BOOST_AUTO_TEST_CASE(let_a_request_be_sent_first_and_its_answer_be_read_later) {
  const http_server server(echo);
  http_client client({});
  const http_result& result = client.perform(get(server.url("/a")), {});
  client.start(get(server.url("/b")));
  while (server.requests().size() < 2) {
    std::this_thread::yield();
  }
  BOOST_TEST(result.body == "GET /a ", "the result before stays valid");
  BOOST_TEST(result.header("X-Answer").value() == "42");
  BOOST_TEST(client.finish({}).body == "GET /b ");
  BOOST_TEST(result.headers.size() == client.perform(get(server.url("/c")), {}).headers.size());
  BOOST_TEST(server.requests().at(0).remote_port == server.requests().at(2).remote_port);
}

BOOST_AUTO_TEST_CASE(give_up_a_request_that_was_started_for_the_next_or_for_nothing) {
  const http_server server(echo);
  http_client client({});
  client.start(get(server.url("/a")));
  BOOST_TEST(client.perform(get(server.url("/b")), {}).body == "GET /b ");
  client.start(get(server.url("/c")));
  client.cancel();
  BOOST_CHECK_EXCEPTION(client.finish({}), ingest::error, [](const auto& e) { return e.code() == errc::internal; });
  BOOST_TEST(client.perform(get(server.url("/d")), {}).body == "GET /d ");
}

BOOST_AUTO_TEST_CASE(can_be_used_again_after_any_failure) {
  const raw_server broken = sending("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  const http_server sound(echo);
  http_client client({.max_body_bytes = 100});
  BOOST_TEST(client.perform(get(broken.url()), {}).failure.has_value());
  BOOST_TEST(client.perform(get(sound.url("/b")), {}).body == "GET /b ");
  BOOST_TEST(client.perform(get(sound.url("/" + std::string(200, 'x'))), {}).failure.has_value());
  BOOST_TEST(client.perform(get(sound.url("/c")), {}).body == "GET /c ");
}

BOOST_AUTO_TEST_SUITE_END()

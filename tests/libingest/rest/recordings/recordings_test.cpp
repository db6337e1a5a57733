#include <boost/test/unit_test.hpp>

#include "core/base64.hpp"
#include "ingest/error.hpp"
#include "rest/recordings/exchange_faults.hpp"
#include "rest/recordings/exchange_player.hpp"

using namespace ingest::rest;
using ingest::errc;
using ingest::http_header;
using ingest::http_request;

namespace {

const std::string secret = "s3/cr\"t +ü&k";

secret_mask mask_of(const std::string& text) {
  secret_mask mask;
  mask.add(text, "SECRET_key");
  return mask;
}

exchange_groups two_pages() {
  exchange_groups groups{{"{}", {}}};
  for (const char* page : {"1", "2"}) {
    recorded_exchange e{"GET", std::string("http://h/x?page=") + page, {}, "", {}};
    e.outcome.given.emplace(200, std::vector<http_header>{{"Link", "<u>"}}, std::string("{\"page\":") + page + "}",
                            "x");
    groups[0].exchanges.push_back(std::move(e));
  }
  return groups;
}

struct playing {
  explicit playing(exchange_faults faults = {})
      : clock({}), player(two_pages(), {}, secret_mask(), std::move(faults), clock) {
    player.enter("{}");
  }

  exchange ask(const std::string& url) { return player.send({.url = url}, url, {}); }

  std::string refusal(const std::string& url) {
    try {
      ask(url);
    } catch (const ingest::error& e) {
      BOOST_TEST((e.code() == errc::bad_data));
      return e.what();
    }
    return "";
  }

  replay_clock clock;
  exchange_player player;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

stream_transcript transcript(const std::vector<std::string>& records) {
  return {{{"{}", {value::from_json(R"({"records":1,"token":2})")}}}, records, false};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recordings)

BOOST_AUTO_TEST_CASE(a_secret_is_found_however_it_is_spelt) {
  const secret_mask mask = mask_of(secret);
  const auto is_found = [&](const std::string& spelt) {
    BOOST_TEST(mask.masked("a " + spelt + " z") == "a SECRET_key z", spelt);
  };
  is_found(secret);
  is_found("s3%2Fcr%22t%20%2B%C3%BC%26k");
  is_found("s3%2fcr%22t+%2b%c3%bc%26k");
  is_found("s3%252Fcr%2522t%2520%252B%25C3%25BC%2526k");
  is_found(R"(s3\/cr\"t +\u00fc\u0026k)");
  is_found(R"(s3/cr\\\"t +\\u00FC&k)");
  BOOST_TEST(mask.masked("s3/cr\"t +u&k") == "s3/cr\"t +u&k");
}

BOOST_AUTO_TEST_CASE(a_base64_text_with_a_secret_in_it_is_replaced_as_a_whole) {
  const secret_mask mask = mask_of(secret);
  for (const std::string before : {"", "u", "us", "user:", "someone@example.com:"}) {
    for (const std::string behind : {"", ":", ":x"}) {
      BOOST_TEST(mask.masked("Basic " + ingest::detail::base64(before + secret + behind)) == "Basic SECRET_key",
                 before + "|" + behind);
      BOOST_TEST(mask.masked("<" + ingest::detail::base64url(before + secret + behind) + ">") == "<SECRET_key>",
                 before + "|" + behind);
    }
  }
}

BOOST_AUTO_TEST_CASE(masking_twice_is_masking_once_and_short_words_are_left_alone) {
  secret_mask mask = mask_of(secret);
  mask.add("abc", "SECRET_short");
  const std::string once = mask.masked("abc " + secret);
  BOOST_TEST(once == "abc SECRET_key");
  BOOST_TEST(mask.masked(once) == once);
}

BOOST_AUTO_TEST_CASE(settings_lose_what_is_listed_and_what_is_called_like_a_secret) {
  secret_mask mask;
  const value config = value::from_json(
      R"({"credentials":{"id":"me","client_secret":"xyzxyz"},"api_key":"abcabc","account":"123456789","page_token":""})");
  const value safe = mask.add_settings(config, {"123456789"});
  BOOST_TEST(safe.to_json() == R"({"credentials":{"id":"me","client_secret":"SECRET_credentials_client_secret"},)"
                               R"("api_key":"SECRET_api_key","account":"999999999","page_token":""})");
  mask.add_query("https://h/x?api_key=abcabc&password=999999999");
  BOOST_TEST(mask.masked("?a=123456789&k=abcabc") == "?a=999999999&k=SECRET_api_key");
}

BOOST_AUTO_TEST_CASE(tokens_that_are_issued_are_found_by_the_names_of_their_members) {
  secret_mask mask;
  mask.add_named(R"({"data":[{"access_token":"issued-token","next_page_token":"page-after"}]})");
  mask.add_named("grant_type=x&client_secret=form%20secret");
  mask.add_query("https://h/x?signature=0123456789&page=2");
  BOOST_TEST(mask.masked("issued-token page-after form%20secret 0123456789") ==
             "SECRET_access_token page-after SECRET_client_secret SECRET_signature");
}

BOOST_AUTO_TEST_CASE(headers_that_are_secrets_keep_no_more_than_their_scheme) {
  const secret_mask mask = mask_of(secret);
  BOOST_TEST(mask.masked(http_header{"Authorization", "Bearer abc"}).value == "Bearer SECRET");
  BOOST_TEST(mask.masked(http_header{"X-Api-Key", "abc"}).value == "SECRET");
  BOOST_TEST(mask.masked(http_header{"Cookie", "a=b; c=d"}).value == "SECRET");
  BOOST_TEST(mask.masked(http_header{"Accept", "text/plain"}).value == "text/plain");
}

BOOST_AUTO_TEST_CASE(exchanges_come_back_from_their_file) {
  exchange_groups groups = two_pages();
  const auto add = [&](std::string body) {
    recorded_exchange e{"POST", "http://h/y", {{"Accept", "x"}}, "a=1&b=2", {}};
    e.outcome.given.emplace(201, std::vector<http_header>(), std::move(body), "y");
    groups[0].exchanges.push_back(std::move(e));
  };
  add(R"({"n": 12345678901234567890.10, "a":[1, 2]})");
  add("a,b\n1,2\n");
  add(std::string("\x1f\x8b\0\xff", 4));
  add("");
  recorded_exchange failed{"GET", "http://h/z", {}, "", {}};
  failed.outcome.failure = ingest::transport_failure{ingest::transport_failure::kind::timeout, "late"};
  groups[0].exchanges.push_back(std::move(failed));
  const std::string text = to_text(groups);
  const exchange_groups read = exchanges_of(text, "x.json");
  BOOST_TEST(to_text(read) == text);
  BOOST_TEST(read[0].exchanges[2].outcome.given->body() == R"({"n":12345678901234567890.10,"a":[1,2]})");
  BOOST_TEST(read[0].exchanges[3].outcome.given->body() == "a,b\n1,2\n");
  BOOST_TEST(read[0].exchanges[4].outcome.given->body() == std::string("\x1f\x8b\0\xff", 4));
  BOOST_TEST(read[0].exchanges[6].outcome.failure->message == "late");
  BOOST_CHECK_THROW(exchanges_of("{\"groups\":[{}]}", "x.json"), ingest::error);
}

BOOST_AUTO_TEST_CASE(each_exchange_is_played_once_and_in_its_order) {
  playing p;
  BOOST_TEST(p.ask("http://h/x?page=1").given->body() == "{\"page\":1}");
  BOOST_TEST(has(p.refusal("http://h/x?page=1"), "in the query is \"page=1\", recorded is \"page=2\""));
  BOOST_TEST(p.player.remains().size() == 1u);
  BOOST_TEST(p.ask("http://h/x?page=2").given->status() == 200);
  BOOST_TEST(p.player.remains().empty());
  BOOST_TEST(has(p.refusal("http://h/x?page=3"), "exchange 3 was not recorded: GET http://h/x?page=3"));
}

BOOST_AUTO_TEST_CASE(another_order_is_said_to_be_one) {
  playing p;
  BOOST_TEST(has(p.refusal("http://h/x?page=2"), "which is recorded as exchange 2"));
}

BOOST_AUTO_TEST_CASE(a_fault_comes_once_and_then_what_was_recorded) {
  playing p({{1, exchange_fault::rate_limited}, {2, exchange_fault::slow}, {3, exchange_fault::cut}});
  const exchange limited = p.ask("http://h/x?page=1");
  BOOST_TEST(limited.given->status() == 429);
  BOOST_TEST(*limited.given->header("retry-after") == "1");
  BOOST_TEST(p.ask("http://h/x?page=1").given->status() == 200);
  const auto before = p.clock.as_timing().wall();
  BOOST_TEST(p.ask("http://h/x?page=2").failure.has_value());
  BOOST_TEST((p.clock.as_timing().wall() > before));
  BOOST_TEST(p.ask("http://h/x?page=2").given->status() == 200);
  BOOST_REQUIRE(p.player.remains().size() == 1u);
  BOOST_TEST(has(p.player.remains()[0], "the fault cut did not come: there was no exchange 3"));
}

BOOST_AUTO_TEST_CASE(orders_of_faults_are_read_and_what_makes_no_sense_is_refused) {
  std::map<std::string, exchange_faults> all;
  add_fault(all, "order items:3=429");
  add_fault(all, "a:b:1=expired");
  add_faults(all, parse_document("orders: {2: 429, 5: cut}\n", "faults.yaml"));
  BOOST_TEST((all["order items"][3] == exchange_fault::rate_limited));
  BOOST_TEST((all["a:b"][1] == exchange_fault::expired));
  BOOST_TEST((all["orders"][5] == exchange_fault::cut));
  for (const char* odd : {"", "x", "x=429", "x:0=429", "x:1=430", ":1=429"}) {
    BOOST_CHECK_THROW(add_fault(all, odd), ingest::error);
  }
  BOOST_CHECK_THROW(add_faults(all, parse_document("orders: [1]\n", "faults.yaml")), ingest::error);
}

BOOST_AUTO_TEST_CASE(differences_name_the_record_and_its_member) {
  const auto same = transcript({R"({"id":1,"a":2})"});
  BOOST_TEST(differences(same, same).empty());
  const auto other = differences(same, transcript({R"({"id":1,"a":3})"}));
  BOOST_REQUIRE(other.size() == 1u);
  BOOST_TEST(other[0] == "record 1 `a` is 3, recorded is 2");
  BOOST_TEST(has(differences(same, transcript({}))[0], "0 records, recorded are 1"));
  auto moved = same;
  moved.slices[0].positions[0] = value::from_json(R"({"records":1,"token":3})");
  BOOST_TEST(has(differences(same, moved)[0], "the position is"));
}

BOOST_AUTO_TEST_CASE(a_transcript_comes_back_from_its_files) {
  const auto written = transcript({R"({"id":1,"a":"ü"})", R"({"id":2.50})"});
  const auto read = transcript_of(positions_text(written), records_text(written), "x");
  BOOST_TEST(differences(written, read).empty());
  BOOST_CHECK_THROW(transcript_of("{}", "", "x"), ingest::error);
  BOOST_CHECK_THROW(transcript_of(positions_text(written), "{", "x"), ingest::error);
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <set>

#include "support/demo_api.hpp"
#include "support/demo_api_reader.hpp"

using ingest::testing::as_ndjson;
using ingest::testing::demo_api_page;
using ingest::testing::demo_api_process;
using ingest::testing::demo_api_reader;

namespace {

/// What 60 requests for the same page came to: status, whether it was readable, and libcurl's complaint.
std::vector<std::string> outcomes(const std::vector<std::string>& flags) {
  auto all = flags;
  all.insert(all.end(), {"--events", "1000", "--rate-limit", "0"});
  const demo_api_process api(all);
  std::vector<std::string> seen;
  for (int i = 0; i < 60; ++i) {
    // Each over a connection of its own: what dies on one that was used before is sent again by libcurl, and counts
    // twice.
    const auto page = demo_api_reader(api).read_standard("?limit=500");
    seen.push_back(std::to_string(page.answer.status) + (page.readable ? " page" : " no page") +
                   (page.answer.failure.empty() ? "" : " broken"));
  }
  return seen;
}

std::set<std::string> kinds(const std::vector<std::string>& flags) {
  const auto seen = outcomes(flags);
  return {seen.begin(), seen.end()};
}

using kind_set = std::set<std::string>;

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(kind_set)

BOOST_AUTO_TEST_SUITE(demo_api_faults)

BOOST_AUTO_TEST_CASE(answer_429_with_any_retry_after) {
  for (const std::string text : {"0", "7", "-1", "999999999999", "soon"}) {
    const demo_api_process api({"--events", "10", "--fault-429", "100", "--retry-after", text});
    demo_api_reader reader(api);
    const auto answer = reader.read_standard("?limit=5").answer;
    BOOST_TEST(answer.status == 429);
    BOOST_TEST(answer.headers.at("retry-after") == text);
    reader.read_standard("?limit=5");
    const auto counters = api.counters();
    BOOST_TEST(counters.at("fault_429") == 2u);
    BOOST_TEST(counters.at("requests_before_retry_after") == (text == "7" ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(answer_429_with_a_date) {
  const demo_api_process api({"--events", "10", "--fault-429", "100", "--retry-after", "date:30"});
  demo_api_reader reader(api);
  const auto answer = reader.read_standard("?limit=5").answer;
  BOOST_TEST(answer.headers.at("retry-after").find(" GMT") != std::string::npos);
  reader.read_standard("?limit=5");
  BOOST_TEST(api.counters()["requests_before_retry_after"] == 1u);
}

BOOST_AUTO_TEST_CASE(answer_server_errors) {
  const kind_set expected = {"502 no page", "503 no page", "504 no page"};
  BOOST_TEST(kinds({"--fault-5xx", "100"}) == expected);
}

BOOST_AUTO_TEST_CASE(reset_connections_before_and_within_the_answer) {
  const kind_set expected = {"0 no page broken", "200 no page broken"};
  BOOST_TEST(kinds({"--fault-reset", "100"}) == expected);
}

BOOST_AUTO_TEST_CASE(cut_bodies_that_look_complete_and_that_do_not) {
  const kind_set expected = {"200 no page", "200 no page broken"};
  BOOST_TEST(kinds({"--fault-truncate", "100"}) == expected);
}

BOOST_AUTO_TEST_CASE(answer_200_with_garbage) {
  const kind_set expected = {"200 no page"};
  BOOST_TEST(kinds({"--fault-garbage", "100"}) == expected);
}

BOOST_AUTO_TEST_CASE(strike_the_chosen_share_of_requests_the_same_for_the_same_seed) {
  const auto once = outcomes({"--fault-all", "8", "--latency", "1", "--seed", "5"});
  BOOST_TEST(once == outcomes({"--fault-all", "8", "--latency", "1", "--seed", "5"}), boost::test_tools::per_element());
  BOOST_TEST((once != outcomes({"--fault-all", "8", "--latency", "1", "--seed", "6"})));
  const auto pages = std::count(once.begin(), once.end(), "200 page");
  BOOST_TEST(pages > 25);
  BOOST_TEST(pages < 58);
}

BOOST_AUTO_TEST_CASE(revoke_the_token_until_a_new_one_is_asked_for) {
  const demo_api_process api({"--events", "10", "--fault-revoke", "100"});
  demo_api_reader reader(api);
  BOOST_TEST(reader.open_stream() == 200);
  const auto answer = reader.read_stream("?limit=5").answer;
  BOOST_TEST(answer.status == 403);
  BOOST_TEST(answer.body.find("INVALID_STREAM_TOKEN") != std::string::npos);
  BOOST_TEST(api.counters()["fault_revoke"] == 1u);
}

BOOST_AUTO_TEST_CASE(declare_a_cursor_expired_for_good) {
  const demo_api_process api({"--events", "1000", "--rate-limit", "0", "--fault-expire", "30"});
  demo_api_reader reader(api);
  const auto cursor = reader.read_standard("?limit=5").next_cursor;
  bool expired = false;
  for (int i = 0; i < 40; ++i) {
    const bool readable = reader.read_standard("?limit=5", cursor).readable;
    BOOST_TEST(!(expired && readable));
    expired = expired || !readable;
  }
  BOOST_TEST(expired);
  BOOST_TEST(api.counters()["fault_expire"] == 1u);
}

BOOST_AUTO_TEST_CASE(delay_answers) {
  const demo_api_process api({"--events", "10", "--fault-latency", "100", "--latency", "120"});
  demo_api_reader reader(api);
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(reader.read_standard("?limit=5").readable);
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(120)));
  BOOST_TEST(api.counters()["fault_latency"] == 1u);
}

BOOST_AUTO_TEST_CASE(keep_nobody_from_the_truth_who_tries_again) {
  const demo_api_process api({"--events", "4000", "--fault-all", "5", "--latency", "1", "--retry-after", "0"});
  demo_api_reader reader(api);
  std::vector<demo_api_page> pages;
  std::string cursor;
  for (int attempts = 0; attempts < 5000 && (pages.empty() || pages.back().has_more); ++attempts) {
    auto page = reader.read_stream("?limit=50", cursor);
    if (page.readable) {
      cursor = page.next_cursor;
      pages.push_back(std::move(page));
    } else if (page.answer.status == 403) {
      reader.open_stream();
    } else if (page.answer.body.find("CURSOR_EXPIRED") != std::string::npos) {
      pages.clear();
      cursor.clear();
    }
  }
  BOOST_TEST((as_ndjson(pages) == api.truth()));
  const auto counters = api.counters();
  for (const char* name : {"fault_429", "fault_5xx", "fault_reset", "fault_truncate", "fault_garbage", "fault_revoke",
                           "fault_expire", "fault_latency"}) {
    BOOST_TEST(counters.at(name) > 0u, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

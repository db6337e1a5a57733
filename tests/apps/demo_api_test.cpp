#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>

#include "support/demo_api.hpp"
#include "support/demo_api_reader.hpp"
#include "support/scratch_dir.hpp"

using ingest::testing::as_ndjson;
using ingest::testing::demo_api_process;
using ingest::testing::demo_api_reader;
using ingest::testing::run_demo_api;

BOOST_AUTO_TEST_SUITE(demo_api_pages)

BOOST_AUTO_TEST_CASE(of_the_standard_endpoint_are_exactly_the_truth_in_every_shape) {
  for (const std::string shape : {"nested", "flat", "mixed"}) {
    const demo_api_process api({"--events", "2503", "--rate-limit", "0", "--shape", shape});
    demo_api_reader reader(api);
    const auto pages = reader.read_all_standard("?limit=100");
    BOOST_TEST(pages.size() == 26u);
    BOOST_TEST((as_ndjson(pages) == api.truth()));
    BOOST_TEST(pages[0].flat == (shape == "flat"));
    BOOST_TEST(pages[1].flat == (shape != "nested"));
  }
}

BOOST_AUTO_TEST_CASE(of_adjoining_windows_are_together_exactly_the_truth) {
  const demo_api_process api({"--events", "3000", "--from", "1000000", "--until", "1004000"});
  demo_api_reader reader(api);
  BOOST_TEST(reader.open_stream() == 200);
  std::string lines;
  std::size_t events = 0;
  for (int until = 1004000; until > 1000000; until -= 500) {
    const auto pages =
        reader.read_all_stream("?limit=77&since=" + std::to_string(until - 500) + "&until=" + std::to_string(until));
    lines += as_ndjson(pages);
    events += pages.size();
  }
  BOOST_TEST(events > 8u);
  BOOST_TEST((lines == api.truth()));
}

BOOST_AUTO_TEST_CASE(with_many_events_in_each_millisecond_lose_and_repeat_none) {
  const demo_api_process api({"--events", "1000", "--from", "1000000", "--until", "1000010"});
  demo_api_reader reader(api);
  reader.open_stream();
  BOOST_TEST((as_ndjson(reader.read_all_stream("?limit=7")) == api.truth()));
}

BOOST_AUTO_TEST_CASE(ignore_the_window_on_the_standard_endpoint) {
  const demo_api_process api({"--events", "300", "--rate-limit", "0"});
  demo_api_reader reader(api);
  BOOST_TEST((as_ndjson(reader.read_all_standard("?limit=200&since=5&until=6")) == api.truth()));
}

BOOST_AUTO_TEST_CASE(are_capped_whatever_limit_is_asked_for) {
  const demo_api_process api({"--events", "300", "--page-cap", "120"});
  demo_api_reader reader(api);
  const auto page = reader.read_standard("?limit=99999");
  BOOST_TEST(page.ids.size() == 120u);
  BOOST_TEST(page.answer.body.find(R"("pagination":{"limit":120,"hasMore":true)") != std::string::npos);
  BOOST_TEST(page.answer.body.find(R"("meta":{"total":300,"returned":120)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuse_limits_that_are_no_numbers) {
  const demo_api_process api({"--events", "300"});
  demo_api_reader reader(api);
  BOOST_TEST(reader.read_standard("?limit=many").answer.status == 400);
  BOOST_TEST(reader.read_standard("?limit=0").answer.status == 400);
}

BOOST_AUTO_TEST_CASE(that_overlap_hold_every_event_and_some_twice) {
  const demo_api_process api({"--events", "5000", "--rate-limit", "0", "--duplicates", "50"});
  demo_api_reader reader(api);
  const auto pages = reader.read_all_standard("?limit=100");
  std::set<std::string> distinct;
  std::size_t all = 0;
  for (const auto& page : pages) {
    distinct.insert(page.ids.begin(), page.ids.end());
    all += page.ids.size();
  }
  BOOST_TEST(distinct.size() == 5000u);
  BOOST_TEST(all > 5000u);
  BOOST_TEST(api.counters()["overlapping_pages"] > 10u);
  BOOST_TEST((as_ndjson(reader.read_all_standard("?limit=100")) == as_ndjson(pages)));
}

BOOST_AUTO_TEST_CASE(are_the_same_compressed_and_on_one_connection) {
  const demo_api_process api({"--events", "20000", "--rate-limit", "0"});
  demo_api_reader reader(api);
  reader.client().gzip = true;
  const auto pages = reader.read_all_standard("?limit=50");
  BOOST_TEST(pages.front().answer.headers.at("content-encoding") == "gzip");
  BOOST_TEST((as_ndjson(pages) == api.truth()));
  BOOST_TEST(reader.client().connections() == 1);
}

BOOST_AUTO_TEST_CASE(are_not_compressed_where_that_is_switched_off) {
  const demo_api_process api({"--events", "200", "--no-gzip"});
  demo_api_reader reader(api);
  reader.client().gzip = true;
  BOOST_TEST(reader.read_standard("?limit=200").answer.headers.count("content-encoding") == 0u);
}

BOOST_AUTO_TEST_CASE(of_nasty_events_are_legal_json_and_exactly_the_truth) {
  const demo_api_process api({"--events", "2000", "--rate-limit", "0", "--nasty", "60", "--nul", "5", "--no-id", "5"});
  demo_api_reader reader(api);
  std::size_t without_id = 0;
  const auto pages = reader.read_all_standard("?limit=300");
  for (const auto& page : pages) {
    without_id += static_cast<std::size_t>(std::count(page.ids.begin(), page.ids.end(), ""));
  }
  const std::string truth = api.truth();
  BOOST_TEST((as_ndjson(pages) == truth));
  BOOST_TEST(without_id > 50u);
  for (const char* piece :
       {"\\u0000", "\"\\\\.\"", "\xF0\x9F\x98\x80", "\\uD83D\\uDE00", "12345678901234567890123", "\t"}) {
    BOOST_TEST((truth.find(piece) != std::string::npos), piece);
  }
}

BOOST_AUTO_TEST_CASE(tell_whether_they_were_served_before) {
  const demo_api_process api({"--events", "100"});
  demo_api_reader reader(api);
  const auto first = reader.read_standard("?limit=10");
  BOOST_TEST(first.answer.headers.at("x-cache") == "MISS");
  BOOST_TEST(reader.read_standard("?limit=10").answer.headers.at("x-cache") == "HIT");
  BOOST_TEST(first.answer.headers.at("x-request-id").size() == 36u);
  const auto counters = api.counters();
  BOOST_TEST(counters.at("pages_served") == 2u);
  BOOST_TEST(counters.at("events_served") == 20u);
  BOOST_TEST(counters.at("distinct_pages") == 1u);
  BOOST_TEST(counters.at("pages_served_again") == 1u);
}

BOOST_AUTO_TEST_CASE(of_no_events_are_one_empty_page) {
  const demo_api_process api({"--events", "0"});
  demo_api_reader reader(api);
  const auto page = reader.read_standard("?limit=10");
  BOOST_TEST(page.readable);
  BOOST_TEST(page.ids.empty());
  BOOST_TEST(!page.has_more);
  BOOST_TEST(api.truth().empty());
}

BOOST_AUTO_TEST_CASE(of_a_file_are_its_lines_newest_first) {
  const ingest::testing::scratch_dir dir;
  const std::string file = dir / "events.ndjson";
  const std::string middle = R"({"id":"b","timestamp":"1970-01-01T00:00:02.000Z","x":"\u0000"})";
  const std::string twin = R"({"id":"b","timestamp":2000,"x": 1.50})";
  const std::string oldest = R"({"id":"c","timestamp":1000})";
  const std::string newest = R"({"id":"a","timestamp":3000})";
  std::ofstream(file) << oldest << '\n' << middle << "\n\n" << newest << "\r\n" << twin;
  const demo_api_process api({"--file", file, "--rate-limit", "0"});
  demo_api_reader reader(api);
  const std::string expected = newest + '\n' + middle + '\n' + twin + '\n' + oldest + '\n';
  BOOST_TEST(api.truth() == expected);
  BOOST_TEST(as_ndjson(reader.read_all_standard("?limit=1")) == expected);
}

BOOST_AUTO_TEST_CASE(of_a_bad_file_are_never_served) {
  const ingest::testing::scratch_dir dir;
  const std::string file = dir / "events.ndjson";
  std::ofstream(file) << R"({"id":"a","timestamp":3000})" << '\n' << R"({"id":"b"})" << '\n';
  const auto result = run_demo_api({"--file", file, "--port", "0"});
  BOOST_TEST(result.exit_code == 1);
  BOOST_TEST(result.err.find("line 2: no \"timestamp\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(can_be_dumped_and_depend_on_the_seed_alone) {
  const demo_api_process api({"--events", "500", "--seed", "7", "--nasty", "20"});
  const auto same = run_demo_api({"--events", "500", "--seed", "7", "--nasty", "20", "--dump", "-"});
  const auto other = run_demo_api({"--events", "500", "--seed", "8", "--nasty", "20", "--dump", "-"});
  BOOST_TEST(same.exit_code == 0);
  BOOST_TEST((same.out == api.truth()));
  BOOST_TEST((other.out != same.out));
}

BOOST_AUTO_TEST_SUITE_END()

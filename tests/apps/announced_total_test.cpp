// The total that an API announces, and what a run that was given fewer events makes of it.
#include "announced_total.hpp"

#include <rapidjson/document.h>

#include <boost/test/unit_test.hpp>

#include "support/child_process.hpp"
#include "support/http_server.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;
using ingest::slice_progress;
using ingest::app::announced_total_of;

namespace {

const std::string whole = "SLICES=auto SINCE=open UNTIL=open ID_POINTER=/id";

slice_progress slice(std::uint64_t rows, const std::string& total, bool done = true) {
  slice_progress s;
  s.position = "{" + (total.empty() ? "" : "\"total\":" + total) + "}";
  s.done = done;
  s.rows = rows;
  return s;
}

/// "read/total", or "unknown".
std::string found(const std::vector<slice_progress>& slices, const std::string& plan = whole) {
  const auto t = announced_total_of(plan, slices);
  return t ? std::to_string(t->read) + "/" + std::to_string(t->total) : "unknown";
}

/// Three events on two pages, and what each page says of the total.
struct announcing_api {
  std::string first;
  std::string second;
  int events_on_first = 2;

  reply operator()(const received_request& r) const {
    if (r.method == "POST") {
      return {403, R"({"error":"Forbidden"})"};
    }
    return r.parameter("cursor").empty()
               ? reply{200, R"({"data":[{"id":"a"},{"id":"b"}],"hasMore":true,"nextCursor":"c","meta":{"total":)" +
                                first + "}}"}
               : reply{200, R"({"data":[{"id":"d"}],"hasMore":false,"meta":{"total":)" + second + "}}"};
  }
};

struct fetching {
  explicit fetching(announcing_api a) : server(std::move(a)) {}

  finished_process run(const std::string& command, const std::vector<std::string>& flags) const {
    std::vector<std::string> arguments{program("ingest"), command, "--data-dir", (scratch / "data").string()};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const std::map<std::string, std::string> environment{{"API_BASE_URL", server.url("/api/v1")},
                                                         {"TARGET_API_KEY", "k-12345"}};
    return run_process(arguments, {environment, scratch.path()});
  }

  finished_process fetch(std::vector<std::string> flags = {}) const {
    flags.insert(flags.end(), {"--report", "report.json"});
    return run("fetch", flags);
  }

  bool says_short() const {
    rapidjson::Document report;
    report.Parse(text_of(scratch / "report.json").c_str());
    rapidjson::Document status;
    status.Parse(run("status", {"--json"}).out.c_str());
    BOOST_TEST(report["complete_but_short"].GetBool() == status["complete_but_short"].GetBool());
    return report["complete_but_short"].GetBool();
  }

  scratch_dir scratch;
  http_server server;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(an_announced_total)

BOOST_AUTO_TEST_CASE(is_compared_with_what_a_whole_run_read) {
  BOOST_TEST(found({slice(90, "100")}) == "90/100");
  BOOST_TEST(found({slice(90, "")}) == "unknown");
  BOOST_TEST(found({slice(90, "100", false)}) == "unknown");
  BOOST_TEST(found({slice(90, "100")}, "SLICES=1 SINCE=5 UNTIL=open ID_POINTER=/id") == "unknown");
  BOOST_TEST(found({}) == "unknown");
}

BOOST_AUTO_TEST_CASE(of_each_slice_counts_its_window_or_everything) {
  BOOST_TEST(found({slice(60, "60"), slice(0, "0"), slice(30, "40")}) == "90/100");
  BOOST_TEST(found({slice(50, "50"), slice(50, "50")}) == "100/100", "equal windows");
  BOOST_TEST(found({slice(60, "100"), slice(30, "101"), slice(10, "102")}) == "100/100", "events arrive meanwhile");
  BOOST_TEST(found({slice(60, "100"), slice(30, "")}) == "unknown");
}

BOOST_AUTO_TEST_CASE(that_was_not_reached_is_a_warning_in_log_report_and_status) {
  const fetching api({"1000", "1000"});
  const auto p = api.fetch();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(p.err.find("\"event\":\"complete_but_short\"") != std::string::npos, p.err);
  BOOST_TEST(p.err.find("announced 1000 events and gave 3") != std::string::npos, p.err);
  BOOST_TEST(api.says_short());
  BOOST_TEST(api.run("status", {}).out.find("3 of 1000 that the API announced") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(that_was_not_reached_is_65_with_strict_total_until_it_is_dealt_with) {
  const fetching api({"1000", "1000"});
  for (int start = 0; start < 2; ++start) {
    const auto p = api.fetch({"--strict-total"});
    BOOST_TEST(p.exit_code == 65, p.err);
    BOOST_TEST(p.err.find("--fresh --yes reads everything again") != std::string::npos, p.err);
    BOOST_TEST(api.says_short());
  }
  BOOST_TEST(api.fetch().exit_code == 0);
}

BOOST_AUTO_TEST_CASE(that_was_reached_or_is_none_is_no_matter) {
  for (const auto& [first, second] :
       {std::pair{"3", "3"}, {"3", "1003"}, {"1003", "3"}, {"\"3\"", "null"}, {"\"some\"", "\"many\""}, {"2", "1"}}) {
    const fetching api({first, second});
    const auto p = api.fetch({"--strict-total"});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(!api.says_short(), first);
  }
}

BOOST_AUTO_TEST_CASE(is_what_was_announced_first_or_what_was_left_of_it_but_nothing_below_what_was_read) {
  const fetching api({"1000", "1"});
  BOOST_TEST(api.fetch().exit_code == 0);
  BOOST_TEST(api.says_short());
}

BOOST_AUTO_TEST_CASE(that_was_not_reached_is_65_without_a_buffer_too) {
  const fetching api({"1000", "1000"});
  const auto p = api.run("run", {"--to", "file:events.ndjson", "--strict-total"});
  BOOST_TEST(p.exit_code == 65, p.err);
}

BOOST_AUTO_TEST_SUITE_END()

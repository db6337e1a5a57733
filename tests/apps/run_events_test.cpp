#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 10'000;

std::uint64_t lines_of(const std::filesystem::path& file) {
  const std::string text = text_of(file);
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_complete(ingest_run& r, const finished_process& p) {
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

/// Those the table cannot take are in the file, counted everywhere, and everything else is loaded.
void check_rejects(ingest_run& r, const finished_process& p) {
  check_complete(r, p);
  const auto refused = r.unloadable_events();
  BOOST_TEST(refused > 0);
  BOOST_TEST(r.rows() == events - refused);
  BOOST_TEST(lines_of(r.data_dir() / "events_rejected.ndjson") == refused);
  BOOST_TEST(count_in(r.report(), "rows_rejected") == refused);
  BOOST_TEST(count_in(r.report(), "rows_loaded") == events - refused);
  BOOST_TEST(count_in(r.status(), "rows_rejected") == refused);
  BOOST_TEST(r.number("SELECT sum(rejected) FROM ingest.slices") == refused);
}

rapidjson::Document first_reject(const ingest_run& r) {
  const std::string text = text_of(r.data_dir() / "events_rejected.ndjson");
  rapidjson::Document json;
  json.Parse(text.substr(0, text.find('\n')).c_str());
  BOOST_TEST_REQUIRE(json.IsObject(), text.substr(0, 1'000));
  return json;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(events_of_every_kind)

BOOST_AUTO_TEST_CASE(arrive_as_the_json_values_they_were) {
  ingest_run r(events, {"--nasty", "60"});
  check_complete(r, r.run("run"));
  BOOST_TEST(r.rows() == events);
  // The stand-in really sent what breaks careless code.
  BOOST_TEST(r.number(R"(SELECT count(*) FROM ingested_events WHERE length(data::text) > 20000)") > 0);
  BOOST_TEST(r.number(R"(SELECT count(*) FROM ingested_events WHERE data::text ~ '[0-9]{23}')") > 0);
}

BOOST_AUTO_TEST_CASE(arrive_once_though_pages_overlap) {
  ingest_run r(events, {"--duplicates", "40"});
  check_complete(r, r.run("run"));
  BOOST_TEST(r.rows() == events);
  const auto twice = r.counter("events_served") - events;
  BOOST_TEST(twice > 0);
  BOOST_TEST(count_in(r.report(), "duplicates_skipped") == twice);
  BOOST_TEST(count_in(r.report(), "rows_loaded") == events);
  BOOST_TEST(count_in(r.status(), "duplicates_skipped") == twice);
}

BOOST_AUTO_TEST_CASE(are_put_aside_where_jsonb_cannot_hold_them) {
  ingest_run r(events, {"--nul", "1"});
  check_rejects(r, r.run("run"));
  const auto reject = first_reject(r);
  BOOST_TEST(text_in(reject, "sqlstate") == "22P05");
  BOOST_TEST(text_in(reject, "event.id") == text_in(reject, "id"));
}

BOOST_AUTO_TEST_CASE(are_put_aside_where_they_have_no_id) {
  ingest_run r(events, {"--no-id", "1"});
  check_rejects(r, r.run("run"));
  const auto reject = first_reject(r);
  BOOST_TEST(text_in(reject, "sqlstate") == "23502");
  BOOST_TEST(text_in(reject, "message").find("id") != std::string::npos, text_in(reject, "message"));
  BOOST_TEST(reject["id"].IsNull());
}

BOOST_AUTO_TEST_CASE(arrive_or_are_put_aside_when_all_comes_together) {
  ingest_run r(events, {"--nasty", "30", "--nul", "0.5", "--no-id", "0.5", "--duplicates", "20", "--shape", "mixed"});
  const auto p = r.run("run", ingest_run::slices(3));
  check_complete(r, p);
  BOOST_TEST(r.rows() == events - r.unloadable_events());
  BOOST_TEST(lines_of(r.data_dir() / "events_rejected.ndjson") == count_in(r.report(), "rows_rejected"));
}

BOOST_AUTO_TEST_CASE(end_the_run_with_65_when_more_are_refused_than_allowed) {
  ingest_run r(events, {"--nul", "5"});
  const auto p = r.run("run", {"--reject-limit", "20"});
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(p.err.find("events_rejected.ndjson") != std::string::npos, p.err);

  const auto next = r.run("run");
  check_complete(r, next);
  BOOST_TEST(count_in(r.status(), "rows_rejected") == r.unloadable_events());
}

BOOST_AUTO_TEST_CASE(may_be_nested_as_deeply_as_the_table_can_hold_them) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  std::string ndjson;
  for (int i = 0; i < 500; ++i) {
    ndjson += R"({"id":"e)" + std::to_string(i) + R"(","timestamp":)" + std::to_string(1'767'000'000'000 + i) +
              R"(,"properties":)" +
              nested(i == 77      ? 1'000'000
                     : i % 2 == 0 ? 600
                                  : 1) +
              "}\n";
  }
  const scratch_dir scratch;
  const std::string file = (scratch / "events.ndjson").string();
  put_text(file, ndjson);
  demo_api_process api({"--file", file});
  for (const std::string source : {"api", "file"}) {
    ingest_run r(0);
    r.environment["API_BASE_URL"] = api.base_url();
    const auto p = source == "api" ? r.run("run") : r.run("run", {"--from", "file:" + file});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(r.rows() == 499);
    BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE length(data::text) > 1200") == 250);
    BOOST_TEST(text_of(r.data_dir() / "events_rejected.ndjson").find(R"("sqlstate":"54001")") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(come_in_smaller_pages_where_a_page_is_larger_than_allowed) {
  ingest_run r(events);
  const auto p = r.run("run", {"--max-page-bytes", "100KiB"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(end_the_run_where_one_alone_is_larger_than_allowed) {
  const scratch_dir scratch;
  put_text(scratch / "events.ndjson",
           R"({"id":"big","timestamp":1767000000000,"properties":")" + std::string(20'000, 'x') + "\"}\n");
  demo_api_process from_file({"--file", (scratch / "events.ndjson").string()});
  ingest_run r(0);
  r.environment["API_BASE_URL"] = from_file.base_url();
  const auto p = r.run("run", {"--max-page-bytes", "10KiB"});
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(p.err.find("MAX_PAGE_BYTES") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_SUITE_END()

#include "report.hpp"

#include "metrics_help.hpp"
#include "rest/document/component_docs.hpp"

#include <rapidjson/document.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "support/scratch_dir.hpp"
#include "support/stderr_capture.hpp"
#include "support/text_file.hpp"

using ingest::run_status;
using ingest::app::run_report;
using ingest::testing::scratch_dir;

namespace {

run_report example() {
  ingest::metrics m;
  m.rows_fetched = 1'500'000;
  m.rows_durable = 1'400'000;
  m.rows_loaded = 1'300'000;
  m.duplicates_skipped = 7;
  m.bytes_fetched = 500'000'000;
  m.retries_429 = 4;
  m.sync_us = 2'500'000;
  m.first_fetch_us = 1'000'000;
  m.last_fetch_us = 5'000'000;
  m.first_load_us = 2'000'000;
  m.last_load_us = 8'000'000;
  run_report r;
  r.command = "run";
  r.pipeline = "default";
  r.run_id = "0123456789abcdef0123456789abcdef";
  r.status = run_status::complete;
  measure(r, m);
  r.wall_s = 10;
  return r;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_of_a_run)

BOOST_AUTO_TEST_CASE(tells_how_long_fetching_and_loading_overlapped) {
  const run_report r = example();
  BOOST_TEST(r.fetch_phase_s() == 4.0);
  BOOST_TEST(r.load_phase_s() == 6.0);
  BOOST_TEST(r.overlap_s() == 3.0);

  ingest::metrics never_loaded;
  never_loaded.first_fetch_us = 1;
  never_loaded.last_fetch_us = 5;
  run_report fetched;
  measure(fetched, never_loaded);
  BOOST_TEST(fetched.overlap_s() == 0.0);
  BOOST_TEST(fetched.load_phase_s() == 0.0);

  ingest::metrics one_after_the_other;
  one_after_the_other.first_fetch_us = 1;
  one_after_the_other.last_fetch_us = 5;
  one_after_the_other.first_load_us = 6;
  one_after_the_other.last_load_us = 9;
  measure(fetched, one_after_the_other);
  BOOST_TEST(fetched.overlap_s() == 0.0);
}

BOOST_AUTO_TEST_CASE(has_every_metric_but_moments) {
  rapidjson::Document d;
  d.Parse(to_json(example()).c_str());
  BOOST_TEST_REQUIRE(!d.HasParseError());
  const ingest::metrics all;
  for (const auto* m : all.all()) {
    const std::string name(m->definition.name);
    const std::string in_seconds = name.substr(0, name.size() - std::min<std::size_t>(name.size(), 3));
    const bool there =
        d.HasMember(name.c_str()) || d["retries"].HasMember(name.c_str()) || d["seconds"].HasMember(in_seconds.c_str());
    BOOST_TEST((there || m->definition.kind == ingest::metric_kind::moment), name);
  }
}

BOOST_AUTO_TEST_CASE(has_metrics_that_docs_metrics_md_tells_of) {
  BOOST_TEST((ingest::testing::text_of(INGEST_SOURCE_DIR "/docs/metrics.md") == ingest::app::metrics_markdown()),
             "docs/metrics.md is out of date; run: build/release/bin/ingest help-metrics --markdown > docs/metrics.md");
}

BOOST_AUTO_TEST_CASE(has_beside_it_a_list_of_components_that_is_their_table) {
  BOOST_TEST((ingest::testing::text_of(INGEST_SOURCE_DIR "/docs/components.md") == ingest::rest::component_list()),
             "docs/components.md is out of date; run: build/release/bin/ingest help-components --markdown > "
             "docs/components.md");
}

BOOST_AUTO_TEST_CASE(measures_the_process) {
  const run_report r = example();
  BOOST_TEST(r.peak_memory_bytes > 1'000'000u);
  BOOST_TEST(r.cpu_user_s + r.cpu_system_s > 0.0);
}

BOOST_AUTO_TEST_CASE(is_json_with_counts_rates_retries_and_durations) {
  rapidjson::Document d;
  d.Parse(to_json(example()).c_str());
  BOOST_TEST_REQUIRE(!d.HasParseError());
  BOOST_TEST(d["status"].GetString() == "complete");
  BOOST_TEST(d["exit_code"].GetInt() == 0);
  BOOST_TEST(d["rows_loaded"].GetUint64() == 1'300'000u);
  BOOST_TEST(d["rows_per_s"].GetDouble() == 130'000.0);
  BOOST_TEST(d["megabytes_per_s"].GetDouble() == 50.0);
  BOOST_TEST(d["retries"]["retries_429"].GetUint64() == 4u);
  BOOST_TEST(d["seconds"]["overlap"].GetDouble() == 3.0);
  BOOST_TEST(d["seconds"]["sync"].GetDouble() == 2.5);
  BOOST_TEST(d["peak_memory_bytes"].GetUint64() > 0u);
}

BOOST_AUTO_TEST_CASE(replaces_the_file_and_leaves_nothing_beside_it) {
  const scratch_dir directory;
  std::ofstream(directory / "report.json") << "old";
  const run_report r = example();
  write_report(r, directory / "report.json");
  std::ostringstream text;
  text << std::ifstream(directory / "report.json").rdbuf();
  BOOST_TEST(text.str() == to_json(r));
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_written_names_the_path) {
  const scratch_dir directory;
  const auto path = directory / "missing" / "report.json";
  const auto names_path = [&](const ingest::error& e) {
    return e.code() == ingest::errc::io && std::string(e.what()).find(path.string()) != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(write_report(example(), path), ingest::error, names_path);
}

BOOST_AUTO_TEST_CASE(has_a_summary_for_people) {
  run_report r = example();
  r.status = run_status::aborted;
  r.exit_code = 69;
  r.error = "the database at postgresql://me:canary@db is gone";
  const std::string text = summary(r);
  BOOST_TEST(text.find("aborted (exit code 69)") != std::string::npos);
  BOOST_TEST(text.find("1,500,000 fetched, 1,400,000 durable, 1,300,000 loaded") != std::string::npos);
  BOOST_TEST(text.find("both for 3.00 s") != std::string::npos);
  BOOST_TEST(text.find("130,000 rows/s, 50.0 MB/s") != std::string::npos);
  BOOST_TEST(text.find("is gone") == std::string::npos);  // the log's last line says that
  BOOST_TEST(to_json(r).find("canary") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(has_no_zeros_in_its_summary) {
  run_report r;
  r.counted.rows_fetched = 5;
  r.wall_s = 0.25;
  BOOST_TEST(summary(r) == "  status      aborted (exit code 0)\n  rows        5 fetched\n  wall time   all 0.25 s\n");
}

BOOST_AUTO_TEST_CASE(says_at_its_end_where_the_rows_are_or_what_to_do) {
  const auto end_of = [](const run_report& r) {
    const ingest::testing::stderr_capture captured;
    log_end(r);
    return captured.text();
  };
  run_report r = example();
  r.target = "table t of database events on db:5432";
  r.status = run_status::complete;
  BOOST_TEST(end_of(r).find("; the rows are in table t of database events on db:5432\"") != std::string::npos,
             end_of(r));
  r.counted.rows_loaded = 0;
  r.status = run_status::aborted;
  r.error = "the disk is full: make room";
  BOOST_TEST(end_of(r).find("\"aborted: the disk is full: make room\"") != std::string::npos, end_of(r));
}

BOOST_AUTO_TEST_CASE(ends_the_log_with_an_event_per_outcome) {
  const std::pair<run_status, std::string> cases[] = {
      {run_status::complete, "\"event\":\"run_complete\",\"message\":\"ingestion complete: 1,300,000 rows loaded"},
      {run_status::interrupted, "\"event\":\"run_interrupted\""},
      {run_status::aborted, "\"event\":\"run_aborted\",\"message\":\"aborted: disk on fire"}};
  for (const auto& [status, expected] : cases) {
    const ingest::testing::stderr_capture captured;
    run_report r = example();
    r.status = status;
    r.error = status == run_status::aborted ? "disk on fire" : "";
    log_end(r);
    BOOST_TEST(captured.lines().size() == 1u);
    BOOST_TEST(captured.text().find(expected) != std::string::npos, captured.text());
  }
}

BOOST_AUTO_TEST_SUITE_END()

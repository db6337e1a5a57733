#include <rapidjson/document.h>

#include <boost/test/unit_test.hpp>

#include "buffer/data_dir.hpp"
#include "buffer/run_state.hpp"
#include "status_view.hpp"
#include "support/child_process.hpp"
#include "support/sample_pages.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct run_directory {
  scratch_dir scratch;
  std::filesystem::path path = scratch / "data";

  run_directory() { std::filesystem::create_directory(path); }

  finished_process status(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{program("ingest"), "status", "--data-dir", path.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    // A bad setting that status does not need must not keep it from working.
    return run_process(arguments, {{{"BATCH_SIZE", "bad"}}, scratch.path()});
  }

  rapidjson::Document json() const {
    const auto p = status({"--json"});
    BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
    rapidjson::Document d;
    d.Parse(p.out.c_str());
    BOOST_TEST_REQUIRE(!d.HasParseError(), p.out);
    return d;
  }

  void save(const run_state& s) const { state_store(posix_file_system(), path).save(s); }
};

run_state example() {
  run_state s;
  s.identity = sample_run();
  s.command = "run";
  s.rows_fetched = 50;
  s.rows_durable = 40;
  s.rows_loaded = 30;
  s.rows_rejected = 2;
  s.duplicates_skipped = 3;
  s.total_expected = 100;
  s.bytes_buffered = 1234;
  s.restarts = 1;
  s.slices = {{0, 9, "cursor-9", false, 25}, {1, 0, "", false, 0}};
  s.updated_at = "2026-01-27T19:19:13.629Z";
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(status_of_a_run)

BOOST_AUTO_TEST_CASE(is_an_error_where_there_is_no_run) {
  const run_directory run;
  const auto p = run.status();
  BOOST_TEST(p.exit_code == 78);
  BOOST_TEST(p.out == "");
  BOOST_TEST(p.err.starts_with("ingest: there is no run in " + run.path.string() + " yet"), p.err);
  std::filesystem::remove(run.path);
  BOOST_TEST(run.status({"--json"}).exit_code == 78);
  BOOST_TEST(!std::filesystem::exists(run.path));
}

BOOST_AUTO_TEST_CASE(is_running_while_the_directory_is_held) {
  const run_directory run;
  const data_dir held(run.path);
  run.save(example());
  const auto d = run.json();
  BOOST_TEST(d["pipeline"].GetString() == "events");
  BOOST_TEST(d["status"].GetString() == "running");
  BOOST_TEST(d["command"].GetString() == "run");
  BOOST_TEST(d["rows_fetched"].GetUint64() == 50u);
  BOOST_TEST(d["rows_durable"].GetUint64() == 40u);
  BOOST_TEST(d["rows_loaded"].GetUint64() == 30u);
  BOOST_TEST(d["rows_rejected"].GetUint64() == 2u);
  BOOST_TEST(d["duplicates_skipped"].GetUint64() == 3u);
  BOOST_TEST(d["total_expected"].GetUint64() == 100u);
  BOOST_TEST(d["bytes_buffered"].GetUint64() == 0u, "the state says 1234, but no segment is on disk");
  BOOST_TEST(d["restarts"].GetUint64() == 1u);
  BOOST_TEST(d["updated_at"].GetString() == "2026-01-27T19:19:13.629Z");
  BOOST_TEST_REQUIRE(d["slices"].Size() == 2u);
  BOOST_TEST(d["slices"][0]["slice"].GetString() == "0");
  BOOST_TEST(d["slices"][0]["cursor"].GetString() == "cursor-9");
  BOOST_TEST(!d["slices"][0]["done"].GetBool());
  BOOST_TEST(d["slices"][0]["rows"].GetUint64() == 25u);
  BOOST_TEST(d["slices"][1]["cursor"].IsNull());
}

BOOST_AUTO_TEST_CASE(is_interrupted_when_nobody_holds_the_directory_any_more) {
  const run_directory run;
  run.save(example());
  BOOST_TEST(run.json()["status"].GetString() == "interrupted");
}

BOOST_AUTO_TEST_CASE(is_complete_or_aborted_as_the_state_says) {
  const run_directory run;
  run_state s = example();
  s.status = run_status::complete;
  run.save(s);
  BOOST_TEST(run.json()["status"].GetString() == "complete");
  s.status = run_status::aborted;
  s.error = "the disk is on fire";
  run.save(s);
  BOOST_TEST(run.json()["status"].GetString() == "aborted");
  BOOST_TEST(run.json()["error"].GetString() == "the disk is on fire");
}

BOOST_AUTO_TEST_CASE(comes_from_the_buffer_where_the_state_is_missing_or_behind) {
  const run_directory run;
  {
    disk_buffer buffer(posix_file_system(), {.directory = run.path}, sample_run(), {});
    append_samples(buffer, 1, 20);
    buffer.sync();
  }
  const auto missing = run.json();
  BOOST_TEST(missing["status"].GetString() == "interrupted");
  BOOST_TEST(missing["rows_durable"].GetUint64() == 40u);
  BOOST_TEST(missing["bytes_buffered"].GetUint64() > 0u);

  run_state behind = example();
  behind.slices = {{0, 9, "cursor-9", false, 18}};
  behind.rows_durable = 18;
  run.save(behind);
  const auto corrected = run.json();
  BOOST_TEST(corrected["rows_durable"].GetUint64() == 40u);
  BOOST_TEST(corrected["slices"][0]["cursor"].GetString() == "after 20");
  BOOST_TEST(corrected["rows_loaded"].GetUint64() == 30u);

  put_text(run.path / "ingestion.state", "garbage");
  BOOST_TEST(run.json()["rows_durable"].GetUint64() == 40u);
}

BOOST_AUTO_TEST_CASE(is_damaged_data_where_neither_state_nor_buffer_can_tell) {
  const run_directory run;
  put_text(run.path / "ingestion.state", "garbage");
  BOOST_TEST(run.status().exit_code == 65);
}

BOOST_AUTO_TEST_CASE(is_a_short_table_for_people_and_changes_nothing) {
  const run_directory run;
  run.save(example());
  const std::string before = text_of(run.path / "ingestion.state");
  const auto p = run.status();
  BOOST_TEST(p.exit_code == 0);
  BOOST_TEST(p.err == "");
  BOOST_TEST(p.out.find("status              interrupted\n") != std::string::npos, p.out);
  BOOST_TEST(p.out.find("rows loaded         30\n") != std::string::npos, p.out);
  BOOST_TEST(p.out.find("slices              2, 0 of them read to the end\n") != std::string::npos, p.out);
  BOOST_TEST(text_of(run.path / "ingestion.state") == before);
}

BOOST_AUTO_TEST_SUITE_END()

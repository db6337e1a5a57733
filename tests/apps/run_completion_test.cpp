/// Exit code 0 and "ingestion complete" are a promise: what has to be there for it, and what they do not say.

#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <utility>

#include "buffer/disk_buffer.hpp"
#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 5'000;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_refused(const finished_process& p, int code, const std::string& why) {
  BOOST_TEST(p.exit_code == code, p.err);
  BOOST_TEST(has(p.err, why), p.err);
  BOOST_TEST(!has(p.err, "complete already"), p.err);
}

void kill_once(ingest_run& r, const std::string& command, const std::function<bool()>& condition) {
  child_process p = r.start(command);
  await(p, condition);
  p.signal(SIGKILL);
  p.wait();
}

struct complete_run {
  ingest_run r{events};
  complete_run() { BOOST_TEST_REQUIRE(r.run("run").exit_code == 0); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_that_was_complete, complete_run)

BOOST_AUTO_TEST_CASE(is_so_still_and_asks_the_api_for_nothing) {
  const auto requests = r.counter("requests");
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "complete already"), p.err);
  BOOST_TEST(r.counter("requests") == requests);
}

BOOST_AUTO_TEST_CASE(is_not_in_another_database) {
  const test_database other;
  r.environment["DATABASE_URL"] = other.url();
  for (const std::string command : {"run", "load"}) {
    check_refused(r.run(command), 65, "knows nothing of this run");
  }
  // Whoever wants it there starts over.
  const auto p = r.run("run", {"--fresh", "--yes"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(other.value("SELECT count(*) FROM ingested_events") == std::to_string(events));
}

BOOST_AUTO_TEST_CASE(is_not_in_another_table) {
  check_refused(r.run("run", {"--table", "other_events"}), 78, "was started with another table");
}

BOOST_AUTO_TEST_CASE(is_not_without_its_table) {
  r.database.execute("DROP TABLE ingested_events");
  check_refused(r.run("run"), 65, "is gone");
}

BOOST_AUTO_TEST_CASE(is_not_when_its_table_was_emptied_or_made_anew) {
  r.database.execute("TRUNCATE ingested_events");
  check_refused(r.run("run"), 65, "is empty");
  r.database.execute(
      "DROP TABLE ingested_events; CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL)");
  check_refused(r.run("run"), 65, "is empty");
}

BOOST_AUTO_TEST_CASE(is_not_known_to_be_while_the_database_does_not_answer) {
  r.environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:1/nowhere";
  check_refused(r.run("run", {"--database-deadline-ms", "300"}), 69, "the database");
}

BOOST_AUTO_TEST_CASE(is_not_of_another_api) {
  const demo_api_process other({"--events", "10"});
  r.environment["API_BASE_URL"] = other.base_url();
  check_refused(r.run("run"), 78, "was started with other settings");
}

BOOST_AUTO_TEST_CASE(of_a_version_that_did_not_name_the_api_is_known_again) {
  std::string state = text_of(r.data_dir() / "ingestion.state");
  const auto api = state.find("FROM=api:");
  BOOST_TEST_REQUIRE(api != std::string::npos);
  put_text(r.data_dir() / "ingestion.state", state.erase(api, state.find("SLICES=") - api));
  r.database.execute("UPDATE ingest.pipelines SET plan = regexp_replace(plan, 'FROM=api:[^ ]* ', '')");
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "complete already"), p.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_that_is_not_complete)

BOOST_AUTO_TEST_CASE(does_not_go_on_behind_a_newest_segment_that_is_gone_but_for_its_index) {
  ingest_run r(events);
  BOOST_TEST(r.run("fetch").exit_code == 0);
  std::uint64_t newest = 1;
  while (std::filesystem::exists(r.data_dir() / ingest::segment_file_name(newest + 1))) {
    ++newest;
  }
  std::filesystem::remove(r.data_dir() / ingest::segment_file_name(newest));
  check_refused(r.run("load"), 65, "neither loaded nor in the buffer");
  check_refused(r.run("run"), 65, "neither loaded nor in the buffer");
}

BOOST_AUTO_TEST_CASE(gives_way_to_the_one_in_the_ledger_where_it_began_without_the_database) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {"--delay", "10"}, cluster);
  kill_once(r, "run", [&] { return r.pages_in_ledger() >= 10; });
  std::filesystem::remove_all(r.data_dir());
  cluster.stop_immediate();
  child_process blind = r.start("run");
  await(blind, [&] { return r.in_state("rows_durable") >= 500; });
  cluster.start();
  BOOST_TEST(blind.wait() == 75, blind.err());
  BOOST_TEST(has(blind.err(), "start again"), blind.err());

  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "run_given_up"), p.err);
  BOOST_TEST(r.table_difference() == "");
  // What was loaded ahead when the disk was lost has come again, and met its key.
  BOOST_TEST(r.number("SELECT sum(rows - duplicates - rejected) FROM ingest.slices") == events);
}

BOOST_AUTO_TEST_CASE(from_standard_input_is_not_given_up_for_another_one_nor_by_loading) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {}, cluster);
  BOOST_TEST(r.run("run").exit_code == 0);
  std::filesystem::remove_all(r.data_dir());
  cluster.stop_immediate();
  put_text(r.directory / "input", "{\"id\":\"from standard input\"}\n");
  r.started_by = {"sh", "-c", "exec \"$0\" \"$@\" <" + (r.directory / "input").string()};
  BOOST_TEST(r.run("run", {"--from", "stdin", "--database-deadline-ms", "300"}).exit_code == 69);
  cluster.start();
  r.started_by.clear();
  for (const std::string command : {"load", "run"}) {
    const auto p = r.run(command);
    BOOST_TEST((p.exit_code == 65 || p.exit_code == 78), p.err);
    BOOST_TEST(std::filesystem::exists(r.data_dir() / ingest::segment_file_name(1)), command);
  }
}

BOOST_AUTO_TEST_CASE(that_was_loaded_gives_way_to_none_and_loses_no_rejects) {
  postgres_cluster cluster({.durable = false, .settings = {}});
  ingest_run r(events, {"--nul", "2"}, cluster);
  cluster.stop_immediate();
  child_process blind = r.start("run");
  await(blind, [&] { return r.in_state("rows_durable") >= 500; });
  cluster.start();
  BOOST_TEST(blind.wait() == 0, blind.err());
  const auto rejected = text_of(r.data_dir() / "events_rejected.ndjson");
  const test_database other(cluster);
  const auto here = std::exchange(r.environment["DATABASE_URL"], other.url());
  const auto there = std::exchange(r.environment["DATA_DIR"], (r.directory / "elsewhere").string());
  BOOST_TEST(r.run("run").exit_code == 0);
  r.environment["DATA_DIR"] = there;
  check_refused(r.run("run"), 65, "they do not belong together");
  BOOST_TEST(text_of(r.data_dir() / "events_rejected.ndjson") == rejected);
  r.environment["DATABASE_URL"] = here;
  BOOST_TEST(r.run("run").exit_code == 0);
}

BOOST_AUTO_TEST_CASE(is_not_called_so_when_what_a_broken_off_fetch_has_left_is_loaded) {
  ingest_run r(events, {"--delay", "10"});
  kill_once(r, "fetch", [&] { return r.in_state("rows_durable") >= 1'000; });
  const auto p = r.run("load");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(!has(p.err, "ingestion complete"), p.err);
  BOOST_TEST(has(p.err, "has not ended"), p.err);
  BOOST_TEST(text_in(r.report(), "status") == "interrupted");
  BOOST_TEST(text_in(r.status(), "status") == "interrupted");
  BOOST_TEST(r.run("run").exit_code == 0);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_buffer)

BOOST_AUTO_TEST_CASE(that_keeps_more_than_its_quota_holds_nothing_back) {
  ingest_run r(events);
  const auto p = r.run("run", {"--keep-segments", "--segment-bytes", "100KiB", "--buffer-quota-bytes", "200KiB"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(count_in(r.status(), "bytes_buffered") > 1'000'000);
}

BOOST_AUTO_TEST_CASE(of_more_segments_than_there_are_descriptors_is_loaded) {
  ingest_run r(events);
  BOOST_TEST(r.run("fetch", {"--batch-size", "25", "--segment-bytes", "1KiB"}).exit_code == 0);
  BOOST_TEST(std::filesystem::exists(r.data_dir() / ingest::segment_file_name(150)));
  r.started_by = {"prlimit", "--nofile=64"};
  const auto p = r.run("load");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_SUITE_END()

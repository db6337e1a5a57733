#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <memory>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

/// An API that grows between syncs. Its events bear times of a day ago and earlier, those that come later times of
/// some minutes ago.
struct growing_api : ingest_run {
  growing_api() : ingest_run(1) {
    environment["INCREMENTAL"] = "true";
    environment["LOOKBACK"] = "1h";
    grow(2'000, day_ms);
  }

  /// `n` events more, the newest of them `before_ms` old.
  void grow(int n, std::int64_t before_ms, std::vector<std::string> flags = {}) {
    const std::int64_t newest = now_ms() - before_ms;
    for (int i = n; i-- > 0;) {
      events_.push_back("{\"id\":\"e" + std::to_string(events_.size()) +
                        "\",\"timestamp\":" + std::to_string(newest - i) + "}");
    }
    serve(std::move(flags));
  }

  /// An event more.
  void add(const std::string& event) {
    events_.push_back(event);
    serve();
  }

  /// An API under the same address.
  void serve(std::vector<std::string> flags = {}) {
    const auto file = directory / "events.ndjson";
    std::ofstream out(file);
    for (const std::string& event : events_) {
      out << event << '\n';
    }
    out.close();
    stop_serving();
    flags.insert(flags.end(), {"--file", file.string(), "--port", std::to_string(port_)});
    growing_ = std::make_unique<demo_api_process>(flags);
    port_ = growing_->port();
    environment["API_BASE_URL"] = growing_->base_url();
  }

  void stop_serving() { growing_.reset(); }

  void check_all_there() const {
    BOOST_TEST(rows() == events_.size());
    BOOST_TEST(number("SELECT count(DISTINCT id) FROM ingested_events") == events_.size());
  }

  void sync(const std::vector<std::string>& flags = {}) const {
    const auto p = run("run", flags);
    BOOST_TEST(p.exit_code == 0, p.err);
  }

  bool has_seen_its_ledger() const {
    return text_of(data_dir() / "ingestion.state").find("\"yields\": false") != std::string::npos;
  }

  /// What `ingest status NAME` tells.
  std::string told() const { return run("status", {"default"}).out; }

  /// The same of a sync, the newest being 0, by the name of its member in JSON.
  std::string history(rapidjson::SizeType sync, const char* member) const {
    const auto p = run("status", {"default", "--json"});
    rapidjson::Document d;
    d.Parse(p.out.c_str());
    BOOST_TEST_REQUIRE((p.exit_code == 0 && !d.HasParseError()), p.err);
    const auto& value = d[0]["syncs"][sync][member];
    return value.IsString() ? value.GetString() : std::to_string(value.GetInt64());
  }

  std::uint64_t generation() const { return number("SELECT generation FROM ingest.pipelines"); }
  std::int64_t watermark() const { return std::stoll(database.value("SELECT value FROM ingest.watermarks")); }

  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  static constexpr std::int64_t minute_ms = 60'000;
  static constexpr std::int64_t day_ms = 24 * 60 * minute_ms;

 private:
  std::vector<std::string> events_;
  std::unique_ptr<demo_api_process> growing_;
  int port_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_that_is_incremental, growing_api)

BOOST_AUTO_TEST_CASE(reads_in_each_sync_what_is_new) {
  sync();
  check_all_there();
  BOOST_TEST(count_in(report(), "rows_loaded") == 2'000u);
  for (const int n : {300, 1, 250}) {
    grow(n, minute_ms);
    sync();
    check_all_there();
    BOOST_TEST(count_in(report(), "rows_loaded") == static_cast<std::uint64_t>(n));
    BOOST_TEST(count_in(report(), "rows_fetched") <= 551u, "the first 2,000 are not asked for again");
  }
  BOOST_TEST(generation() == 4u);
}

BOOST_AUTO_TEST_CASE(that_finds_nothing_new_is_complete_and_moves_the_watermark) {
  sync();
  const std::int64_t before = watermark();
  sync();
  check_all_there();
  BOOST_TEST(count_in(report(), "rows_fetched") == 0u);
  BOOST_TEST(watermark() >= before);
  BOOST_TEST(generation() == 2u);
}

BOOST_AUTO_TEST_CASE(divides_each_sync_as_it_is_asked_then) {
  sync({"--slices", "auto", "--readers", "2"});
  grow(1'500, minute_ms);
  sync({"--slices", "auto", "--readers", "4"});
  check_all_there();
  grow(10, minute_ms);
  sync({"--slices", "1"});
  check_all_there();
}

BOOST_AUTO_TEST_CASE(goes_on_with_its_sync_after_a_kill_and_only_then_begins_another) {
  sync();
  const std::int64_t before = watermark();
  grow(3'000, minute_ms, {"--delay", "20"});
  child_process killed = start("run");
  await(killed, [&] { return generation() == 2 && pages_in_ledger() >= 3; });
  killed.signal(SIGKILL);
  killed.wait();
  BOOST_TEST(watermark() == before, "nobody has read up to there");
  const std::string plan = text_in(state(), "plan");
  grow(10, minute_ms);
  sync();
  BOOST_TEST(text_in(state(), "plan") == plan);
  BOOST_TEST(generation() == 2u);
  sync();
  BOOST_TEST(generation() == 3u);
  check_all_there();
}

BOOST_AUTO_TEST_CASE(knows_from_the_database_where_to_go_on_if_its_directory_is_lost) {
  sync();
  grow(300, minute_ms);
  std::filesystem::remove_all(data_dir());
  sync();
  check_all_there();
  BOOST_TEST(count_in(report(), "rows_fetched") == 300u);
}

BOOST_AUTO_TEST_CASE(goes_on_from_the_sync_of_another_host) {
  sync();
  grow(300, minute_ms);
  const std::string here = environment["DATA_DIR"];
  environment["DATA_DIR"] = (directory / "other").string();
  sync();
  environment["DATA_DIR"] = here;
  grow(30, minute_ms);
  sync();
  check_all_there();
  BOOST_TEST(generation() == 3u);
  BOOST_TEST(number("SELECT count(*) FROM ingest.syncs WHERE completed_at IS NOT NULL") == 3u);
}

BOOST_AUTO_TEST_CASE(follows_a_complete_run_that_was_not) {
  environment["INCREMENTAL"] = "false";
  sync();
  grow(300, minute_ms);
  sync();
  BOOST_TEST(rows() == 2'000u, "a run that is complete has nothing to do");
  environment["INCREMENTAL"] = "true";
  sync();
  check_all_there();
  BOOST_TEST(count_in(report(), "duplicates_skipped") == 2'000u, "nobody knows up to where that had read");
}

BOOST_AUTO_TEST_CASE(reads_everything_again_when_it_starts_over) {
  sync();
  grow(300, minute_ms);
  sync();
  sync({"--fresh", "--yes"});
  check_all_there();
  BOOST_TEST(count_in(report(), "rows_fetched") == 2'300u);
}

BOOST_AUTO_TEST_CASE(is_not_held_up_by_a_single_event_that_the_table_refuses) {
  sync();
  add("{\"id\":\"bad\",\"timestamp\":" + std::to_string(now_ms() - minute_ms) + ",\"name\":\"\\u0000\"}");
  sync();
  BOOST_TEST(count_in(report(), "rows_rejected") == 1u);
  grow(5, minute_ms / 2);
  sync();
  BOOST_TEST(rows() == 2'005u);
}

BOOST_AUTO_TEST_CASE(divides_the_time_since_that_is_given_into_slices) {
  const std::string since = std::to_string(now_ms() - 2 * day_ms);
  for (const int n : {0, 40}) {
    grow(n, minute_ms);
    sync({"--slices", "4", "--since", since});
    check_all_there();
    BOOST_TEST(status()["slices"].Size() == 4u);
  }
}

BOOST_AUTO_TEST_CASE(may_have_begun_as_an_initial_load) {
  for (const int n : {0, 10, 10}) {
    grow(n, minute_ms);
    sync({"--initial-load"});
    check_all_there();
  }
}

BOOST_AUTO_TEST_CASE(that_died_before_its_first_page_holds_to_its_settings_and_replaces_no_other_ledger) {
  sync();
  const std::int64_t before = watermark();
  grow(10, minute_ms, {"--delay", "1000"});
  child_process killed = start("run");
  // Until the state says that the ledger is this run's, it would give way to another one that it finds there.
  await(killed, [&] { return generation() == 2 && has_seen_its_ledger(); });
  killed.signal(SIGKILL);
  killed.wait();
  BOOST_TEST(pages_in_ledger() == 0u);
  const auto other = run("run", {"--since", std::to_string(now_ms() - minute_ms)});
  BOOST_TEST(other.exit_code == 78, other.err);
  database.execute("UPDATE ingest.pipelines SET run_id = repeat('f', 32), complete = false");
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(generation() == 2u);
  BOOST_TEST(watermark() == before);
}

BOOST_AUTO_TEST_CASE(is_not_opened_by_load_before_it_is_planned) {
  sync();
  stop_serving();
  BOOST_TEST(run("run", {"--fresh", "--yes", "--retry-deadline-ms", "0"}).exit_code == 69);
  BOOST_TEST(run("load").exit_code == 78);
  serve();
  sync();
  check_all_there();
}

BOOST_AUTO_TEST_CASE(notices_a_table_that_was_emptied_between_two_syncs) {
  sync();
  sync();  // brings nothing: only the sync before has brought rows
  database.execute("TRUNCATE ingested_events");
  const auto p = run("run");
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(p.err.find("is empty") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_CASE(goes_on_from_a_sync_that_the_database_does_not_know_to_be_complete_if_it_has_all_pages) {
  sync();
  database.execute("UPDATE ingest.pipelines SET complete = false, completed_at = NULL; DELETE FROM ingest.watermarks");
  grow(300, minute_ms);
  sync();
  sync();
  check_all_there();
}

BOOST_AUTO_TEST_CASE(waits_for_the_answer_of_the_database_before_it_begins_another_sync) {
  sync();
  grow(300, minute_ms);
  auto away = environment;
  environment["DATABASE_URL"] = "postgresql://127.0.0.1:1/nowhere";
  environment["DATABASE_DEADLINE_MS"] = "0";
  BOOST_TEST(run("run").exit_code == 69);
  environment = away;
  sync();
  check_all_there();
}

BOOST_AUTO_TEST_CASE(is_remembered_with_what_has_become_of_it) {
  sync();
  grow(300, minute_ms);
  stop_serving();
  const auto failed = run("run", {"--retry-deadline-ms", "0"});
  BOOST_TEST(failed.exit_code == 69, failed.err);
  BOOST_TEST(told().find("sync 2 failed at ") != std::string::npos, told());
  BOOST_TEST(told().find(" with 69: ") != std::string::npos, told());
  serve({"--delay", "1000"});
  child_process killed = start("run");
  await(killed, [&] { return generation() == 2; });
  killed.signal(SIGKILL);
  killed.wait();
  BOOST_TEST(history(0, "outcome") == "unfinished");
  serve();
  sync();
  BOOST_TEST(history(0, "sync") == "2");
  BOOST_TEST(history(0, "outcome") == "complete");
  BOOST_TEST(history(0, "rows") == "300");
  BOOST_TEST(history(0, "tries") == "2", told());
  BOOST_TEST(history(1, "rows") == "2000");
  BOOST_TEST(history(1, "exit_code") == "69");
  sync({"--fresh", "--yes"});
  BOOST_TEST(history(0, "duplicates") == "2300");
  BOOST_TEST(history(1, "outcome") == "given up");
}

BOOST_AUTO_TEST_CASE(is_remembered_where_the_ledger_was_made_by_a_version_that_did_not) {
  sync();
  database.execute(
      "ALTER TABLE ingest.syncs DROP COLUMN begun_at, DROP COLUMN tries, DROP COLUMN given_up, DROP COLUMN failed_at, "
      "DROP COLUMN exit_code, DROP COLUMN failure; DELETE FROM ingest.syncs; "
      "ALTER TABLE ingest.syncs ALTER COLUMN completed_at SET NOT NULL");
  BOOST_TEST(history(0, "rows") == "2000");
  BOOST_TEST(history(0, "outcome") == "complete");
  grow(300, minute_ms);
  sync();
  BOOST_TEST(history(0, "rows") == "300");
  BOOST_TEST(history(1, "outcome") == "complete");
  check_all_there();
}

BOOST_AUTO_TEST_CASE(begins_where_its_state_was_set_to) {
  sync();
  const std::string now = std::to_string(watermark());
  const std::string earlier = std::to_string(watermark() - 2 * day_ms);
  const auto looked = run("state", {"set", "default", "--value", earlier, "--dry-run"});
  BOOST_TEST(looked.exit_code == 0, looked.err);
  BOOST_TEST(looked.out.find(now + "  ") != std::string::npos, looked.out);
  BOOST_TEST(looked.out.find("1 watermark would be changed; nothing was") != std::string::npos, looked.out);
  BOOST_TEST(std::to_string(watermark()) == now);
  BOOST_TEST(run("state", {"set", "default", "--value", "2026-01-01"}).exit_code == 64, "that is none of DataSync's");
  BOOST_TEST(run("state", {"set", "other", "--value", earlier}).exit_code == 78);
  BOOST_TEST(run("state", {"show", "other"}).exit_code == 78);
  BOOST_TEST(run("state", {"set", "default", "--value", "1999999999999"}).exit_code == 64, "that is in the future");
  BOOST_TEST(run("state", {"set", "default", "--value", earlier}).exit_code == 0);
  BOOST_TEST(run("state", {"show"}).out.find(earlier) != std::string::npos);
  grow(10, minute_ms);
  sync();
  BOOST_TEST(count_in(report(), "rows_fetched") == 2'010u);
  BOOST_TEST(count_in(report(), "duplicates_skipped") == 2'000u);
  check_all_there();
}

BOOST_AUTO_TEST_CASE(reads_everything_where_its_state_was_reset) {
  sync();
  BOOST_TEST(run("state", {"reset", "--dry-run"}).exit_code == 0);
  database.execute(
      "INSERT INTO ingest.watermarks VALUES ('default.eu', '', '', '1'); CREATE TEMPORARY TABLE other AS SELECT * FROM "
      "ingest.pipelines; UPDATE other SET name = 'default.eu'; INSERT INTO ingest.pipelines SELECT * FROM other");
  BOOST_TEST(run("state", {"reset"}).out.find("1 watermark changed") != std::string::npos);
  BOOST_TEST(number("SELECT count(*) FROM ingest.watermarks WHERE pipeline = 'default.eu'") == 1u, "is another one");
  database.execute("DELETE FROM ingest.pipelines WHERE name = 'default.eu'; DELETE FROM ingest.watermarks");
  BOOST_TEST(run("state", {"show"}).out == "nothing is known: the next sync reads everything\n");
  grow(10, minute_ms);
  sync();
  BOOST_TEST(count_in(report(), "rows_fetched") == 2'010u);
  check_all_there();
}

BOOST_AUTO_TEST_CASE(keeps_its_state_while_it_is_not_complete) {
  sync();
  grow(300, minute_ms, {"--delay", "1000"});
  child_process killed = start("run");
  await(killed, [&] { return generation() == 2; });
  killed.signal(SIGKILL);
  killed.wait();
  for (const char* action : {"set", "reset"}) {
    std::vector<std::string> words{action, "default"};
    if (std::string(action) == "set") {
      words.insert(words.end(), {"--value", "1700000000000"});
    }
    const auto p = run("state", words);
    BOOST_TEST(p.exit_code == 78, p.out);
    BOOST_TEST(p.err.find("is not complete") != std::string::npos, p.err);
  }
  serve();
  sync();
  check_all_there();
}

BOOST_AUTO_TEST_SUITE_END()

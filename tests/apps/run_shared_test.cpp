#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

constexpr int events = 12'000;
constexpr auto in_time = 60s;

/// Processes on machines of their own: a DATA_DIR each, the same pipeline in the same database.
struct shared_run : ingest_run {
  explicit shared_run(int delay_ms = 20) : ingest_run(events, {"--delay", std::to_string(delay_ms)}) {
    environment["WORKERS"] = "shared";
    environment["LEASE_MS"] = "1000";
  }

  child_process worker(int number, std::vector<std::string> flags = slices(24)) {
    environment["DATA_DIR"] = (directory / ("worker_" + std::to_string(number))).string();
    environment["REPORT"] = (directory / ("report_" + std::to_string(number) + ".json")).string();
    flags.insert(flags.end(), {"--readers", "2"});
    return start("run", flags);
  }

  static void end(child_process& worker, int expected) {
    const int exit_code = worker.wait(in_time);
    BOOST_TEST(exit_code == expected, exit_code << " instead of " << expected << ": " << worker.err());
  }

  std::uint64_t leases() const { return number("SELECT count(*) FROM ingest.slices WHERE owner <> '' AND NOT done"); }

  /// What one had loaded behind a page that it had not comes again, and meets its key.
  void check() {
    BOOST_TEST(table_difference() == "");
    BOOST_TEST(database.value("SELECT complete FROM ingest.pipelines") == "t");
    BOOST_TEST(number("SELECT sum(rows - duplicates) FROM ingest.slices") == events);
    BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0U);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(processes_that_share_a_run)

BOOST_AUTO_TEST_CASE(divide_its_slices_and_end_when_all_of_it_is_there) {
  shared_run r;
  r.environment["LEASE_MS"] = "60000";
  child_process first = r.worker(1);
  child_process second = r.worker(2);
  child_process third = r.worker(3);
  for (child_process* p : {&first, &second, &third}) {
    shared_run::end(*p, 0);
  }
  r.check();
  BOOST_TEST(r.number("SELECT sum(fence) FROM ingest.slices") == 24U, "each slice was leased once");
  BOOST_TEST(r.number("SELECT count(DISTINCT owner) FROM ingest.slices") >= 2U);
}

BOOST_AUTO_TEST_CASE(take_over_what_one_leaves_that_is_killed) {
  shared_run r;
  child_process first = r.worker(1);
  child_process second = r.worker(2);
  await(first, [&] { return r.pages_in_ledger() >= 8 && r.leases() >= 2; });
  first.signal(SIGKILL);
  shared_run::end(second, 0);
  r.check();
  child_process again = r.worker(1);
  shared_run::end(again, 0);
  r.check();
}

BOOST_AUTO_TEST_CASE(take_over_what_one_has_that_is_stopped_which_adds_nothing_when_it_goes_on) {
  shared_run r;
  child_process first = r.worker(1);
  await(first, [&] { return r.pages_in_ledger() >= 8; });
  first.signal(SIGSTOP);
  child_process second = r.worker(2);
  shared_run::end(second, 0);
  r.check();
  first.signal(SIGCONT);
  shared_run::end(first, 0);
  r.check();
}

BOOST_AUTO_TEST_CASE(hand_over_what_they_have_when_they_are_told_to_stop) {
  shared_run r;
  r.environment["LEASE_MS"] = "3600000";
  child_process first = r.worker(1);
  child_process second = r.worker(2);
  await(first, [&] { return r.pages_in_ledger() >= 8; });
  first.signal(SIGTERM);
  shared_run::end(first, 128 + SIGTERM);
  shared_run::end(second, 0);
  r.check();
}

BOOST_AUTO_TEST_CASE(go_on_where_all_of_them_were_killed) {
  shared_run r;
  {
    child_process first = r.worker(1);
    child_process second = r.worker(2);
    await(first, [&] { return r.pages_in_ledger() >= 8; });
    first.signal(SIGKILL);
    second.signal(SIGKILL);
    first.wait(in_time);
    second.wait(in_time);
  }
  child_process third = r.worker(1);
  shared_run::end(third, 0);
  r.check();
}

BOOST_AUTO_TEST_CASE(do_not_begin_another_sync_when_the_one_that_they_share_has_ended) {
  shared_run r;
  const std::vector<std::string> flags = {"--incremental", "--slices", "12", "--since", "1766966400000"};
  child_process first = r.worker(1, flags);
  await(first, [&] { return r.pages_in_ledger() >= 1; });
  child_process second = r.worker(2, flags);
  child_process third = r.worker(3, flags);
  shared_run::end(first, 0);
  shared_run::end(second, 0);
  shared_run::end(third, 0);
  r.check();
  BOOST_TEST(r.number("SELECT generation FROM ingest.pipelines") == 1U);
}

BOOST_AUTO_TEST_CASE(begin_a_sync_that_several_machines_were_asked_for_once) {
  shared_run r(0);
  const std::vector<std::string> flags = {"--incremental", "--slices", "4", "--since", "1766966400000"};
  r.environment["SYNC_WITHIN_MS"] = "3600000";
  child_process first = r.worker(1, flags);
  shared_run::end(first, 0);
  child_process late = r.worker(2, flags);
  shared_run::end(late, 0);
  BOOST_TEST(r.number("SELECT generation FROM ingest.pipelines") == 1U);
  r.database.execute("UPDATE ingest.syncs SET begun_at = begun_at - interval '61 min'");
  child_process an_hour_later = r.worker(2, flags);
  shared_run::end(an_hour_later, 0);
  BOOST_TEST(r.number("SELECT generation FROM ingest.pipelines") == 2U);
  r.environment["SYNC_WITHIN_MS"] = "0";
  child_process asked_for_by_a_person = r.worker(1, flags);
  shared_run::end(asked_for_by_a_person, 0);
  BOOST_TEST(r.number("SELECT generation FROM ingest.pipelines") == 3U);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(are_seen_in_the_status_of_their_pipeline_and_count_what_they_lose) {
  shared_run r;
  child_process first = r.worker(1);
  await(first, [&] { return r.pages_in_ledger() >= 8 && r.leases() >= 2; });
  const std::string status = r.run("status", {"default"}).out;
  BOOST_TEST(status.find("  worker ") != std::string::npos, status);
  BOOST_TEST(status.find(" slices, until 20") != std::string::npos, status);
  first.signal(SIGSTOP);
  child_process second = r.worker(2);
  shared_run::end(second, 0);
  first.signal(SIGCONT);
  shared_run::end(first, 0);
  const std::string report = text_of(r.directory / "report_1.json");
  BOOST_TEST(report.find("\"leases\": 0,") != std::string::npos, report);
  BOOST_TEST(report.find("\"leases_lost\": 0,") == std::string::npos, report);
  BOOST_TEST(r.run("status", {"default"}).out.find("  worker ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(take_part_in_the_next_sync_where_another_one_was_faster_to_begin_it) {
  shared_run r(100);
  const std::vector<std::string> flags = {"--incremental", "--lookback",   "87600h", "--slices", "12",
                                          "--since",       "1766966400000"};
  child_process before = r.worker(1, flags);
  shared_run::end(before, 0);
  // Both have seen that the run before is complete when the first one may begin the next.
  child_process door({"psql", "--quiet", "--no-psqlrc", "-c",
                      "SELECT pg_advisory_lock(hashtextextended('ingest: opening of pipeline default', 0)); "
                      "SELECT pg_sleep(600)",
                      r.database.url()});
  await(door, [&] { return r.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") >= 1; });
  child_process one = r.worker(1, flags);
  child_process other = r.worker(2, flags);
  await(other,
        [&] { return r.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") >= 2; });
  r.database.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
  door.wait(in_time);
  shared_run::end(one, 0);
  shared_run::end(other, 0);
  BOOST_TEST(r.number("SELECT generation FROM ingest.pipelines") == 2U);
  const std::string now = r.database.value("SELECT run_id FROM ingest.pipelines WHERE complete");
  for (const char* const report : {"report_1.json", "report_2.json"}) {
    BOOST_TEST(text_of(r.directory / report).find(now) != std::string::npos, text_of(r.directory / report));
  }
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(end_what_a_frozen_one_is_at_whatever_the_url_calls_them_and_go_on_where_they_may_not) {
  for (const bool may_end : {true, false}) {
    shared_run r;
    if (!may_end) {
      r.database.execute("REVOKE EXECUTE ON FUNCTION pg_terminate_backend(int, bigint) FROM public");
      r.database.execute("CREATE ROLE plain LOGIN; GRANT ALL ON DATABASE " +
                         r.database.value("SELECT current_database()") +
                         " TO plain; GRANT ALL ON SCHEMA public TO plain");
    }
    const std::string url = r.environment["DATABASE_URL"];
    r.environment["DATABASE_URL"] =
        (may_end ? url : url.substr(0, url.find("postgres@")) + "plain" + url.substr(url.find('@'))) +
        "?application_name=theirs";
    child_process first = r.worker(1);
    await(first, [&] { return r.pages_in_ledger() >= 8; });
    BOOST_TEST(r.number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ingest/%'") > 0U);
    first.signal(SIGSTOP);
    child_process second = r.worker(2);
    if (!may_end) {
      await(second, [&] { return r.leases() > 0; });
      first.signal(SIGCONT);
    }
    shared_run::end(second, 0);
    first.signal(SIGCONT);
    shared_run::end(first, 0);
    r.check();
    if (!may_end) {
      r.database.execute(
          "GRANT EXECUTE ON FUNCTION pg_terminate_backend(int, bigint) TO public; DROP OWNED BY plain; DROP ROLE "
          "plain");
    }
  }
}

BOOST_AUTO_TEST_CASE(build_the_key_of_an_initial_load_once) {
  shared_run r;
  auto flags = ingest_run::slices(12);
  flags.push_back("--initial-load");
  child_process first = r.worker(1, flags);
  child_process second = r.worker(2, flags);
  shared_run::end(first, 0);
  shared_run::end(second, 0);
  r.check();
  BOOST_TEST(r.number("SELECT count(*) FROM pg_index WHERE indrelid = 'ingested_events'::regclass AND indisprimary") ==
             1U);
}

BOOST_AUTO_TEST_CASE(find_nothing_to_do_in_a_run_that_is_complete) {
  shared_run r(0);
  child_process first = r.worker(1);
  shared_run::end(first, 0);
  child_process second = r.worker(2);
  shared_run::end(second, 0);
  r.check();
  BOOST_TEST(r.number("SELECT sum(fence) FROM ingest.slices") == 24U);
}

BOOST_AUTO_TEST_CASE(do_not_throw_away_what_was_fetched_and_is_to_be_loaded_nor_share_a_directory) {
  shared_run r;
  r.environment["DATA_DIR"] = (r.directory / "worker_1").string();
  BOOST_TEST(r.run("fetch", {"--pipeline", "fetched"}).exit_code == 0);
  child_process first = r.worker(1);
  shared_run::end(first, 78);
  BOOST_TEST(first.err().find("DATA_DIR") != std::string::npos, first.err());
  child_process second = r.worker(2);
  await(second, [&] { return r.pages_in_ledger() >= 4; });
  child_process third = r.worker(2);
  shared_run::end(third, 75);
  shared_run::end(second, 0);
  r.check();
}

BOOST_AUTO_TEST_CASE(do_not_throw_away_what_a_process_alone_has_begun) {
  shared_run r;
  r.environment["WORKERS"] = "alone";
  {
    child_process alone = r.worker(1);
    await(alone, [&] { return r.pages_in_ledger() >= 4; });
    alone.signal(SIGKILL);
    alone.wait(in_time);
  }
  r.environment["WORKERS"] = "shared";
  child_process first = r.worker(1);
  shared_run::end(first, 78);
  r.environment["WORKERS"] = "alone";
  child_process again = r.worker(1);
  shared_run::end(again, 0);
  r.check();
}

BOOST_AUTO_TEST_CASE(say_what_is_wrong_with_their_settings) {
  shared_run r(0);
  for (const std::vector<std::string>& flags : std::vector<std::vector<std::string>>{
           {"--table", "a.b.c"},
           {"--write", "replace"},
           {"--initial-load", "--write", "merge", "--tables", "typed", "--key", "_ingest_extra"}}) {
    child_process worker = r.worker(1, flags);
    const int exit_code = worker.wait(in_time);
    BOOST_TEST((exit_code == 78 || exit_code == 64), exit_code << ": " << worker.err());
  }
}

BOOST_AUTO_TEST_CASE(need_a_source_that_all_of_them_can_read_and_a_database_that_answers) {
  shared_run r(0);
  r.environment["FROM"] = "stdin";
  child_process of_file = r.worker(1, {});
  shared_run::end(of_file, 78);
  BOOST_TEST(of_file.err().find("WORKERS") != std::string::npos, of_file.err());
  r.environment.erase("FROM");
  r.environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:1/nowhere";
  child_process alone = r.worker(2);
  shared_run::end(alone, 69);
}

BOOST_AUTO_TEST_SUITE_END()

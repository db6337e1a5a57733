// covers: WRITE from end to end: records of one id leave the last one (merge), or one row each (append), whatever kills
// the run.
#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int ids = 300;
constexpr int versions = 100;

/// A file that has each id again and again, in versions that count up, and a table that takes its time.
struct written_run : ingest_run {
  explicit written_run(const std::string& write, bool keyed = true) : ingest_run(0) {
    std::string text;
    for (int version = 1; version <= versions; ++version) {
      for (int id = 0; id < ids; ++id) {
        text += "{\"id\":\"" + std::to_string(id * 7 % ids) + "\",\"version\":" + std::to_string(version) +
                ",\"filler\":\"" + std::string(200, '-') + "\"}\n";
      }
    }
    put_text(directory / "versions.ndjson", text);
    environment["WRITE"] = write;
    environment["RANGE_BYTES"] = "4KiB";
    environment["LOADERS"] = "4";
    database.execute("CREATE TABLE ingested_events (id text COLLATE \"C\"" + std::string(keyed ? " PRIMARY KEY" : "") +
                     ", data jsonb NOT NULL);"
                     "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
                     "$$ BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END $$;"
                     "CREATE TRIGGER dawdle BEFORE INSERT ON ingested_events FOR EACH STATEMENT "
                     "EXECUTE FUNCTION dawdle()");
  }

  std::vector<std::string> flags() const { return {"--from", "file:" + (directory / "versions.ndjson").string()}; }

  /// Kills three runs, each after a page more, and lets the fourth one end.
  finished_process run_with_kills() {
    for (int kill = 0; kill < 3; ++kill) {
      const std::uint64_t before = pages_in_ledger();
      child_process p = start("run", flags());
      await(p, [&] { return pages_in_ledger() > before; });
      p.signal(SIGKILL);
      BOOST_TEST(p.wait() == 128 + SIGKILL);
    }
    return run("run", flags());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_that_merges)

BOOST_AUTO_TEST_CASE(leaves_the_last_version_of_each_record_whatever_kills_it) {
  written_run r("merge");
  const auto p = r.run_with_kills();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events") == ids);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE data->>'version' = '" + std::to_string(versions) +
                      "'") == ids);
}

BOOST_AUTO_TEST_CASE(takes_over_what_a_former_run_has_loaded) {
  written_run r("skip");
  r.environment["LOADERS"] = "1";  // of several, whichever is the first to commit
  BOOST_TEST(r.run("run", r.flags()).exit_code == 0);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE data->>'version' = '1'") == ids);
  r.environment["WRITE"] = "merge";
  r.environment["PIPELINE"] = "second";
  auto flags = r.flags();
  flags.insert(flags.end(), {"--data-dir", (r.directory / "second").string()});
  const auto p = r.run("run", flags);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE data->>'version' = '" + std::to_string(versions) +
                      "'") == ids);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_that_appends)

BOOST_AUTO_TEST_CASE(has_each_record_once_without_a_key_whatever_kills_it) {
  written_run r("append", false);
  const auto p = r.run_with_kills();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events") == ids * versions);
  BOOST_TEST(r.number("SELECT count(DISTINCT (id, data)) FROM ingested_events") == ids * versions);
}

BOOST_AUTO_TEST_CASE(is_not_from_an_api_that_may_give_an_event_twice) {
  written_run r("append", false);
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(p.err.find("WRITE is append") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_CASE(loads_what_was_fetched_from_a_file_before) {
  written_run r("append", false);
  r.environment.erase("WRITE");
  BOOST_TEST(r.run("fetch", r.flags()).exit_code == 0);
  const auto p = r.run("load", {"--write", "append"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events") == ids * versions);
}

BOOST_AUTO_TEST_CASE(has_no_initial_load) {
  written_run r("append", false);
  r.environment["INITIAL_LOAD"] = "true";
  const auto p = r.run("run", r.flags());
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(p.err.find("INITIAL_LOAD") != std::string::npos, p.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_run_that_replaces)

BOOST_AUTO_TEST_CASE(what_records_without_a_key_were_has_each_of_those_that_there_are_whatever_kills_it) {
  written_run r("auto");
  r.environment["KEY"] = "none";
  r.environment["TABLES"] = "typed";
  r.environment["TABLE"] = "replaced";
  r.database.execute(
      "CREATE TABLE replaced (id text, version bigint, filler text, _ingest_extra jsonb); "
      "INSERT INTO replaced VALUES ('old', 0, '', NULL)");
  for (int kill = 0; kill < 3; ++kill) {
    const std::uint64_t before = r.pages_in_ledger();
    child_process p = r.start("run", r.flags());
    await(p, [&] { return r.pages_in_ledger() > before; });
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
    BOOST_TEST(r.number("SELECT count(*) FROM replaced") == 1u);
  }
  const auto p = r.run("run", r.flags());
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM replaced") == ids * versions);
  BOOST_TEST(r.number("SELECT count(DISTINCT (id, version)) FROM replaced") == ids * versions);
  r.environment["WRITE"] = "merge";
  const auto merged = r.run("run", r.flags());
  BOOST_TEST(merged.exit_code == 78);
  BOOST_TEST(merged.err.find("KEY is none") != std::string::npos, merged.err);
}

BOOST_AUTO_TEST_CASE(leaves_the_old_rows_or_the_new_ones_wherever_it_is_killed) {
  written_run r("replace");
  r.database.execute(
      "DROP TRIGGER dawdle ON ingested_events; CREATE VIEW newest AS SELECT max(data->>'version') AS v FROM "
      "ingested_events");
  BOOST_TEST(r.run("run", r.flags()).exit_code == 0);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events") == ids);
  const std::uint64_t newest = r.number("SELECT v FROM newest");  // of four loaders, whichever was the first to commit
  std::string next;
  for (int id = 0; id < 20000; ++id) {
    next += "{\"id\":\"next-" + std::to_string(id) + "\",\"version\":0}\n";
  }
  put_text(r.directory / "versions.ndjson", next);
  for (int kill = 0; kill < 3; ++kill) {
    const std::uint64_t before = kill == 0 ? 0 : r.pages_in_ledger();
    child_process p = r.start("run", r.flags());
    await(p, [&] {
      return kill == 0 ? r.number("SELECT generation FROM ingest.pipelines") == 2 : r.pages_in_ledger() > before;
    });
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
    BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE id NOT LIKE 'next-%'") == ids);
    BOOST_TEST(r.number("SELECT v FROM newest") == newest);
  }
  const auto p = r.run("run", r.flags());
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events") == 20000u);
  BOOST_TEST(r.number("SELECT v FROM newest") == 0u);
}

BOOST_AUTO_TEST_CASE(reads_an_api_again_when_it_is_run_again) {
  ingest_run r(500);
  r.environment["WRITE"] = "replace";
  BOOST_TEST(r.run("run").exit_code == 0);
  r.database.execute("UPDATE ingested_events SET data = '{}'");
  BOOST_TEST(r.run("run").exit_code == 0);
  BOOST_TEST(r.number("SELECT count(*) FROM ingested_events WHERE data <> '{}'") == 500u);
  BOOST_TEST(r.number("SELECT generation FROM ingest.pipelines") == 2u);
  r.environment["INCREMENTAL"] = "true";
  const auto refused = r.run("run");
  BOOST_TEST(refused.exit_code == 78);
  BOOST_TEST(refused.err.find("WRITE=replace leaves what a run has read") != std::string::npos, refused.err);
}

BOOST_AUTO_TEST_SUITE_END()

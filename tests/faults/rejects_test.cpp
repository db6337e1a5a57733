// Rows that were set aside, and are loaded once more with ingest rejects replay: each exactly once, whatever moment
// that is killed at.
#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "buffer/data_dir.hpp"
#include "faults/faulty_run.hpp"
#include "faults/strace.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

/// A file of which the table refuses every third row, in which the rows have no key.
struct refused_rows : ingest_run {
  static constexpr int records = 300;
  static constexpr int refused = 100;

  explicit refused_rows(const std::string& write = "append") : ingest_run(1) {
    std::string lines;
    for (int i = 0; i < records; ++i) {
      lines += "{\"id\":\"r" + std::to_string(i) + "\",\"n\":" + std::to_string(i) +
               ",\"kind\":" + std::to_string(i % 6) + "}\n";
    }
    put_text(directory / "rows.ndjson", lines);
    environment["FROM"] = "file:rows.ndjson";
    environment["TABLES"] = "typed";
    environment["WRITE"] = write;
    for (const char* name : {"API_BASE_URL", "TARGET_API_KEY"}) {
      environment.erase(name);
    }
    database.execute("CREATE TABLE ingested_events (id text COLLATE \"C\"" +
                     std::string(write == "append" ? "" : " PRIMARY KEY") +
                     ", n bigint, kind bigint, _ingest_extra jsonb, CONSTRAINT odd CHECK (n % 3 > 0))");
    const auto p = run("run");
    BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
    BOOST_TEST(rows() == records - refused);
  }

  void mend() const { database.execute("ALTER TABLE ingested_events DROP CONSTRAINT odd"); }

  finished_process replay(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"replay"};
    words.insert(words.end(), more.begin(), more.end());
    return run("rejects", words);
  }

  std::string listed() const { return run("rejects", {"list"}).out; }

  void check_all_there() const {
    BOOST_TEST(rows() == records);
    BOOST_TEST(number("SELECT count(DISTINCT id) FROM ingested_events") == records);
    BOOST_TEST(number("SELECT sum(n) FROM ingested_events") == records * (records - 1) / 2);
  }

  /// What a replay leaves behind while it is under way.
  bool is_under_way() const {
    for (const auto& entry : std::filesystem::directory_iterator(data_dir())) {
      if (entry.path().filename().string().starts_with("replay-")) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_that_were_set_aside)

BOOST_FIXTURE_TEST_CASE(are_listed_and_shown, refused_rows) {
  const auto list = run("rejects", {"list", "--json"});
  BOOST_TEST_REQUIRE(list.exit_code == 0, list.err);
  rapidjson::Document d;
  d.Parse(list.out.c_str());
  BOOST_TEST_REQUIRE((d.IsArray() && d.Size() == 1u), list.out);
  BOOST_TEST(d[0]["rows"].GetUint64() == refused);
  BOOST_TEST(d[0]["sqlstate"].GetString() == "23514");
  BOOST_TEST(has(listed(), "23514"), listed());
  const auto one = run("rejects", {"show", "--where", "id=r33"});
  BOOST_TEST(has(one.out, "\"event\":{\"id\":\"r33\",\"n\":33,"), one.out);
  BOOST_TEST(std::count(one.out.begin(), one.out.end(), '\n') == 1);
  const auto some = run("rejects", {"show", "--where", "message~odd", "--limit", "7"});
  BOOST_TEST(std::count(some.out.begin(), some.out.end(), '\n') == 7);
  BOOST_TEST(run("rejects", {"show", "--where", "id"}).exit_code == 64);
}

BOOST_FIXTURE_TEST_CASE(are_loaded_once_more_after_the_table_was_mended, refused_rows) {
  const auto in_vain = replay();
  BOOST_TEST(in_vain.exit_code == 65, in_vain.err);
  BOOST_TEST(has(in_vain.out, "100 rows replayed, 0 of them loaded"), in_vain.out);
  BOOST_TEST(!is_under_way());
  mend();
  const auto rehearsed = replay({"--dry-run", "--where", "id=r33"});
  BOOST_TEST(has(rehearsed.out, ": 1 rows would be loaded"), rehearsed.out);
  const auto one = replay({"--where", "id=r33"});
  BOOST_TEST(one.exit_code == 0, one.err);
  BOOST_TEST(rows() == records - refused + 1);
  const auto p = replay();
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "99 rows replayed, 99 of them loaded"), p.out);
  check_all_there();
  BOOST_TEST(has(replay().out, "no row to be loaded once more"));
  BOOST_TEST(!is_under_way());
  BOOST_TEST(has(run("rejects", {"show", "--where", "id=r33"}).out, ",\"replayed\":\"2"));
  BOOST_TEST(number("SELECT count(*) FROM ingest.pipelines WHERE NOT complete") == 0u);
}

BOOST_FIXTURE_TEST_CASE(stay_where_they_are_refused_again, refused_rows) {
  database.execute("ALTER TABLE ingested_events DROP CONSTRAINT odd, ADD CONSTRAINT odd CHECK (n % 6 > 0)");
  const auto p = replay();
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(has(p.out, "100 rows replayed, 50 of them loaded or there already, the others refused again"), p.out);
  mend();
  BOOST_TEST(has(replay().out, "50 rows replayed, 50 of them loaded"));
  check_all_there();
}

BOOST_AUTO_TEST_CASE(do_not_take_the_place_of_what_came_later) {
  refused_rows r("merge");
  r.mend();
  r.database.execute("INSERT INTO ingested_events VALUES ('r33', -1, 0)");
  const auto unsaid = r.replay();
  BOOST_TEST(unsaid.exit_code == 64, unsaid.err);
  BOOST_TEST(has(unsaid.err, "say --keep"), unsaid.err);
  const auto p = r.replay({"--keep"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.rows() == refused_rows::records);
  BOOST_TEST(r.database.value("SELECT n FROM ingested_events WHERE id = 'r33'") == "-1");
}

BOOST_AUTO_TEST_CASE(take_that_place_where_somebody_says_so) {
  refused_rows r("merge");
  r.mend();
  r.database.execute("INSERT INTO ingested_events VALUES ('r33', -1, 0)");
  BOOST_TEST(r.replay({"--merge"}).exit_code == 0);
  r.check_all_there();
}

/// Of which the last counts.
BOOST_AUTO_TEST_CASE(may_be_several_of_one_key) {
  for (const std::string winner : {"--keep", "--merge"}) {
    refused_rows r("merge");
    const auto file = r.data_dir() / "events_rejected.ndjson";
    std::string text = text_of(file);
    const std::string was = "\"event\":{\"id\":\"r33\",\"n\":33,";
    const std::size_t at = text.find(was);
    const std::size_t begin = text.rfind('\n', at) + 1;
    std::string again = text.substr(begin, text.find('\n', at) + 1 - begin);
    again.replace(again.find(was), was.size(), "\"event\":{\"id\":\"r33\",\"n\":3300,");
    put_text(file, text + again);
    r.mend();
    const auto p = r.replay({winner});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(has(p.out, "101 rows replayed, 101 of them loaded"), p.out);
    BOOST_TEST(r.database.value("SELECT n FROM ingested_events WHERE id = 'r33'") == "3300");
  }
}

BOOST_FIXTURE_TEST_CASE(may_be_of_runs_before, refused_rows) {
  std::filesystem::rename(data_dir() / "events_rejected.ndjson", data_dir() / "events_rejected.1.ndjson");
  mend();
  BOOST_TEST(has(replay().out, "100 rows replayed, 100 of them loaded"));
  check_all_there();
  environment["DATA_DIR"] = (directory / "nowhere").string();
  BOOST_TEST(replay().exit_code == 78);
}

BOOST_FIXTURE_TEST_CASE(wait_until_a_run_has_ended, refused_rows) {
  const ingest::data_dir held(data_dir());
  const auto p = replay();
  BOOST_TEST(p.exit_code == 75, p.err);
}

BOOST_AUTO_TEST_CASE(are_loaded_exactly_once_whatever_call_their_replay_is_killed_at,
                     *boost::unit_test::precondition(strace_works)) {
  const std::string calls = "?rename,?renameat,?renameat2,fsync,fdatasync,?unlink,?unlinkat,?rmdir,?sendto";
  int killed = 0;
  bool ended = false;
  for (int nth = 1; !ended && nth < 200; ++nth) {
    BOOST_TEST_CONTEXT("killed at call " << nth) {
      refused_rows r;
      r.mend();
      const auto p = run_under(r, under_strace(kill_at(calls, nth), {}), "rejects", {"replay"});
      ended = p.exit_code == 0;
      BOOST_TEST((ended || p.exit_code == 128 + SIGKILL), p.err);
      killed += ended ? 0 : 1;
      for (int life = 0; life < 2; ++life) {
        const auto next = r.replay();
        BOOST_TEST(next.exit_code == 0, next.err);
      }
      r.check_all_there();
      BOOST_TEST(!r.is_under_way());
      BOOST_TEST(has(r.replay().out, "no row to be loaded once more"));
    }
  }
  BOOST_TEST(killed > 10);
}

BOOST_AUTO_TEST_SUITE_END()

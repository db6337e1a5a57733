// ingest backfill and ingest verify: the source is read once more beside where the pipeline stands.
#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "apps/telemetry/collector.hpp"
#include "buffer/data_dir.hpp"
#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 2'000;

/// Of an event, in milliseconds: some say it so, others in ISO 8601.
const std::string time_in_ms =
    "(CASE WHEN data ->> 'timestamp' LIKE '%T%' THEN floor(extract(epoch FROM (data ->> 'timestamp')::timestamptz) * "
    "1000)::bigint ELSE (data ->> 'timestamp')::bigint END)";

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

/// A pipeline of an API with events of a month, complete up to now, of which the table has lost some.
struct complete_run : ingest_run {
  complete_run() : ingest_run(events) {
    environment["INCREMENTAL"] = "true";
    const auto p = run("run");
    BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
    BOOST_TEST_REQUIRE(rows() == events);
  }

  std::string watermark() const { return database.value("SELECT value FROM ingest.watermarks"); }

  /// The time of the nth of all events.
  std::string time_of(int nth) const {
    return database.value("SELECT " + time_in_ms + " FROM ingested_events ORDER BY 1 OFFSET " + std::to_string(nth) +
                          " LIMIT 1");
  }

  std::uint64_t schemas() const {
    return number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'ingest\\_verify%'");
  }

  bool is_beside(const std::string& name) const {
    for (const auto& entry : std::filesystem::directory_iterator(data_dir())) {
      if (entry.path().filename().string().starts_with(name)) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_backfill, complete_run)

BOOST_AUTO_TEST_CASE(brings_back_what_a_part_of_time_has_lost_and_moves_nothing) {
  const std::string before = watermark();
  const std::string from = time_of(500);
  const std::string to = time_of(1'500);
  database.execute("DELETE FROM ingested_events");
  const auto p = run("backfill", {"--from", from, "--to", to});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(rows() == number("SELECT count(*) FROM ingested_events WHERE " + time_in_ms + " >= " + from + " AND " +
                              time_in_ms + " < " + to));
  BOOST_TEST(rows() > 900u);
  BOOST_TEST(watermark() == before);
  BOOST_TEST(!is_beside("backfill-"));
  BOOST_TEST(number("SELECT generation FROM ingest.pipelines WHERE name = 'default'") == 1u);
  BOOST_TEST(number("SELECT count(*) FROM ingest.pipelines") == 1u, "it is forgotten when it is done");
  const auto all = run("backfill", {"--to", "2030-01-01T00:00:00Z"});
  BOOST_TEST(all.exit_code == 0, all.err);
  BOOST_TEST(table_difference() == "");
}

BOOST_AUTO_TEST_CASE(is_told_of_as_of_its_pipeline_whatever_part_of_time_it_reads) {
  collector to;
  environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = to.server.url();
  BOOST_TEST(run("backfill", {"--to", "2030-01-01T00:00:00Z"}).exit_code == 0);
  const auto points = points_in(to.received("/v1/metrics"));
  const auto& last = points.at("ingest.rows_loaded").back();
  BOOST_TEST(last.by.at("pipeline") == "default");
  BOOST_TEST(!last.by.contains("stream"));
  BOOST_TEST(spans_in(to.received("/v1/traces")).at("ingest backfill").about.at("ingest.pipeline") == "default");
}

BOOST_AUTO_TEST_CASE(goes_on_where_it_was_killed_and_can_be_had_again) {
  database.execute("DELETE FROM ingested_events");
  const std::vector<std::string> flags{"--from", "2020-01-01T00:00:00Z"};
  child_process killed = start("backfill", flags);
  await(killed, [&] { return rows() > 0 || pages_in_ledger() > 20; });
  killed.signal(SIGKILL);
  killed.wait();
  for (int again = 0; again < 2; ++again) {
    const auto p = run("backfill", flags);
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(table_difference() == "");
    database.execute("DELETE FROM ingested_events WHERE id < '8'");
  }
  BOOST_TEST(run("backfill", flags).exit_code == 0);
  BOOST_TEST(table_difference() == "");
}

/// Else what it has fetched would take the place of what came later.
BOOST_AUTO_TEST_CASE(reads_anew_after_a_kill_where_later_rows_take_the_place_of_earlier_ones) {
  environment["WRITE"] = "merge";
  environment["DATA_DIR"] = (directory / "merging").string();
  environment["TABLE"] = "merged";
  environment["PIPELINE"] = "merging";
  BOOST_TEST(run("run").exit_code == 0);
  const std::vector<std::string> flags{"--from", "2020-01-01T00:00:00Z"};
  environment["RANGE_DELAY_MS"] = "60000";
  child_process killed = start("backfill", flags);
  const auto directory_of_run = data_dir().parent_path() / "merging" / "backfill-1577836800000-now";
  await(killed, [&] { return std::filesystem::exists(directory_of_run / "events_buffer.000001.tsv"); });
  killed.signal(SIGKILL);
  killed.wait();
  environment["RANGE_DELAY_MS"] = "50";
  const std::uint64_t before = counter("requests");
  BOOST_TEST(run("backfill", flags).exit_code == 0);
  BOOST_TEST(counter("requests") >= before + events / batch_size);
}

BOOST_AUTO_TEST_CASE(waits_until_a_run_of_the_pipeline_has_ended) {
  const ingest::data_dir held(data_dir());
  BOOST_TEST(run("backfill", {"--from", "2020-01-01T00:00:00Z"}).exit_code == 75);
  BOOST_TEST(run("verify").exit_code == 75);
}

BOOST_AUTO_TEST_CASE(says_what_it_wants) {
  BOOST_TEST(run("backfill").exit_code == 64);
  BOOST_TEST(has(run("backfill", {"--from", "yesterday"}).err, "--from yesterday is no time"));
  BOOST_TEST(run("backfill", {"--from", "2026-02-01T00:00:00Z", "--to", "2026-01-01T00:00:00Z"}).exit_code == 64);
  environment["DATA_DIR"] = (directory / "other").string();
  const auto p = run("backfill", {"--from", "2026-01-01T00:00:00Z"});
  BOOST_TEST(p.exit_code == 78, p.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_verification, complete_run)

BOOST_AUTO_TEST_CASE(finds_nothing_where_the_table_is_what_the_source_gives) {
  const auto p = run("verify");
  BOOST_TEST(p.exit_code == 0, p.out << p.err);
  BOOST_TEST(has(p.out,
                 "\"ingested_events\": 2000 rows, the source has 2000; 0 missing, 0 different, 0 that the source does "
                 "not have"),
             p.out);
  BOOST_TEST(schemas() == 0u);
  BOOST_TEST(!is_beside("verify"));
}

BOOST_AUTO_TEST_CASE(tells_what_is_missing_different_and_too_much_and_mends_what_it_may) {
  database.execute(
      "DELETE FROM ingested_events WHERE id IN (SELECT id FROM ingested_events ORDER BY id LIMIT 7);"
      "UPDATE ingested_events SET data = data || '{\"changed\": true}' WHERE id IN (SELECT id FROM ingested_events "
      "ORDER BY id LIMIT 3); INSERT INTO ingested_events VALUES ('mine', '{}')");
  const auto p = run("verify");
  BOOST_TEST(p.exit_code == 65, p.out << p.err);
  BOOST_TEST(has(p.out, "1994 rows, the source has 2000; 7 missing (["), p.out);
  BOOST_TEST(has(p.out, ", 3 different (["), p.out);
  BOOST_TEST(has(p.out, ", 1 that the source does not have ([\"mine\"])"), p.out);
  BOOST_TEST(rows() == 1'994u, "a look changes nothing");
  const auto mended = run("verify", {"--repair"});
  BOOST_TEST(mended.exit_code == 65, "what is different stays with WRITE=skip");
  BOOST_TEST(has(mended.out, "7 rows mended; 0 missing, 3 different (with WRITE=skip"), mended.out);
  BOOST_TEST(rows() == 2'001u);
  database.execute("DELETE FROM ingested_events WHERE id = 'mine'");
  const auto merged = run("verify", {"--repair", "--write", "merge"});
  BOOST_TEST(merged.exit_code == 0, merged.out << merged.err);
  BOOST_TEST(has(merged.out, "3 rows mended; 0 missing, 0 different now"), merged.out);
  BOOST_TEST(table_difference() == "");
}

BOOST_AUTO_TEST_CASE(tells_of_rows_that_are_there_more_than_once) {
  database.execute(
      "ALTER TABLE ingested_events DROP CONSTRAINT ingested_events_pkey; INSERT INTO ingested_events SELECT * FROM "
      "ingested_events ORDER BY id LIMIT 3");
  const auto p = run("verify");
  BOOST_TEST(p.exit_code == 65, p.out << p.err);
  BOOST_TEST(has(p.out,
                 "2003 rows, the source has 2000; 0 missing, 0 different, 0 that the source does not have, 3 there "
                 "more than once"),
             p.out);
}

BOOST_AUTO_TEST_CASE(leaves_columns_alone_that_fill_themselves) {
  database.execute(
      "ALTER TABLE ingested_events ADD COLUMN added timestamptz DEFAULT clock_timestamp(), ADD COLUMN n "
      "bigint GENERATED ALWAYS AS IDENTITY");
  const auto p = run("verify", {"--repair"});
  BOOST_TEST(p.exit_code == 0, p.out << p.err);
}

BOOST_AUTO_TEST_CASE(of_a_part_of_time_tells_nothing_of_the_rest) {
  const std::string from = time_of(500);
  database.execute("DELETE FROM ingested_events WHERE " + time_in_ms + " < " + from);
  const auto p = run("verify", {"--from", from});
  BOOST_TEST(p.exit_code == 0, p.out << p.err);
  BOOST_TEST(has(p.out, "; 0 missing, 0 different\n"), p.out);
}

BOOST_AUTO_TEST_CASE(is_begun_anew_after_a_kill) {
  database.execute("DELETE FROM ingested_events WHERE id < '4'");
  child_process killed = start("verify");
  await(killed, [&] { return schemas() > 0; });
  killed.signal(SIGKILL);
  killed.wait();
  const auto p = run("verify", {"--repair"});
  BOOST_TEST(p.exit_code == 0, p.out << p.err);
  BOOST_TEST(table_difference() == "");
  BOOST_TEST(schemas() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_verification_of_odd_events)

BOOST_AUTO_TEST_CASE(tells_of_those_that_no_table_takes) {
  ingest_run r(events, {"--nul", "2"});
  BOOST_TEST(r.run("run").exit_code == 0);
  const std::string refused = std::to_string(r.unloadable_events());
  const auto p = r.run("verify");
  BOOST_TEST(p.exit_code == 65, p.out);
  BOOST_TEST(has(p.out, refused + " records of the source cannot be rows at all"), p.out);
  BOOST_TEST(has(p.out, "; 0 missing, 0 different"), p.out);
}

BOOST_AUTO_TEST_SUITE_END()

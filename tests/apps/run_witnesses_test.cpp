#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "buffer/disk_buffer.hpp"
#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 10'000;

void kill_when(ingest_run& r, const std::vector<std::string>& flags, const std::function<bool()>& condition) {
  child_process p = r.start("run", flags);
  await(p, condition);
  p.signal(SIGKILL);
  p.wait();
}

void kill_in_the_middle(ingest_run& r) {
  kill_when(r, {"--loaders", "1"}, [&] { return r.pages_in_ledger() >= 30; });
}

void check_completes(ingest_run& r) {
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(r.number("SELECT sum(rows) FROM ingest.slices") == events);
  BOOST_TEST(count_in(r.status(), "rows_loaded") == events);
}

void check_damage(const ingest_run& r, const std::string& command, const std::string& place) {
  const auto p = r.run(command);
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(p.err.find(place) != std::string::npos, p.err);
}

void flip_bit(const std::filesystem::path& file, std::size_t at) {
  std::string bytes = text_of(file);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 4);
  put_text(file, bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_that_lost_a_witness)

BOOST_AUTO_TEST_CASE(completes_without_its_state) {
  ingest_run r(events, {"--delay", "10"});
  kill_in_the_middle(r);
  std::filesystem::remove(r.data_dir() / "ingestion.state");
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(completes_with_a_state_that_is_empty_or_garbage) {
  for (const std::string& text : {std::string(), std::string("{\"pipeline\":"), std::string(300, '\0')}) {
    ingest_run r(events, {"--delay", "10"});
    kill_in_the_middle(r);
    put_text(r.data_dir() / "ingestion.state", text);
    BOOST_TEST(text_in(r.status(), "status") == "interrupted");
    check_completes(r);
  }
}

BOOST_AUTO_TEST_CASE(completes_from_the_ledger_alone) {
  ingest_run r(events, {"--delay", "10"});
  kill_in_the_middle(r);
  const auto served = r.counter("pages_served");
  const auto loaded = r.pages_in_ledger();
  std::filesystem::remove_all(r.data_dir());
  check_completes(r);
  // It went on behind what is loaded, and did not begin anew. One answer may have been under way to the killed process.
  BOOST_TEST(r.counter("pages_served") <= served + 1 + events / ingest_run::batch_size - loaded);
  BOOST_TEST(r.number("SELECT sum(duplicates) FROM ingest.slices") == 0);
}

BOOST_AUTO_TEST_CASE(is_complete_by_the_ledger_alone) {
  ingest_run r(events);
  check_completes(r);
  const auto requests = r.counter("requests");
  std::filesystem::remove_all(r.data_dir());
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.counter("requests") == requests);
}

BOOST_AUTO_TEST_CASE(sets_right_what_a_process_left_that_died_just_before_its_end) {
  // Everything is loaded and the ledger says complete; the state does not yet, and segments are still there.
  ingest_run r(events);
  BOOST_TEST(r.run("run", {"--keep-segments"}).exit_code == 0);
  std::string state = text_of(r.data_dir() / "ingestion.state");
  const auto status = state.find("\"complete\"");
  BOOST_TEST_REQUIRE(status != std::string::npos);
  put_text(r.data_dir() / "ingestion.state", state.replace(status, 10, "\"running\""));
  BOOST_TEST(text_in(r.status(), "status") == "interrupted");

  const auto requests = r.counter("requests");
  check_completes(r);
  BOOST_TEST(r.counter("requests") == requests);
  BOOST_TEST(text_in(r.status(), "status") == "complete");
  BOOST_TEST(!std::filesystem::exists(r.data_dir() / ingest::segment_file_name(1)));
}

BOOST_AUTO_TEST_CASE(ends_with_65_when_the_ledger_was_set_back_behind_deleted_segments) {
  ingest_run r(events, {"--delay", "10"});
  kill_when(r, {}, [&] {
    return r.pages_in_ledger() >= 30 && !std::filesystem::exists(r.data_dir() / ingest::segment_file_name(1));
  });
  r.database.execute("DELETE FROM ingest.pages; UPDATE ingest.slices SET pages = 2, done = false");
  check_damage(r, "run", "page 3 of ");
}

BOOST_AUTO_TEST_CASE(loads_again_what_a_database_set_back_has_lost_while_segments_are_kept) {
  ingest_run r(events, {"--delay", "10"});
  kill_when(r, {"--keep-segments"}, [&] { return r.pages_in_ledger() >= 30; });
  r.database.execute(
      "TRUNCATE ingested_events; DELETE FROM ingest.pages; UPDATE ingest.slices SET pages = 0, position = '', "
      "done = false, rows = 0, duplicates = 0, rejected = 0");
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(ends_with_65_when_the_table_is_gone) {
  ingest_run r(events, {"--delay", "10"});
  kill_in_the_middle(r);
  r.database.execute("DROP TABLE ingested_events");
  check_damage(r, "run", "is gone");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_buffer_that_is_damaged)

BOOST_AUTO_TEST_CASE(ends_the_run_with_65_and_its_place) {
  ingest_run r(events);
  BOOST_TEST(r.run("fetch").exit_code == 0);
  flip_bit(r.data_dir() / ingest::segment_file_name(2), 200'000);
  check_damage(r, "load", ingest::segment_file_name(2));
  BOOST_TEST(r.run("load").err.find("page ") != std::string::npos);
  // Mended, all of it is loaded.
  flip_bit(r.data_dir() / ingest::segment_file_name(2), 200'000);
  const auto p = r.run("load");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(ends_the_run_with_65_when_an_index_is_damaged) {
  ingest_run r(events);
  BOOST_TEST(r.run("fetch").exit_code == 0);
  flip_bit(r.data_dir() / ingest::index_file_name(2), 400);
  check_damage(r, "load", ingest::index_file_name(2));
  check_damage(r, "run", ingest::index_file_name(2));
}

BOOST_AUTO_TEST_CASE(ends_the_run_with_65_when_a_segment_is_missing) {
  ingest_run r(events);
  BOOST_TEST(r.run("fetch").exit_code == 0);
  std::filesystem::remove(r.data_dir() / ingest::segment_file_name(3));
  check_damage(r, "load", "neither loaded nor in the buffer");
}

BOOST_AUTO_TEST_CASE(is_fetched_again_from_where_a_torn_tail_begins) {
  ingest_run r(events, {"--delay", "10"});
  // One segment holds everything, so it is not a new and empty one that the kill leaves.
  r.environment["SEGMENT_BYTES"] = "64MiB";
  child_process fetch = r.start("fetch");
  await(fetch, [&] { return r.in_state("rows_durable") >= 3'000; });
  fetch.signal(SIGKILL);
  fetch.wait();
  const auto segment = r.data_dir() / ingest::segment_file_name(1);
  std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 100);
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

// Commands for the day when something is wrong, which look and change nothing: ingest buffer, ingest doctor.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 3'000;

struct fetched_run : ingest_run {
  fetched_run() : ingest_run(events) {
    const auto p = run("fetch");
    BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
  }

  finished_process buffer(const std::string& action, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{action};
    words.insert(words.end(), more.begin(), more.end());
    return run("buffer", words);
  }

  std::filesystem::path segment(int number) const {
    return data_dir() / ("events_buffer.00000" + std::to_string(number) + ".tsv");
  }

  void overwrite(const std::filesystem::path& file, std::streamoff at, char byte) const {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(at);
    f.put(byte);
  }
};

std::multiset<std::string> lines_of(const std::string& text) {
  std::multiset<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.insert(line);
  }
  return lines;
}

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_buffer, fetched_run)

BOOST_AUTO_TEST_CASE(is_listed_by_segments) {
  const auto p = buffer("ls", {"--json"});
  BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
  rapidjson::Document d;
  d.Parse(p.out.c_str());
  BOOST_TEST_REQUIRE((d.IsArray() && d.Size() == 1u), p.out);
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  for (const auto& s : d[0]["segments"].GetArray()) {
    rows += s["rows"].GetUint64();
    bytes += s["bytes"].GetUint64();
    BOOST_TEST(std::filesystem::file_size(data_dir() / s["file"].GetString()) == s["bytes"].GetUint64());
  }
  BOOST_TEST(rows == events);
  BOOST_TEST(bytes > 0u);
  BOOST_TEST(has(buffer("ls").out, "events_buffer.000001.tsv"));
}

BOOST_AUTO_TEST_CASE(is_printed_as_the_records_that_the_api_gave) {
  const auto p = buffer("cat");
  BOOST_TEST_REQUIRE(p.exit_code == 0, p.err);
  BOOST_TEST(lines_of(p.out).size() == events);
  const auto to_stdout = run("run", {"--to", "stdout"});
  BOOST_TEST_REQUIRE(to_stdout.exit_code == 0, to_stdout.err);
  BOOST_TEST((lines_of(p.out) == lines_of(to_stdout.out)));
  BOOST_TEST(buffer("cat", {"--stream", "other"}).out == "");
  BOOST_TEST(run("load").exit_code == 0, "it is all there");
  BOOST_TEST(table_difference() == "");
}

BOOST_AUTO_TEST_CASE(is_verified_page_by_page) {
  const auto whole = buffer("verify");
  BOOST_TEST(whole.exit_code == 0, whole.out);
  BOOST_TEST(has(whole.out, "ok       " + data_dir().string() + ": 30 pages, "), whole.out);
  overwrite(segment(1), 10, '#');
  overwrite(segment(1), 60'000, '#');
  const auto damaged = buffer("verify");
  BOOST_TEST(damaged.exit_code == 65, damaged.out);
  BOOST_TEST(lines_of(damaged.out).size() == 2u, damaged.out);
  BOOST_TEST(has(damaged.out, "DAMAGED  " + segment(1).string() + ": the bytes of page 1 of slice 0"), damaged.out);
  const auto printed = buffer("cat");
  BOOST_TEST(printed.exit_code == 65, printed.err);
}

BOOST_AUTO_TEST_CASE(is_damaged_where_a_file_is_cut_or_gone) {
  std::filesystem::resize_file(segment(1), 1'000);
  const auto cut = buffer("verify");
  BOOST_TEST(cut.exit_code == 65, cut.out);
  BOOST_TEST(has(cut.out, "DAMAGED  "), cut.out);
  BOOST_TEST(has(buffer("ls").out, "DAMAGED  "));
}

/// Such a page would pass for an append that was interrupted, and files that are gone for files that were loaded.
BOOST_AUTO_TEST_CASE(is_damaged_where_what_was_durable_is_neither_there_nor_loaded) {
  const auto last = segment(3);
  BOOST_TEST_REQUIRE(std::filesystem::exists(last));
  overwrite(last, static_cast<std::streamoff>(std::filesystem::file_size(last)) - 5, '#');
  const auto changed = buffer("verify");
  BOOST_TEST(changed.exit_code == 65, changed.out);
  BOOST_TEST(has(changed.out, " of 3000 rows that were durable are neither in the buffer nor loaded"), changed.out);
  std::filesystem::remove(segment(2));
  std::filesystem::remove(data_dir() / "events_buffer.000002.idx");
  BOOST_TEST(buffer("verify").exit_code == 65);
  for (int n = 1; n < 9; ++n) {
    std::filesystem::remove(segment(n));
    std::filesystem::remove(data_dir() / ("events_buffer.00000" + std::to_string(n) + ".idx"));
  }
  BOOST_TEST(has(buffer("verify").out, "3000 of 3000 rows"));
}

BOOST_AUTO_TEST_CASE(has_nothing_in_it_once_it_is_loaded) {
  BOOST_TEST(run("load").exit_code == 0);
  BOOST_TEST(has(buffer("verify").out, ": 0 pages, 0 bytes\n"));
  BOOST_TEST(buffer("ls").exit_code == 0);
}

BOOST_AUTO_TEST_CASE(is_somewhere_or_that_is_said) {
  environment["DATA_DIR"] = (directory / "nowhere").string();
  const auto p = buffer("ls");
  BOOST_TEST(p.exit_code == 78, p.out);
  BOOST_TEST(has(p.err, "there is no directory "), p.err);
  BOOST_TEST(buffer("delete").exit_code == 64);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct examined : ingest_run {
  examined() : ingest_run(100) {}

  finished_process doctor(const std::vector<std::string>& flags = {}) const { return run("doctor", flags); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_doctor, examined)

/// The cluster of the tests does not sync.
BOOST_AUTO_TEST_CASE(finds_nothing_else_bad_where_a_run_would_work) {
  BOOST_TEST(run("run").exit_code == 0);
  const auto p = doctor();
  BOOST_TEST(p.exit_code == 78, p.out << p.err);
  BOOST_TEST(has(p.out, "FAILED server    fsync is off: "), p.out);
  BOOST_TEST(p.out.find("FAILED") == p.out.rfind("FAILED"), p.out);
  for (const char* line :
       {"ok     settings", "ok     versions  ingest ", "ok     server    PostgreSQL ",
        "ok     server    the ledger has 1 pipelines, 0 of them not complete", "is its owner's only"}) {
    BOOST_TEST(has(p.out, line), p.out);
  }
}

BOOST_AUTO_TEST_CASE(names_what_endangers_a_promise) {
  database.execute("ALTER DATABASE \"" + database.value("SELECT current_database()") +
                   "\" SET zero_damaged_pages = on");
  environment["LD_PRELOAD"] = "libeatmydata.so";
  const auto p = doctor({"--segment-bytes", "1KiB"});
  BOOST_TEST(p.exit_code == 78, p.out);
  BOOST_TEST(has(p.out, "FAILED server    zero_damaged_pages is on: "), p.out);
  BOOST_TEST(has(p.out, "FAILED machine   LD_PRELOAD has libeatmydata: "), p.out);
}

BOOST_AUTO_TEST_CASE(tells_of_what_does_not_answer_and_goes_on) {
  environment["DATABASE_URL"] = "postgresql://127.0.0.1:1/nowhere";
  const auto p = doctor();
  BOOST_TEST(p.exit_code == 69, p.out);
  BOOST_TEST(has(p.out, "FAILED database  "), p.out);
  BOOST_TEST(has(p.out, "FAILED server    "), p.out);
  BOOST_TEST(has(p.out, "ok     machine   "), p.out);
}

BOOST_AUTO_TEST_CASE(writes_a_report_without_secrets) {
  BOOST_TEST(run("run").exit_code == 0);
  const std::string file = "report.txt";
  const auto p = doctor({"--into", file});
  BOOST_TEST(has(p.out, file + " has it for a report"), p.out);
  const std::string report = text_of(directory / file);
  for (const char* part : {"# settings given\n", "DATABASE_URL (from the environment)\n", "# state\n", "# syncs\n",
                           "\"pipeline\": \"default\"", "100 rows"}) {
    BOOST_TEST(has(report, part), report);
  }
  BOOST_TEST(!has(report, "demo-key"), report);
  BOOST_TEST(!has(report, environment.at("DATABASE_URL")), report);
  environment["BATCH_SIZE"] = "none";
  BOOST_TEST(has(doctor({"--into", file}).out, " has it for a report"), "that is when it is wanted");
  BOOST_TEST(has(text_of(directory / file), "FAILED settings"));
}

BOOST_AUTO_TEST_SUITE_END()

// Streams of declared APIs, each pagination with each way to write, whose process is killed again and again at requests
// that follow each other ever later: the table is what the API holds.
#include <signal.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <ostream>
#include <thread>

#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

/// How an API gives its pages, and how ten lines of YAML say that.
struct pages {
  const char* name;
  const char* served;
  const char* asked_for;
};
std::ostream& operator<<(std::ostream& to, const pages& p) {
  return to << p.name;
}

struct table {
  const char* name;
  const char* spelled;
  bool replaces;
};
std::ostream& operator<<(std::ostream& to, const table& t) {
  return to << t.name;
}

const std::vector<pages> paginations = {
    {"page", "{kind: page, size: 10}", "{page: {size: 10, size_param: limit}}"},
    {"offset", "{kind: offset, size: 10}", "{offset: {size: 10, size_param: limit}}"},
    {"cursor", "{kind: cursor, size: 10, parameter: after, member: paging.next}",
     "{cursor: {param: after, from: paging.next}}"},
    {"next_url", "{kind: next_url, size: 10, member: next, relative: true}", "{next_url: next}"},
    {"link_header", "{kind: link_header, size: 10}", "link_header"},
};
const std::vector<table> tables = {
    {"merge", "key: id", false},
    {"skip", "key: id\n    write: skip", false},
    {"replace", "key: id\n    write: replace", true},
    {"replace_without_key", "key: none", true},
};

constexpr int records = 200;

struct declared_run : ingest_run {
  declared_run() : ingest_run(1) {
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment["RANGE_DELAY_MS"] = "1";
    environment["RANGE_BYTES"] = "1024";
  }

  static std::string described(const std::string& pagination) {
    return "resources:\n"
           "  things:\n"
           "    records: " +
           std::to_string(records) +
           "\n"
           "    fields:\n"
           "      id: id\n"
           "      amount: {kind: decimal, to: 500, digits: 2}\n"
           "      note: {kind: text, words: 6}\n"
           "      updated_at: {kind: time, from: 2026-01-01T00:00:00Z, step_s: 60}\n"
           "    pagination: " +
           pagination +
           "\n"
           "    format: {kind: json, records: things}\n"
           "    filter: {since: since, until: until}\n"
           "    changes: {}\n"
           "    faults:\n"
           "      - {kind: slow, every: 2, delay_ms: 10}\n"
           "  parts:\n"
           "    parent: things\n"
           "    path: /things/{parent}/parts\n"
           "    records: 2\n"
           "    fewest: 2\n"
           "    fields: {id: id, thing: parent, note: {kind: text, words: 3}}\n"
           "    pagination: none\n"
           "    format: {kind: json, records: parts}\n";
  }

  static std::uint64_t requests_of(const described_api& from) {
    return from.counter("things.requests") + from.counter("parts.requests");
  }

  std::string write_spelling(const described_api& from, const std::string& streams) const {
    const std::string file = (directory / "api.yaml").string();
    std::ofstream(file) << "version: 1\napi: " << from.url() << "\nstreams:\n" << streams;
    return file;
  }

  /// Kills it each time it has asked for some more answers than the time before, until it ends by itself.
  int kills_until_complete(
      const described_api& from, const std::vector<std::string>& flags, std::uint64_t first = 1, std::uint64_t more = 3,
      const std::function<void()>& before_kill = [] {}) const {
    int kills = 0;
    for (std::uint64_t lived = first;; lived += more) {
      const std::uint64_t before = requests_of(from);
      auto program = start("run", flags);
      while (program.running() && requests_of(from) < before + lived) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      before_kill();
      program.signal(SIGKILL);
      const int code = program.wait();
      if (code == 0) {
        return kills;
      }
      BOOST_REQUIRE_MESSAGE(code == 128 + SIGKILL, program.err());
      BOOST_REQUIRE_LT(++kills, 200);
    }
  }

  /// Records of the API that are not in the table, and rows of the table that are not of the API.
  std::uint64_t differences(const described_api& from, const std::string& stream, const std::string& columns) const {
    std::string all;
    const std::string truth = from.truth(stream);
    for (std::size_t begin = 0; begin < truth.size();) {
      const std::size_t end = truth.find('\n', begin);
      all += (all.empty() ? "" : ",") + truth.substr(begin, end - begin);
      begin = end == std::string::npos ? truth.size() : end + 1;
    }
    const std::string told =
        "SELECT " + columns + " FROM jsonb_populate_recordset(NULL::" + stream + ", $truth$[" + all + "]$truth$)";
    const std::string loaded = "SELECT " + columns + " FROM " + stream;
    return number("SELECT count(*) FROM ((" + told + " EXCEPT ALL " + loaded + ") UNION ALL (" + loaded +
                  " EXCEPT ALL " + told + ")) AS d");
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(runs_of_declared_apis_that_are_killed_again_and_again)

BOOST_DATA_TEST_CASE(end_with_what_the_api_holds, boost::unit_test::data::make(paginations) * tables, pagination,
                     table) {
  declared_run r;
  const described_api served(declared_run::described(pagination.served));
  const std::string file = r.write_spelling(served, std::string("  things:\n    records: things\n    paginate: ") +
                                                        pagination.asked_for + "\n    " + table.spelled + "\n");
  BOOST_TEST(r.kills_until_complete(served, {file}) > 1);
  BOOST_TEST(r.differences(served, "things", "id, amount, note, updated_at") == 0U);

  // The next sync, over what has changed: as it is now, or as it was where it is skipped.
  served.control("changes?resource=things&count=40");
  const bool is_skipped = std::string(table.name) == "skip";
  const std::string before = r.database.value("SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM things t");
  r.kills_until_complete(served, {file});
  BOOST_TEST(r.number("SELECT count(*) FROM things") == static_cast<std::uint64_t>(records));
  if (is_skipped) {
    BOOST_TEST(r.database.value("SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM things t") == before);
  } else {
    BOOST_TEST(r.differences(served, "things", "id, amount, note, updated_at") == 0U);
  }
}

BOOST_DATA_TEST_CASE(append_each_version_of_a_record_once, boost::unit_test::data::make(paginations), pagination) {
  declared_run r;
  const described_api served(declared_run::described(pagination.served));
  const std::string file = r.write_spelling(
      served,
      std::string("  things:\n    records: things\n    paginate: ") + pagination.asked_for +
          "\n    incremental: {field: updated_at, param: since, until_param: until, start: 2026-01-01, step: 30d, "
          "format: iso}\n");
  BOOST_TEST(r.kills_until_complete(served, {file}) > 1);
  BOOST_TEST(r.differences(served, "things", "id, amount, note, updated_at") == 0U);

  // Each record that has changed is there as it was and as it is.
  served.control("changes?resource=things&count=40");
  const std::uint64_t versions = records + r.differences(served, "things", "id, amount, note, updated_at") / 2;
  // A window ends with the second in which its run has begun: what has changed within it is for the run after.
  for (int i = 0; i < 20 && r.number("SELECT count(*) FROM things") < versions; ++i) {
    r.kills_until_complete(served, {file});
  }
  BOOST_TEST(versions > records);
  BOOST_TEST(r.number("SELECT count(*) FROM things") == versions);
  BOOST_TEST(r.number("SELECT count(DISTINCT (id, updated_at)) FROM things") == versions);
}

BOOST_FIXTURE_TEST_CASE(leave_the_old_table_as_it_was_until_the_new_one_is_whole, declared_run) {
  const described_api served(described("{kind: page, size: 10}"));
  const std::string file = write_spelling(
      served,
      "  things: {records: things, paginate: {page: {size: 10, size_param: limit}}, key: id, write: replace}\n");
  BOOST_TEST(run("run", {file}).exit_code == 0);
  database.execute("UPDATE things SET note = 'old'");
  for (const std::uint64_t lived : {2U, 5U, 6U}) {
    const std::uint64_t before = requests_of(served);
    auto program = start("run", {file});
    await(program, [&] { return requests_of(served) >= before + lived; });
    program.signal(SIGKILL);
    program.wait();
    BOOST_TEST(number("SELECT count(*) FROM things WHERE note = 'old'") == static_cast<std::uint64_t>(records));
  }
  BOOST_TEST(run("run", {file}).exit_code == 0);
  BOOST_TEST(differences(served, "things", "id, amount, note, updated_at") == 0U);
}

BOOST_FIXTURE_TEST_CASE(in_windows_of_time_go_on_with_what_is_new, declared_run) {
  const described_api served(described("{kind: cursor, size: 10, parameter: after, member: paging.next}"));
  const std::string file =
      write_spelling(served,
                     "  things:\n    records: things\n    paginate: {cursor: {param: after, from: paging.next}}\n"
                     "    key: id\n    incremental: {field: updated_at, param: since, until_param: until, "
                     "start: 2026-01-01, step: 1d, format: iso}\n");
  BOOST_TEST(run("run", {file, "--readers", "2"}).exit_code == 0);
  served.control("changes?resource=things&count=40");
  kills_until_complete(served, {file, "--readers", "2"});
  // A window ends with the second in which its run has begun: what has changed within it is for the run after.
  for (int i = 0; i < 20 && differences(served, "things", "id, amount, note, updated_at") > 0; ++i) {
    BOOST_TEST(run("run", {file, "--readers", "2"}).exit_code == 0);
  }
  BOOST_TEST(differences(served, "things", "id, amount, note, updated_at") == 0U);
}

BOOST_FIXTURE_TEST_CASE(read_children_of_parents_that_change_meanwhile, declared_run) {
  const described_api served(described("{kind: cursor, size: 10, parameter: after, member: paging.next}"));
  const std::string file =
      write_spelling(served,
                     "  things: {records: things, paginate: {cursor: {param: after, from: paging.next}}, key: id}\n"
                     "  parts: {path: \"/things/{things.id}/parts\", records: parts, paginate: none, key: id}\n");
  const int kills = kills_until_complete(served, {file, "--stream", "parts"}, 40, 60,
                                         [&] { served.control("changes?resource=things&count=5"); });
  BOOST_TEST(kills > 1);
  BOOST_TEST(number("SELECT count(*) FROM parts") == number("SELECT count(DISTINCT id) FROM parts"));
  BOOST_TEST(number("SELECT count(*) FROM parts") >= 2U * records);
  BOOST_TEST(run("run", {file}).exit_code == 0);
  BOOST_TEST(differences(served, "parts", "id, thing, note") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

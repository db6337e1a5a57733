// covers: records that share a key, of which one is refused, older, marked as deleted, or written as another one would
// be: what stays does not depend on how they were loaded.
#include <boost/test/unit_test.hpp>
#include <random>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

struct run_of_lines : ingest_run {
  run_of_lines() : ingest_run(0) {
    environment["TABLE"] = "t";
    environment["TABLES"] = "typed";
    environment["WRITE"] = "merge";
  }

  /// A run into a database and a directory of its own.
  finished_process load(const std::string& lines, std::vector<std::string> flags, int exit_code = 0) {
    const std::string name = std::to_string(++runs_);
    put_text(directory / (name + ".ndjson"), lines);
    environment["DATA_DIR"] = (directory / ("data_" + name)).string();
    environment["PIPELINE"] = "run_" + name;
    flags.insert(flags.begin(), {"--from", "file:" + (directory / (name + ".ndjson")).string()});
    const auto p = run("run", flags);
    BOOST_TEST(p.exit_code == exit_code, p.err);
    return p;
  }
  void forget() { database.execute("DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS ingest CASCADE"); }

  std::string rows(const std::string& columns = "id || ' ' || v") const {
    return database.value("SELECT string_agg(coalesce(" + columns + ", '-'), ', ' ORDER BY id) FROM t");
  }
  std::string rejects() const {
    return text_of(directory / ("data_" + std::to_string(runs_)) / "events_rejected.ndjson");
  }

 private:
  int runs_ = 0;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(records_that_share_a_key)

BOOST_AUTO_TEST_CASE(have_the_newest_version_of_them_also_where_an_initial_load_meets_it_first) {
  run_of_lines r;
  for (const bool initial : {false, true}) {
    r.forget();
    r.load(R"({"id":"1","v":1}
{"id":"2","v":3,"s":"new"}
{"id":"2","v":2,"s":"old"}
{"id":"4","v":1}
{"id":"4"}
)",
           initial ? std::vector<std::string>{"--version-field", "v", "--initial-load"}
                   : std::vector<std::string>{"--version-field", "v"});
    BOOST_TEST(r.rows() == "1 1, 2 3, 4 1", "initial load: " << initial);
  }
}

BOOST_AUTO_TEST_CASE(leave_their_key_to_the_next_one_where_one_is_refused) {
  run_of_lines r;
  const std::string lines = R"({"id":"1","v":1}
{"id":"1","v":2}
{"id":"1","v":3,"x":"\ud800"}
{"id":"1","v":4,"x":"\u0000"}
{"id":"2","v":1,"x":"\ud800"}
{"id":"2","v":2}
{"id":"3","v":1}
)";
  for (const char* const tables : {"typed", "json"}) {
    for (const char* const write : {"merge", "skip"}) {
      for (const bool initial : {false, true}) {
        r.forget();
        std::vector<std::string> flags = {"--tables", tables, "--write", write};
        if (initial) {
          flags.push_back("--initial-load");
        }
        r.load(lines, flags);
        const std::string what = std::string(tables) + ", " + write + ", initial load: " + std::to_string(initial);
        BOOST_TEST(r.rows(tables == std::string("typed") ? "id || ' ' || v" : "id || ' ' || (data ->> 'v')") ==
                       (write == std::string("merge") ? "1 2, 2 2, 3 1" : "1 1, 2 2, 3 1"),
                   what);
        BOOST_TEST(has(r.rejects(), "\\ud800"), what);
        BOOST_TEST(r.number("SELECT sum(rejected + duplicates) FROM ingest.slices") == 4U, what);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(do_not_share_it_where_a_nul_is_left_out_of_a_field_of_it) {
  run_of_lines r;
  for (const char* const nul : {"strip", "escape"}) {
    r.forget();
    r.load(R"({"shop":"s","number":"1\u0000","v":3}
{"shop":"s","number":"1","v":4,"note":"a\u0000b"}
)",
           {"--key", "shop,number", "--nul", nul});
    BOOST_TEST(r.database.value("SELECT string_agg(number || ' ' || v, ', ') FROM t") == "1 4", nul);
    BOOST_TEST(has(r.rejects(), "\"v\":3"), nul << ": " << r.rejects());
  }
}

BOOST_AUTO_TEST_CASE(do_not_share_it_where_a_column_of_numbers_would_take_one_for_another) {
  run_of_lines r;
  r.environment["TABLES"] = "json";
  for (const char* const type : {"bigint", "numeric"}) {
    r.forget();
    r.database.execute("CREATE TABLE t (id " + std::string(type) + " PRIMARY KEY, data jsonb NOT NULL)");
    r.load(R"({"id":"7","v":1}
{"id":"007","v":2}
{"id":" 8","v":2}
{"id":"8","v":1}
{"id":"+9","v":2}
{"id":9,"v":1}
{"id":"-0","v":2}
{"id":0,"v":1}
{"id":-3,"v":1}
{"id":7.0,"v":2}
)",
           {});
    BOOST_TEST(r.rows("id || ' ' || (data ->> 'v')") == "-3 1, 0 1, 7 1, 8 1, 9 1", type);
    BOOST_TEST(has(r.rejects(), "taken for another"), r.rejects());
    BOOST_TEST(r.number("SELECT sum(rejected) FROM ingest.slices") == 5U);
  }
}

BOOST_AUTO_TEST_CASE(are_marked_as_deleted_as_the_last_of_them_says_wherever_they_are_cut) {
  run_of_lines r;
  std::string lines = R"({"id":"2","v":1,"archivedAt":"2026-01-01T00:00:00Z"}
)";
  for (int i = 100; i < 200; ++i) {
    lines += R"({"id":")" + std::to_string(i) + R"(","v":1})" + "\n";
  }
  lines += R"({"id":"2","v":2,"archivedAt":"2026-05-05T00:00:00Z"}
)";
  for (const char* const range : {"1KiB", "1GiB"}) {
    r.forget();
    r.load(lines, {"--deleted-pointer", "/archivedAt", "--range-bytes", range, "--loaders", "1"});
    BOOST_TEST(
        r.database.value("SELECT to_char(_ingest_deleted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM t WHERE id = '2'") ==
        "2026-05-05");
  }
  // What does not say when keeps its first mark.
  r.forget();
  r.load("{\"id\":\"1\",\"gone\":true}\n", {"--deleted-pointer", "/gone"});
  const std::string first = r.database.value("SELECT _ingest_deleted_at FROM t");
  r.load("{\"id\":\"1\",\"gone\":true}\n", {"--deleted-pointer", "/gone"});
  BOOST_TEST(r.database.value("SELECT _ingest_deleted_at FROM t") == first);
  r.load("{\"id\":\"1\",\"gone\":false}\n", {"--deleted-pointer", "/gone"});
  BOOST_TEST(r.database.value("SELECT count(_ingest_deleted_at) FROM t") == "0");
}

BOOST_AUTO_TEST_CASE(may_get_their_version_later_but_not_never) {
  run_of_lines r;
  r.load(
      R"({"id":"1","v":null,"pad":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
{"id":"1","v":2}
{"id":"1","v":1}
)",
      {"--version-field", "v", "--range-bytes", "1KiB", "--loaders", "1"});
  BOOST_TEST(r.rows() == "1 2");
  r.forget();
  const auto never = r.load("{\"id\":\"1\",\"w\":1}\n", {"--version-field", "v"}, 65);
  BOOST_TEST(has(never.err, "no record has had the field v"), never.err);
  BOOST_TEST(has(never.err, "version_missing"), never.err);
}

BOOST_AUTO_TEST_CASE(are_refused_one_by_one_where_their_number_is_too_long_for_a_key) {
  run_of_lines r;
  put_text(r.directory / "schema.json", R"({"properties":{"id":{"type":"number"}}})");
  std::string digits;
  std::mt19937 random(1);
  while (digits.size() < 12'000) {
    digits += std::to_string(1 + random() % 9);
  }
  r.load("{\"id\":1,\"v\":1}\n{\"id\":" + digits + ",\"v\":2}\n{\"id\":3,\"v\":1}\n",
         {"--initial-load", "--schema-file", (r.directory / "schema.json").string()});
  BOOST_TEST(r.rows() == "1 1, 3 1");
  BOOST_TEST(r.number("SELECT sum(rejected) FROM ingest.slices") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

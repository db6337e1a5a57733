#include <signal.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "ingest/ingest_stream.hpp"
#include "ingest/sinks/memory_sink.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "support/ingest_run.hpp"
#include "support/parquet_reader.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 5'000;

struct direct_run : ingest_run {
  explicit direct_run(std::vector<std::string> api_flags = {}) : ingest_run(events, std::move(api_flags)) {
    environment.erase("DATABASE_URL");
    environment.erase("DATA_DIR");
  }

  std::string decompressed(const std::string& name) const {
    ingest::ndjson_source from(directory / name);
    ingest::memory_sink to;
    BOOST_REQUIRE(ingest_stream(from, to).ok());
    return to.text();
  }

  /// The names in the working directory.
  std::string files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    std::string list;
    for (const auto& name : names) {
      list += name + " ";
    }
    return list;
  }
};

std::string sorted(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const auto& line : lines) {
    all += line + "\n";
  }
  return all;
}

void check_refused(const finished_process& p, int exit_code, const std::string& advice) {
  BOOST_TEST(p.exit_code == exit_code, p.err);
  BOOST_TEST(p.err.find(advice) != std::string::npos, p.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_to_a_file)

BOOST_AUTO_TEST_CASE(has_every_event_of_the_api) {
  for (const auto& flags : {std::vector<std::string>{}, ingest_run::slices(4), {"--slices", "auto"}}) {
    direct_run r;
    auto all = flags;
    all.insert(all.end(), {"--to", "file:out.ndjson"});
    const auto p = r.run("run", all);
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST((sorted(text_of(r.directory / "out.ndjson")) == sorted(r.api.truth())));
    BOOST_TEST(count_in(r.report(), "rows_loaded") == events);
    BOOST_TEST(r.files() == "out.ndjson report.json ");
  }
}

BOOST_AUTO_TEST_CASE(is_compressed_as_its_name_says) {
  for (const char* name : {"out.ndjson.gz", "out.ndjson.zst"}) {
    direct_run r;
    const auto p = r.run("run", {"--to", std::string("file:") + name});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST((sorted(r.decompressed(name)) == sorted(r.api.truth())));
    BOOST_TEST(std::filesystem::file_size(r.directory / name) < r.api.truth().size() / 2);
  }
}

BOOST_AUTO_TEST_CASE(is_parquet_where_its_name_ends_so) {
  direct_run r;
  put_text(r.directory / "in.ndjson", "{\"id\":1,\"a\":\"x\"}\n{\"id\":2}\n");
  const auto p = r.run("run", {"--from", "file:in.ndjson", "--to", "file:out.parquet"});
  BOOST_TEST(p.exit_code == 0, p.err);
  const std::string bytes = text_of(r.directory / "out.parquet");
  BOOST_TEST(bytes.starts_with("PAR1"));
  BOOST_TEST(bytes.ends_with("PAR1"));
  if (can_read_parquet()) {
    BOOST_TEST((read_parquet(r.directory / "out.parquet").lines == std::vector<std::string>{"1\tx78\t-", "2\t-\t-"}));
  }
  put_text(r.directory / "in.ndjson", "[1]\n");
  check_refused(r.run("run", {"--from", "file:in.ndjson", "--to", "file:out.parquet"}), 65, "cannot be a row of");
  BOOST_TEST((text_of(r.directory / "out.parquet") == bytes));
}

BOOST_AUTO_TEST_CASE(copies_another_file_in_its_order) {
  direct_run r;
  r.environment = {{"REPORT", r.report_file().string()}};
  put_text(r.directory / "in.ndjson", r.api.truth());
  BOOST_TEST(r.run("run", {"--from", "file:in.ndjson", "--to", "file:packed.jsonl.zst"}).exit_code == 0);
  const auto p = r.run("run", {"--from", "file:packed.jsonl.zst", "--to", "file:out.ndjson"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST((text_of(r.directory / "out.ndjson") == r.api.truth()));

  put_text(r.directory / "in.csv", "a,b\n1,\"x,y\"\n");
  BOOST_TEST(r.run("run", {"--from", "file:in.csv", "--to", "stdout"}).out == "{\"a\":\"1\",\"b\":\"x,y\"}\n");

  r.started_by = {"sh", "-c", "cat in.ndjson | \"$@\" | cat", "sh"};
  BOOST_TEST((r.run("run", {"--from", "stdin", "--to", "stdout"}).out == r.api.truth()));
}

BOOST_AUTO_TEST_CASE(that_is_stopped_or_killed_leaves_the_old_file_as_it_was) {
  direct_run r({"--delay", "50"});
  put_text(r.directory / "out.ndjson", "old\n");
  for (const int signal : {SIGTERM, SIGKILL}) {
    const auto served = r.counter("pages_served");
    child_process p = r.start("run", {"--to", "file:out.ndjson"});
    await(p, [&] { return r.counter("pages_served") > served + 3; });
    p.signal(signal);
    BOOST_TEST(p.wait() == 128 + signal, p.err());
    BOOST_TEST(text_of(r.directory / "out.ndjson") == "old\n");
  }
}

BOOST_AUTO_TEST_CASE(that_is_a_pipe_or_a_descriptor_is_written_to_and_stays_what_it_is) {
  direct_run r;
  r.environment = {};
  put_text(r.directory / "in.ndjson", "{\"id\":1}\n");
  put_text(r.directory / "out.ndjson", "before\n");
  r.started_by = {"sh", "-c", "mkfifo pipe report; cat pipe > got & cat report > told & \"$@\"; c=$?; wait; exit $c",
                  "sh"};
  const auto p = r.run("run", {"--from", "file:in.ndjson", "--to", "file:pipe", "--report", "report"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(text_of(r.directory / "got") == "{\"id\":1}\n");
  BOOST_TEST(text_of(r.directory / "told").find("\"exit_code\": 0") != std::string::npos);
  r.started_by = {"sh", "-c", "exec \"$@\" >> out.ndjson", "sh"};
  BOOST_TEST(r.run("run", {"--from", "file:in.ndjson", "--to", "file:/dev/stdout"}).exit_code == 0);
  BOOST_TEST(text_of(r.directory / "out.ndjson") == "before\n{\"id\":1}\n");
  r.started_by = {};
  const auto seen = r.run("validate", {"--from", "file:in.ndjson", "--to", "file:pipe"});
  BOOST_TEST(seen.exit_code == 0, seen.out);
  BOOST_TEST(seen.out.find("pipe: is no regular file") != std::string::npos, seen.out);
}

BOOST_AUTO_TEST_CASE(is_at_home_where_its_path_begins_with_a_tilde) {
  direct_run r;
  r.environment = {{"HOME", r.directory.path().string()}, {"FROM", "file:~/in.ndjson"}, {"TO", "file:~/out.ndjson"}};
  put_text(r.directory / "in.ndjson", "{\"id\":1}\n");
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(text_of(r.directory / "out.ndjson") == "{\"id\":1}\n");
  check_refused(r.run("run", {"--report", "~somebody/report"}), 64, "must not begin with ~ and a name");
}

BOOST_AUTO_TEST_CASE(fails_where_standard_output_is_closed) {
  direct_run r;
  r.started_by = {"sh", "-c", "exec \"$@\" >&-", "sh"};
  check_refused(r.run("run", {"--to", "stdout"}), 74, "standard output");
  check_refused(r.run("version"), 74, "standard output");
}

BOOST_AUTO_TEST_CASE(fails_as_io_where_there_is_no_space) {
  direct_run r;
  put_text(r.directory / "in.ndjson", "{\"id\":1}\n");
  for (const char* to : {"stdout", "file:/dev/full"}) {
    r.started_by = {"sh", "-c", "exec \"$@\" >/dev/full", "sh"};
    check_refused(r.run("run", {"--from", "file:in.ndjson", "--to", to}), 74, "No space left on device");
  }
}

BOOST_AUTO_TEST_CASE(fails_where_nobody_takes_what_is_written) {
  direct_run r;
  r.started_by = {"bash", "-c", "set -o pipefail; \"$@\" | true", "bash"};
  check_refused(r.run("run", {"--to", "stdout"}), 74, "standard output");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(from_and_to)

BOOST_AUTO_TEST_CASE(are_refused_where_they_make_no_sense) {
  direct_run r;
  put_text(r.directory / "in.ndjson", "{\"id\":1}\n");
  check_refused(r.run("run", {"--from", "in.ndjson"}), 64,
                "--from=in.ndjson: must be api, stdin, connector:PATH of a manifest, singer:COMMAND, "
                "airbyte:COMMAND, or file:PATH");
  check_refused(r.run("run", {"--from", "file:in.txt"}), 64, ".ndjson, .jsonl, .json, .csv or .tsv");
  check_refused(r.run("run", {"--to", "file:out.csv"}), 64, "must be postgres, stdout, or file:PATH");
  check_refused(r.run("run", {"--from", "file:in.ndjson"}), 78, "DATABASE_URL");
  check_refused(r.run("run", {"--from", "file:none.ndjson", "--to", "stdout"}), 78, "none.ndjson");
  check_refused(r.run("run", {"--from", "file:in.ndjson", "--to", "file:no/out.ndjson"}), 78, "directory");
  check_refused(r.run("run", {"--from", "file:in.ndjson", "--to", "stdout", "--fresh"}), 64, "--fresh");
  check_refused(r.run("load", {"--from", "file:in.ndjson"}), 64, "ingest load does not take --from");
  check_refused(r.run("fetch", {"--to", "stdout"}), 64, "ingest fetch does not take --to");
  r.environment["FROM"] = "nowhere";
  check_refused(r.run("run"), 78, "FROM=nowhere (from the environment)");
}

BOOST_AUTO_TEST_CASE(are_looked_at_by_validate) {
  direct_run r;
  r.environment = {};
  put_text(r.directory / "in.ndjson", "{\"key\":1}\n");
  const auto good = r.run("validate", {"--from", "file:in.ndjson", "--to", "file:out.ndjson"});
  BOOST_TEST(good.exit_code == 0, good.out);
  BOOST_TEST(good.out.find("in.ndjson: can be read") != std::string::npos, good.out);
  BOOST_TEST(r.files() == "in.ndjson ");

  const auto bad = r.run("validate", {"--from", "file:in.ndjson", "--to", "file:no/out.ndjson"});
  BOOST_TEST(bad.exit_code == 78, bad.out);

  r.environment["DATABASE_URL"] = r.database.url();
  const auto without_id = r.run("validate", {"--from", "file:in.ndjson"});
  BOOST_TEST(without_id.exit_code == 65, without_id.out);
  BOOST_TEST(without_id.out.find("ID_POINTER /id") != std::string::npos, without_id.out);
  BOOST_TEST(r.run("validate", {"--from", "file:in.ndjson", "--id-pointer", "/key"}).exit_code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

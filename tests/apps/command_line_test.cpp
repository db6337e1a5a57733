#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "support/child_process.hpp"
#include "support/scratch_dir.hpp"
#include "support/text_file.hpp"

using ingest::testing::child_process;
using ingest::testing::finished_process;
using ingest::testing::put_text;
using ingest::testing::run_process;
using ingest::testing::scratch_dir;

namespace {

/// The program in a directory of its own, with no more environment than is given.
struct program {
  scratch_dir directory;
  std::map<std::string, std::string> environment = {};

  finished_process run(const std::vector<std::string>& arguments) const {
    std::vector<std::string> line = {ingest::testing::program("ingest")};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return run_process(line, {environment, directory.path()});
  }
};

bool is_one_line(const std::string& text) {
  return !text.empty() && text.find('\n') == text.size() - 1;
}

void refuses(const finished_process& p, int exit_code, const std::string& message) {
  BOOST_TEST(p.exit_code == exit_code, p.err);
  BOOST_TEST(p.out == "");
  BOOST_TEST(is_one_line(p.err), p.err);
  BOOST_TEST(p.err.starts_with("ingest: "), p.err);
  BOOST_TEST(p.err.find(message) != std::string::npos, p.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(explains_itself_on_stdout) {
  const program ingest;
  const auto help = ingest.run({"--help"});
  BOOST_TEST(help.exit_code == 0);
  BOOST_TEST(help.err == "");
  for (const char* command : {"run", "fetch", "load", "status", "validate", "version"}) {
    BOOST_TEST(help.out.find(std::string("\n  ") + command + " ") != std::string::npos, command);
    const auto own = ingest.run({command, "--help"});
    BOOST_TEST(own.exit_code == 0);
    BOOST_TEST(own.out.find(std::string("Usage: ingest ") + command) != std::string::npos);
  }
  const auto run = ingest.run({"run", "-h"});
  BOOST_TEST(run.out.find("--batch-size N") != std::string::npos);
  BOOST_TEST(run.out.find("BATCH_SIZE; 1 … 5000 events; default 5000") != std::string::npos);
  BOOST_TEST(ingest.run({"load", "--help"}).out.find("--batch-size") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(prints_the_version) {
  const program ingest;
  for (const char* argument : {"version", "--version"}) {
    const auto p = ingest.run({argument});
    BOOST_TEST(p.exit_code == 0);
    BOOST_TEST(p.out.starts_with("ingest "));
    BOOST_TEST(is_one_line(p.out));
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_makes_no_sense_with_64_and_one_line) {
  const program ingest;
  refuses(ingest.run({}), 64, "say what to do: run, read, serve, reload, top, schema, fetch, load");
  refuses(ingest.run({"rnu"}), 64, "there is no rnu; did you mean run?");
  refuses(ingest.run({"run", "--bach-size=5"}), 64,
          "there is no --bach-size; did you mean --batch-size? (see ingest run");
  refuses(ingest.run({"status", "--batch-size", "5"}), 64, "ingest status does not take --batch-size");
  refuses(ingest.run({"run", "extra"}), 64, "there is no extra");
  refuses(ingest.run({"run", "--batch-size"}), 64, "--batch-size needs a value");
  refuses(ingest.run({"version", "--json"}), 64, "there is no --json");
  refuses(ingest.run({"run", "status"}), 64, "there is no status");
  refuses(ingest.run({"status", "--json=banana"}), 64, "--json takes no value");
  refuses(ingest.run({"state", "--limit", "many"}), 64, "say what to do: ingest state show");
  refuses(ingest.run({"state", "show", "--limit", "many"}), 64, "--limit must be a whole number, not many");
  refuses(ingest.run({"state", "show", "a", "b"}), 64, "there is no b");
  refuses(ingest.run({"state", "set", "a"}), 64, "--value says what set puts there");
}

BOOST_AUTO_TEST_CASE(refuses_flags_for_secrets_and_says_where_those_belong) {
  const program ingest;
  for (const std::string flag : {"--target-api-key", "--api-key"}) {
    refuses(ingest.run({"run", flag, "canary"}), 64, flag + " is no flag, because every user");
    refuses(ingest.run({"run", flag + "=canary"}), 64, "set TARGET_API_KEY in the environment");
  }
  refuses(ingest.run({"run", "--header", "Authorization: canary"}), 64, "--header: holds a secret");
}

BOOST_AUTO_TEST_CASE(refuses_bad_flags_with_64_and_bad_settings_with_78) {
  program ingest;
  ingest.environment = {{"API_BASE_URL", "http://localhost:1/api/v1"}, {"TARGET_API_KEY", "canary-key"}};
  refuses(ingest.run({"fetch", "--batch-size", "0"}), 64, "--batch-size=0: must be 1 … 5000 events");
  refuses(ingest.run({"fetch", "--env-file", "missing.env"}), 64, "--env-file missing.env: cannot read the file");
  ingest.environment["SLICES"] = "-1";
  refuses(ingest.run({"fetch"}), 78, "SLICES=-1 (from the environment): must be 1 … 256 slices");
  refuses(ingest.run({"load"}), 78, "DATABASE_URL is not set");
  ingest.environment["SLICES"] = "canary-key";
  const auto p = ingest.run({"fetch"});
  refuses(p, 78, "SLICES=*** (from");
}

BOOST_AUTO_TEST_CASE(prefers_flag_to_environment_to_env_file_to_config_file) {
  program ingest;
  const auto complaint = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"fetch", "--config", "c.json"});
    return ingest.run(std::move(arguments));
  };
  put_text(ingest.directory / "c.json", "{\n\"loaders\": 2,\n\"batch_size\": 10001}");
  refuses(complaint({}), 78, "BATCH_SIZE=10001 (from c.json line 3)");
  put_text(ingest.directory / ".env", "# test\nexport BATCH_SIZE='10002'\r\n");
  refuses(complaint({}), 78, "BATCH_SIZE=10002 (from .env line 2)");
  put_text(ingest.directory / "other.env", "BATCH_SIZE=10003");
  refuses(complaint({"--env-file", "other.env"}), 78, "BATCH_SIZE=10003 (from other.env line 1)");
  ingest.environment["BATCH_SIZE"] = "10004";
  refuses(complaint({}), 78, "BATCH_SIZE=10004 (from the environment)");
  refuses(complaint({"--batch-size", "10005"}), 64, "--batch-size=10005");
  refuses(complaint({"--batch-size", "1", "--batch-size=10006"}), 64, "--batch-size=10006");
}

BOOST_AUTO_TEST_CASE(takes_booleans_as_flags_and_headers_repeatedly) {
  program ingest;
  ingest.environment = {{"API_BASE_URL", "http://localhost:1/api/v1"}, {"TARGET_API_KEY", "key"}};
  refuses(ingest.run({"fetch", "--http-compression=maybe"}), 64, "--http-compression=maybe: must be true or false");
  refuses(ingest.run({"fetch", "--header", "A: 1", "--header", "broken"}), 64, "--header: must be headers of the form");
  refuses(ingest.run({"fetch", "--http-compression", "--keep-segments=off", "--header", "A: 1", "--header", "B: 2",
                      "--batch-size", "0"}),
          64, "--batch-size=0");
}

BOOST_AUTO_TEST_CASE(asks_back_before_fresh_deletes_a_run) {
  program ingest;
  ingest.environment = {{"API_BASE_URL", "http://localhost:1/api/v1"}, {"TARGET_API_KEY", "key"}, {"DATA_DIR", "d"}};
  std::filesystem::create_directory(ingest.directory / "d");
  put_text(ingest.directory / "d" / "ingestion.state", "{}");
  refuses(ingest.run({"fetch", "--fresh"}), 64, "--fresh would delete the run in d; look at it with ingest status");
  BOOST_TEST(std::filesystem::exists(ingest.directory / "d" / "ingestion.state"));
}

BOOST_AUTO_TEST_CASE(validates_a_manifest_without_its_api) {
  const program ingest;
  const std::string manifest =
      "version: 1.0.0\ncheck: {type: CheckStream}\nstreams:\n"
      "  - {type: DeclarativeStream, name: books, primary_key: id, retriever: {type: SimpleRetriever,\n"
      "     requester: {url_base: \"https://library.example\"}, record_selector: {extractor: {field_path: []}}}}\n";
  put_text(ingest.directory / "books.yaml", manifest);
  const auto good = ingest.run({"validate", "books.yaml", "--offline"});
  BOOST_TEST(good.exit_code == 0, good.err);
  BOOST_TEST(good.out.starts_with("runs   books: key id; merge; resumes: stream\n"), good.out);
  BOOST_TEST(
      ingest.run({"validate", "books.yaml", "--offline", "--json"}).out.starts_with("{\"manifest\":\"books.yaml\""));

  put_text(ingest.directory / "odd.yaml", manifest + "  - {type: Other}\n");
  const auto odd = ingest.run({"validate", "odd.yaml", "--offline"});
  BOOST_TEST(odd.exit_code == 78);
  BOOST_TEST(odd.out.find("error  streams[1], line 6: unknown type `Other`") != std::string::npos, odd.out);
  refuses(ingest.run({"validate", "none.yaml", "--offline"}), 74, "none.yaml");
  refuses(ingest.run({"validate", "--offline"}), 64, "manifest.yaml");
}

BOOST_AUTO_TEST_CASE(validates_settings_and_the_data_directory) {
  program ingest;
  const auto missing = ingest.run({"validate"});
  BOOST_TEST(missing.exit_code == 78);
  BOOST_TEST(missing.out.starts_with("FAILED settings  API_BASE_URL is not set"), missing.out);
  BOOST_TEST(is_one_line(missing.out));

  ingest.environment = {{"API_BASE_URL", "http://localhost:1/api/v1"},
                        {"TARGET_API_KEY", "canary-key"},
                        {"DATABASE_URL", "postgresql://me:canary-pw@localhost:1/x"},
                        {"CONNECT_TIMEOUT_MS", "100"},
                        {"REQUEST_TIMEOUT_MS", "100"},
                        {"DATA_DIR", "d"}};
  const auto good = ingest.run({"validate"});
  BOOST_TEST(good.out.find("ok     settings  6 given") != std::string::npos, good.out);
  BOOST_TEST(good.out.find("ok     data_dir  d: writable") != std::string::npos, good.out);
  BOOST_TEST(good.out.find("canary") == std::string::npos);

  BOOST_TEST(good.out.find("WARN") == std::string::npos, good.out);

  put_text(ingest.directory / "file", "");
  ingest.environment["DATA_DIR"] = "file";
  const auto bad = ingest.run({"validate"});
  BOOST_TEST(bad.exit_code == 78);
  BOOST_TEST(bad.out.find("FAILED data_dir  ") != std::string::npos, bad.out);
}

BOOST_AUTO_TEST_CASE(validation_warns_of_weakened_settings_and_names_no_secret) {
  program ingest;
  ingest.environment = {{"API_BASE_URL", "http://192.0.2.1:1/api/v1"},
                        {"TARGET_API_KEY", "canary-key"},
                        {"DATABASE_URL", "postgresql://me:canary-pw@192.0.2.1:1/x"},
                        {"CONNECT_TIMEOUT_MS", "100"},
                        {"REQUEST_TIMEOUT_MS", "100"},
                        {"DATA_DIR", "d"}};
  const auto weak = ingest.run({"validate"});
  BOOST_TEST(weak.out.find("WARN   settings  API_BASE_URL is http: ") != std::string::npos, weak.out);
  BOOST_TEST(weak.out.find("WARN   settings  DATABASE_URL has sslmode=prefer: ") != std::string::npos, weak.out);
  BOOST_TEST(weak.out.find("canary") == std::string::npos);
  BOOST_TEST(weak.err.find("canary") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

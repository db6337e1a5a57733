#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <regex>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

constexpr int events = 2'000;

void check_refused(const ingest_run& r, int exit_code, const std::string& advice,
                   const std::vector<std::string>& flags = {}) {
  const auto p = r.run("run", flags);
  BOOST_TEST(p.exit_code == exit_code, p.err);
  BOOST_TEST(p.err.find(advice) != std::string::npos, p.err);
}

/// A role that must give its password.
std::string url_with_password(const ingest_run& r, const std::string& password) {
  r.database.execute(
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'with_password') THEN "
      "CREATE ROLE with_password LOGIN SUPERUSER PASSWORD 'canary-of-the-database'; END IF; END $$");
  return r.database.url_as("with_password:" + password);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_with_something_wrong)

BOOST_AUTO_TEST_CASE(says_which_setting_is_missing) {
  for (const char* name : {"API_BASE_URL", "TARGET_API_KEY", "DATABASE_URL"}) {
    ingest_run r(0);
    r.environment.erase(name);
    check_refused(r, 78, name);
  }
}

BOOST_AUTO_TEST_CASE(says_that_the_key_is_refused) {
  for (const char* stream : {"on", "404"}) {
    ingest_run r(events, {"--stream", stream, "--rate-limit", "0"});
    r.environment["TARGET_API_KEY"] = "another-key";
    check_refused(r, 78, "TARGET_API_KEY");
    BOOST_TEST(text_in(r.status(), "status") == "aborted");
    r.environment["TARGET_API_KEY"] = "demo-key";
    BOOST_TEST(r.run("run", {"--endpoint", "auto"}).exit_code == 0);
    BOOST_TEST(r.table_difference() == "");
  }
}

BOOST_AUTO_TEST_CASE(says_that_the_api_has_no_such_path) {
  ingest_run r(events);
  r.environment["API_BASE_URL"] = r.api.origin() + "/api/v2";
  check_refused(r, 78, "API_BASE_URL", {"--endpoint", "standard"});
}

BOOST_AUTO_TEST_CASE(says_that_nobody_listens_where_the_api_should_be) {
  ingest_run r(events);
  r.environment["API_BASE_URL"] = "http://127.0.0.1:1/api/v1";
  check_refused(r, 69, "127.0.0.1", {"--retry-deadline-ms", "300", "--max-restarts", "0"});
}

BOOST_AUTO_TEST_CASE(says_that_the_password_of_the_database_is_refused) {
  ingest_run r(events);
  r.environment["DATABASE_URL"] = url_with_password(r, "wrong-password");
  check_refused(r, 78, "with_password");
}

BOOST_AUTO_TEST_CASE(says_that_there_is_no_such_database) {
  ingest_run r(events);
  r.environment["DATABASE_URL"] = postgres_cluster::shared().url("no_such_database");
  check_refused(r, 78, "no_such_database");
}

BOOST_AUTO_TEST_CASE(refuses_an_unlogged_table_unless_asked) {
  ingest_run r(events);
  r.database.execute("CREATE UNLOGGED TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL)");
  check_refused(r, 78, "UNLOGGED");
  const auto p = r.run("run", {"--allow-unlogged"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
}

BOOST_AUTO_TEST_CASE(refuses_a_table_without_the_columns) {
  ingest_run r(events);
  r.database.execute("CREATE TABLE ingested_events (id text PRIMARY KEY, payload jsonb NOT NULL)");
  check_refused(r, 78, "data");
  BOOST_TEST(r.rows() == 0);
}

BOOST_AUTO_TEST_CASE(quotes_whatever_the_table_is_called) {
  ingest_run r(events);
  const auto p = r.run("run", {"--table", R"(x"; DROP TABLE y; --)"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number(R"(SELECT count(*) FROM "x""; DROP TABLE y; --")") == events);
}

BOOST_AUTO_TEST_CASE(refuses_a_data_dir_that_is_a_symbolic_link) {
  ingest_run r(events);
  std::filesystem::create_directory(r.directory / "elsewhere");
  std::filesystem::create_symlink(r.directory / "elsewhere", r.data_dir());
  check_refused(r, 78, "symbolic link");
}

BOOST_AUTO_TEST_CASE(keeps_its_secrets) {
  // A request of each kind fails, the log is at its most talkative, and the run is killed so that files stay.
  ingest_run r(5'000, {"--api-key", "canary-of-the-api", "--fault-all", "3", "--fault-429", "0", "--latency", "1"});
  r.environment["TARGET_API_KEY"] = "canary-of-the-api";
  r.environment["DATABASE_URL"] = url_with_password(r, "canary-of-the-database");
  r.environment["LOG_LEVEL"] = "debug";
  r.environment["EXTRA_HEADERS"] = "X-Auth-Extra: canary-of-a-header";
  std::string output;
  {
    child_process p = r.start("run", {"--keep-segments"});
    await(p, [&] { return r.pages_in_ledger() >= 10; });
    p.signal(SIGKILL);
    p.wait();
    output += p.out() + p.err() + r.run("status").out + r.run("status", {"--json"}).out;
  }
  output += r.run("validate").out + r.run("run", {"--help"}).out;
  const auto complete = r.run("run", {"--keep-segments", "--report", r.directory / "report.json"});
  BOOST_TEST(complete.exit_code == 0, complete.err);
  r.environment["DATABASE_URL"] = url_with_password(r, "canary-that-is-wrong");
  const auto refused = r.run("run", {"--fresh", "--yes"});
  BOOST_TEST(refused.exit_code == 78);
  r.environment["TARGET_API_KEY"] = "canary-that-is-wrong";
  const auto refused_too = r.run("fetch", {"--fresh", "--yes"});
  BOOST_TEST(refused_too.exit_code == 78);
  output += complete.out + complete.err + refused.out + refused.err + refused_too.out + refused_too.err;

  const std::regex token("st_[0-9a-f]{8}-");
  const auto check = [&](const std::string& text, const std::string& where) {
    BOOST_TEST(text.find("canary") == std::string::npos, where);
    BOOST_TEST(text.find("X-Stream-Token:") == std::string::npos, where);
    BOOST_TEST(!std::regex_search(text, token), where);
  };
  check(output, "the output");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(r.directory.path())) {
    if (entry.is_regular_file()) {
      check(text_of(entry.path()), entry.path().string());
      const bool private_file =
          (entry.status().permissions() & std::filesystem::perms(077)) == std::filesystem::perms();
      BOOST_TEST(private_file, entry.path().string());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

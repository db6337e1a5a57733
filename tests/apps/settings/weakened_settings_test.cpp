#include "settings/weakened_settings.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

using namespace ingest;

namespace {

settings with(const std::string& database, const std::string& api = "https://api.example.com/v1") {
  settings s;
  s.api_base_url = api;
  s.database_url = database;
  return s;
}

const std::string verified = "postgresql://me:canary@db.example.com/events?sslmode=verify-full";

/// The one weakness of `s`, or nothing; more than one fails the test.
std::string weakness(const settings& s, command c = command::run) {
  const auto found = weakened_settings(s, c);
  BOOST_TEST(found.size() <= 1U);
  return found.empty() ? "" : found.front();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// libpq and libcurl read these; the tests must not depend on who runs them.
struct no_variables {
  no_variables() {
    for (const char* name : {"PGSSLMODE", "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGREQUIRESSL", "http_proxy",
                             "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      ::unsetenv(name);
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(weakened, no_variables)

BOOST_AUTO_TEST_CASE(are_no_settings_that_verify_both_sides) {
  BOOST_TEST(weakness(with(verified)) == "");
}

BOOST_AUTO_TEST_CASE(is_a_database_elsewhere_that_may_be_spoken_to_in_the_open) {
  for (const std::string mode : {"", "?sslmode=prefer", "?sslmode=allow", "?sslmode=disable"}) {
    const std::string found = weakness(with("postgresql://me:canary@db.example.com/events" + mode));
    BOOST_TEST(has(found, "DATABASE_URL has sslmode=" + (mode.empty() ? "prefer" : mode.substr(9)) + ": "), found);
    BOOST_TEST(has(found, "in the open"), found);
    BOOST_TEST(has(found, "sslmode=verify-full"), found);
    BOOST_TEST(!has(found, "canary"), found);
  }
}

BOOST_AUTO_TEST_CASE(is_a_database_elsewhere_whose_certificate_is_not_fully_checked) {
  for (const std::string mode : {"require", "verify-ca"}) {
    const std::string found = weakness(with("host=db.example.com dbname=x sslmode=" + mode));
    BOOST_TEST(has(found, "nobody checks that the server is the one you mean"), found);
  }
}

BOOST_AUTO_TEST_CASE(is_no_database_on_this_machine) {
  for (const std::string url : {"postgresql:///events", "postgresql://localhost/x", "postgresql://127.0.0.1:5433/x",
                                "postgresql://[::1]/x", "host=/run/postgresql dbname=x", "host=x hostaddr=127.0.0.2"}) {
    BOOST_TEST(weakness(with(url)) == "", url);
  }
}

BOOST_AUTO_TEST_CASE(is_one_database_elsewhere_among_several_and_one_that_only_looks_local) {
  for (const std::string url : {"postgresql://localhost,db.example.com/x", "postgresql://localhost.example.com/x",
                                "postgresql://127.example.com/x", "host=localhost hostaddr=192.0.2.1"}) {
    BOOST_TEST(has(weakness(with(url)), "sslmode=prefer"), url);
  }
}

BOOST_AUTO_TEST_CASE(is_judged_by_the_environment_where_the_url_is_silent) {
  const settings s = with("postgresql://db.example.com/x");
  ::setenv("PGSSLMODE", "verify-full", 1);
  BOOST_TEST(weakness(s) == "");
  ::setenv("PGSSLMODE", "disable", 1);
  BOOST_TEST(has(weakness(s), "sslmode=disable"));
  BOOST_TEST(weakness(with(verified)) == "");
}

BOOST_AUTO_TEST_CASE(is_an_api_elsewhere_that_is_spoken_to_in_the_open) {
  for (const std::string host : {"api.example.com", "localhost.example.com", "127.example.com", "[2001:db8::1]:80"}) {
    BOOST_TEST(has(weakness(with(verified, "http://" + host + "/v1")), "API_BASE_URL is http"), host);
  }
  for (const std::string host : {"localhost", "localhost:8080", "127.0.0.1:80", "[::1]:80"}) {
    BOOST_TEST(weakness(with(verified, "http://" + host + "/v1")) == "", host);
  }
}

BOOST_AUTO_TEST_CASE(is_an_api_behind_a_proxy_that_sees_the_key) {
  const settings s = with(verified, "http://127.0.0.1:8080/api");
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, "http://me:canary@proxy.example.com:3128", 1);
    BOOST_TEST(has(weakness(s), std::string(name) + " is set: the API key and the events pass that proxy in the open"));
    BOOST_TEST(!has(weakness(s), "canary"));
    BOOST_TEST(weakness(with(verified)) == "");
    ::unsetenv(name);
  }
  ::setenv("http_proxy", "http://proxy.example.com", 1);
  for (const char* excepted : {"*", "localhost,127.0.0.1", ".example.com 127.0.0.1"}) {
    ::setenv("no_proxy", excepted, 1);
    BOOST_TEST(weakness(s) == "");
  }
  ::setenv("no_proxy", "example.com", 1);
  BOOST_TEST(has(weakness(s), "name 127.0.0.1 in no_proxy"));
  BOOST_TEST(has(weakness(with(verified, "http://api.example.com")), "cross the network"));
  BOOST_TEST(has(weakness(with(verified, "http://notexample.com")), "http_proxy is set"));
}

BOOST_AUTO_TEST_CASE(is_a_table_that_a_crash_may_empty) {
  settings s = with(verified);
  s.allow_unlogged = true;
  BOOST_TEST(has(weakness(s), "ALLOW_UNLOGGED"));
}

BOOST_AUTO_TEST_CASE(are_only_settings_that_the_command_uses) {
  const settings s = with("postgresql://db.example.com/x", "http://api.example.com");
  BOOST_TEST(has(weakness(s, command::fetch), "API_BASE_URL"));
  BOOST_TEST(has(weakness(s, command::load), "DATABASE_URL"));
  BOOST_TEST(weakness(s, command::status) == "");
}

BOOST_AUTO_TEST_SUITE_END()

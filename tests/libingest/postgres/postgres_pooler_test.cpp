#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "postgres/libpq_connection.hpp"
#include "postgres/lost_transaction.hpp"
#include "support/child_process.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

/// A pooler in transaction mode that lends its only session to whoever comes.
class pgbouncer {
 public:
  pgbouncer() {
    std::ofstream(directory_ / "users") << "\"postgres\" \"\"\n";
    std::ofstream(directory_ / "ini") << "[databases]\n* = host=127.0.0.1 port=" << postgres_cluster::shared().port()
                                      << "\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=" << port()
                                      << "\nauth_type=trust\nauth_file=" << (directory_ / "users").string()
                                      << "\npool_mode=transaction\ndefault_pool_size=1\nunix_socket_dir=\n";
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    std::vector<std::string> command{"pgbouncer"};
    if (::geteuid() == 0) {
      command.insert(command.end(), {"-u", "postgres"});
    }
    command.push_back(directory_ / "ini");
    process_ = std::make_unique<child_process>(command, child_process::options{.environment = {{"PATH", search_path}}});
    process_->wait_for_output("process up");
  }

  int port() const { return port_; }

  static bool installed() {
    return std::filesystem::exists("/usr/sbin/pgbouncer") || std::filesystem::exists("/usr/bin/pgbouncer");
  }

 private:
  static constexpr const char* search_path = "/usr/sbin:/usr/bin:/sbin:/bin";

  scratch_dir directory_;
  const int port_ = free_port();
  std::unique_ptr<child_process> process_;
};

boost::test_tools::assertion_result has_pooler(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(pgbouncer::installed());
  if (!pgbouncer::installed()) {
    result.message() << "pgbouncer is not installed";
    std::cerr << "pooler cases are left out: pgbouncer is not installed" << std::endl;
  }
  return result;
}

struct pooler_fixture : loading_fixture {
  detail::libpq_connection connect() const { return {address, "test", {30s, 30s}, {}}; }

  detail::database_address address{database.url()};
};

detail::server_transaction begin(detail::postgres_connection& c) {
  c.run(c.begin());
  const auto r = c.execute("SELECT pg_backend_pid(), " + detail::in_microseconds("now()"));
  return {r.text(0, 0), r.text(0, 1)};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_sessions, pooler_fixture)

BOOST_AUTO_TEST_CASE(that_a_pooler_lends_are_given_back_without_a_trace, *boost::unit_test::precondition(has_pooler)) {
  const pgbouncer pooler;
  database.execute("ALTER DATABASE " + database.name() + " SET synchronous_commit = off");
  auto o = options();
  o.url = database.url_at(pooler.port());
  const auto target = open_target(o);
  database.execute(
      "CREATE TABLE seen (setting text); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;"
      "CREATE TRIGGER note AFTER INSERT ON ingested_events FOR EACH STATEMENT EXECUTE FUNCTION note()");
  const auto first = open_sink(target);
  const auto second = open_sink(target, 1);
  first->write(batches.next({event_rows(1, 10)}));
  second->write(batches.next({event_rows(6, 20)}));
  first->write(batches.last({{event_row("a"), "b\tbad"}}));
  BOOST_TEST(rows() == 21);
  BOOST_TEST(number("SELECT count(*) FROM seen WHERE setting <> 'on'") == 0);
  const detail::database_address behind_the_pooler(o.url);
  detail::libpq_connection stranger(behind_the_pooler, "stranger", {30s, 30s}, {});
  const auto left = stranger.execute(
      "SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'session' "
      "AND name NOT IN ('application_name', 'client_encoding')");
  BOOST_TEST(left.text(0, 0) == "");
  BOOST_TEST(stranger.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").text(0, 0) == "0");
  first->finalize();
}

BOOST_AUTO_TEST_CASE(that_were_lost_are_ended_only_in_the_very_transaction_that_was_lost) {
  auto lent = connect();
  auto other = connect();
  const auto lost = begin(lent);
  lent.run("ROLLBACK");
  const auto of_a_stranger = begin(lent);
  settle_lost(other, {lost, false}, "it");
  BOOST_TEST(lent.execute("SELECT 1").text(0, 0) == "1");
  settle_lost(other, {of_a_stranger, true}, "it");
  BOOST_TEST(lent.execute("SELECT 1").text(0, 0) == "1");
  settle_lost(other, {of_a_stranger, false}, "it");
  BOOST_CHECK_THROW(lent.execute("SELECT 1"), detail::database_error);
}

BOOST_AUTO_TEST_CASE(whose_time_outs_are_set_for_the_role_or_the_database_load_all_the_same) {
  // Time enough for the statement that sets other ones, also on a busy machine, and too little for the rows.
  for (const std::string setting :
       {"statement_timeout = 50", "lock_timeout = 50", "idle_in_transaction_session_timeout = 50"}) {
    database.execute("ALTER DATABASE " + database.name() + " SET " + setting);
  }
  const auto loader = open_sink(open_target());
  BOOST_TEST(loader->write(batches.next({event_rows(1, 50'000)})).rows_loaded == 50'000u);
  BOOST_TEST(options().counters->load_retries == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

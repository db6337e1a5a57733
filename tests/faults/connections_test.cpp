#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "faults/faulty_run.hpp"
#include "support/loading_fixture.hpp"
#include "support/tcp_proxy.hpp"

using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

constexpr int events = 20'000;
const std::string commit_message{"COMMIT\0", 7};

/// A run whose connections to the database pass a proxy.
struct run_behind_a_proxy {
  tcp_proxy proxy{postgres_cluster::shared().port()};
  ingest_run r{events, {"--delay", "5"}};

  run_behind_a_proxy() { r.environment["DATABASE_URL"] = r.database.url_at(proxy.port()); }

  void cut_next_commit(child_process& p, tcp_proxy::moment when) {
    await(p, [&, goal = r.pages_in_ledger() + 5] { return r.pages_in_ledger() >= goal; });
    const int before = proxy.cuts();
    proxy.cut_on(commit_message, when);
    await(p, [&] { return proxy.cuts() > before; });
  }

  void check_done(child_process& p) {
    BOOST_TEST(p.wait(60s) == 0, p.err());
    check_completes(r);
  }
};

/// A run whose first transaction sleeps in the server, so that it can be caught there.
struct run_that_is_caught {
  ingest_run r{events, {"--delay", "5"}};
  std::vector<std::string> flags{"--loaders", "1", "--database-io-timeout-ms", "1s"};

  run_that_is_caught() {
    r.database.execute(
        "CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb NOT NULL); CREATE SEQUENCE attempts;"
        "CREATE FUNCTION first_sleeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('attempts') = 1 THEN PERFORM pg_sleep(0.5); END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER first_sleeps AFTER INSERT ON ingested_events FOR EACH STATEMENT "
        "EXECUTE FUNCTION first_sleeps()");
  }

  pid_t freeze_backend(child_process& p) const {
    std::string pid;
    await(p, [&] {
      pid = r.database.value(
          "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()");
      return !pid.empty();
    });
    BOOST_TEST_REQUIRE(::kill(std::stoi(pid), SIGSTOP) == 0);
    return std::stoi(pid);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_whose_connection_is_cut)

BOOST_FIXTURE_TEST_CASE(before_and_behind_its_commits_loads_every_event_once, run_behind_a_proxy) {
  child_process p = r.start("run", {"--database-io-timeout-ms", "1s"});
  using when = tcp_proxy::moment;
  for (const auto m : {when::before, when::after, when::after_silently, when::before, when::after}) {
    cut_next_commit(p, m);
  }
  check_done(p);
}

BOOST_FIXTURE_TEST_CASE(and_that_is_killed_before_the_answer_to_its_commit_finds_it_in_the_ledger, run_behind_a_proxy) {
  for (int life = 0; life < 4; ++life) {
    child_process p = r.start("run", {"--loaders", "1"});
    await(p, [&] { return r.in_state("rows_loaded") > 0; });
    cut_next_commit(p, tcp_proxy::moment::after_silently);
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
    // The server has committed what no file of ours knows of.
    BOOST_TEST(eventually([&] { return r.pages_in_ledger() * ingest_run::batch_size > r.in_state("rows_loaded"); }));
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(and_that_is_killed_before_its_commit_arrives_loads_again, run_behind_a_proxy) {
  for (int life = 0; life < 3; ++life) {
    child_process p = r.start("run");
    cut_next_commit(p, tcp_proxy::moment::before);
    p.signal(SIGKILL);
    BOOST_TEST(p.wait() == 128 + SIGKILL);
  }
  check_completes(r);
}

BOOST_FIXTURE_TEST_CASE(by_a_network_that_swallows_everything_notices_and_goes_on, run_behind_a_proxy) {
  child_process p = r.start("run", {"--database-io-timeout-ms", "500ms", "--connect-timeout-ms", "500ms"});
  await(p, [&] { return r.pages_in_ledger() >= 10; });
  proxy.stall();
  p.wait_for_output("database_unavailable");
  proxy.resume();
  check_done(p);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_frozen_backend, run_that_is_caught)

BOOST_AUTO_TEST_CASE(that_wakes_up_in_the_middle_of_its_replacement_doubles_nothing) {
  child_process p = r.start("run", flags);
  const pid_t backend = freeze_backend(p);
  p.wait_for_output("database_unavailable");
  ::kill(backend, SIGCONT);
  BOOST_TEST(p.wait(60s) == 0, p.err());
  check_completes(r);
}

BOOST_AUTO_TEST_CASE(of_a_process_that_was_killed_doubles_nothing_in_the_next_life) {
  pid_t backend = 0;
  {
    child_process p = r.start("run", flags);
    backend = freeze_backend(p);
    p.signal(SIGKILL);
    p.wait();
  }
  child_process next = r.start("run", flags);
  next.wait_for_output("database_unavailable");
  ::kill(backend, SIGCONT);
  BOOST_TEST(next.wait(60s) == 0, next.err());
  check_completes(r);
}

BOOST_AUTO_TEST_SUITE_END()

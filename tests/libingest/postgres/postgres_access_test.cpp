#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"
#include "support/raw_server.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct access_fixture : loading_fixture {
  /// A role that may do nothing but connect.
  postgres_options options_of_plain_role() const {
    database.execute("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; REVOKE ALL ON DATABASE " + database.name() +
                     " FROM PUBLIC; GRANT CONNECT ON DATABASE " + database.name() + " TO plain");
    auto o = options();
    o.url = database.url_as("plain");
    return o;
  }
};

struct plain_role_fixture : access_fixture {
  postgres_options o = options_of_plain_role();
  ~plain_role_fixture() { database.execute("DROP OWNED BY plain CASCADE; DROP ROLE plain"); }

  /// The statements that the refusal names.
  std::string advice() const {
    const error e = error_of([&] { postgres_target(o).rehearse(); });
    BOOST_TEST(name_of(e.code()) == "config");
    const std::string text = e.what();
    const auto at = text.find("GRANT ");
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, text);
    return text.substr(at);
  }
};

/// A message of the server in the startup phase (PostgreSQL documentation, 55.7).
std::string message(char type, const std::string& body) {
  return type + std::string("\0\0\0", 3) + static_cast<char>(body.size() + 4) + body;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_access, access_fixture)

BOOST_FIXTURE_TEST_CASE(missing_grants_are_named_all_at_once_and_are_enough, plain_role_fixture) {
  const std::string grants = advice();
  BOOST_TEST(has(grants, "GRANT CREATE ON DATABASE " + database.name() + " TO plain"));
  BOOST_TEST(has(grants, "GRANT TEMPORARY ON DATABASE"));
  BOOST_TEST(has(grants, "GRANT CREATE ON SCHEMA public TO plain"));
  BOOST_TEST(has(error_of([&] { postgres_target(o).peek(); }).what(), grants));
  database.execute(grants);
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(loader->write(batches.last({event_rows(1, 20)})).duplicates_skipped == 10u);
  loader->finalize();
}

BOOST_FIXTURE_TEST_CASE(missing_grants_on_what_others_have_made_are_named_and_are_enough, plain_role_fixture) {
  database.execute(
      "CREATE SCHEMA \"of others\"; CREATE TABLE \"of others\".events (id text PRIMARY KEY, data jsonb NOT NULL, "
      "n bigserial)");
  o.table = "of others.events";
  auto as_owner = options();
  as_owner.table = o.table;
  open_target(as_owner);
  const std::string grants = advice();
  BOOST_TEST(has(grants, "GRANT USAGE ON SCHEMA ingest TO plain"));
  BOOST_TEST(has(grants, "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE ingest.pages TO plain"));
  BOOST_TEST(has(grants, "GRANT USAGE ON SCHEMA \"of others\" TO plain"));
  BOOST_TEST(has(grants, "GRANT SELECT, INSERT ON TABLE \"of others\".events TO plain"));
  BOOST_TEST(has(grants, "SEQUENCE \"of others\".events_n_seq TO plain"));
  database.execute(grants);
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(loader->write(batches.next({event_rows(1, 20)})).duplicates_skipped == 10u);
}

BOOST_FIXTURE_TEST_CASE(grants_on_the_two_columns_of_the_table_are_enough, plain_role_fixture) {
  open_target();
  database.execute(advice());
  database.execute(
      "REVOKE ALL ON ingested_events FROM plain; GRANT SELECT (id), INSERT (id, data) ON ingested_events TO plain");
  BOOST_TEST(has(advice(), "GRANT SELECT ON TABLE ingested_events TO plain"));
  database.execute("GRANT SELECT (data) ON ingested_events TO plain");
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(loader->write(batches.last({event_rows(1, 20)})).duplicates_skipped == 10u);
  loader->finalize();
}

BOOST_AUTO_TEST_CASE(what_has_the_name_of_a_ledgers_table_and_is_none_is_named) {
  for (const std::string in_the_way :
       {"CREATE TABLE ingest.pages (url text)", "CREATE VIEW ingest.pages AS SELECT 1 AS page",
        "CREATE TABLE ingest.pipelines (name text PRIMARY KEY)",
        "CREATE TABLE ingest.slices (pipeline text PRIMARY KEY)",
        "CREATE TABLE ingest.pages (pipeline text); CREATE TABLE ingest.pipelines (name text)"}) {
    database.execute("CREATE SCHEMA ingest; " + in_the_way);
    const error e = error_of([&] { open_target(); });
    BOOST_TEST(name_of(e.code()) == "config");
    const std::size_t name = in_the_way.find("ingest.");
    BOOST_TEST(has(e.what(), in_the_way.substr(name, in_the_way.find(' ', name) - name)));
    BOOST_TEST(has(error_of([&] { postgres_target(options()).peek(); }).what(), "is in the way"));
    BOOST_TEST(has(error_of([&] { postgres_target(options()).rehearse(); }).what(), "is in the way"));
    database.execute("DROP SCHEMA ingest CASCADE");
  }
}

BOOST_AUTO_TEST_CASE(a_ledger_is_known_again_however_the_server_is_told_to_quote_names) {
  open_target();
  database.execute("ALTER DATABASE " + database.name() + " SET quote_all_identifiers = on");
  BOOST_TEST(open_sink(open_target())->write(batches.next({event_rows(1, 10)})).rows_loaded == 10u);
}

BOOST_AUTO_TEST_CASE(a_search_path_that_leads_nowhere_is_named_where_no_grant_would_help) {
  database.execute("ALTER DATABASE " + database.name() + " SET search_path = ''");
  const error e = error_of([&] { postgres_target(options()).rehearse(); });
  BOOST_TEST(name_of(e.code()) == "config");
  BOOST_TEST(has(e.what(), "`table`=schema.table"), e.what());
  auto o = options();
  o.table = "public.ingested_events";
  BOOST_TEST(open_sink(open_target(o))->write(batches.next({event_rows(1, 10)})).rows_loaded == 10u);
}

BOOST_AUTO_TEST_CASE(a_schema_made_beforehand_is_used) {
  database.execute("CREATE SCHEMA ingest; CREATE TABLE ingest.something_else (url text)");
  BOOST_TEST(open_sink(open_target())->write(batches.next({event_rows(1, 10)})).rows_loaded == 10u);
}

BOOST_AUTO_TEST_CASE(loaders_share_the_one_connection_that_a_role_may_have) {
  database.execute("DROP ROLE IF EXISTS small; CREATE ROLE small LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE " +
                   database.name() + " TO small; GRANT CREATE ON SCHEMA public TO small");
  auto o = options();
  o.url = database.url_as("small");
  const auto target = open_target(o);
  std::vector<batch> pages;
  for (int i = 0; i < 12; ++i) {
    const auto next = i < 11 ? &page_batches::next : &page_batches::last;
    pages.push_back((batches.*next)({event_rows(100 * i + 1, 100 * i + 100)}, 0));
  }
  std::vector<std::thread> loaders;
  for (std::size_t i = 0; i < 3; ++i) {
    loaders.emplace_back([&, i] {
      const auto loader = open_sink(target, i);
      for (std::size_t page = i; page < pages.size(); page += 3) {
        loader->write(pages[page]);
      }
      if (i == 0) {
        loader->abort(error(errc::cancelled, "enough"));
      }
    });
  }
  for (std::thread& t : loaders) {
    t.join();
  }
  open_sink(target)->finalize();
  BOOST_TEST(rows() == 1200);
  BOOST_TEST(o.counters->load_retries == 0u);
  BOOST_TEST(number("SELECT count(*) FROM ingest.pipelines WHERE complete") == 1);
  database.execute("DROP OWNED BY small CASCADE");
}

BOOST_AUTO_TEST_CASE(a_loader_that_waits_for_the_one_connection_can_be_stopped) {
  database.execute("DROP ROLE IF EXISTS tiny; CREATE ROLE tiny LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE " +
                   database.name() + " TO tiny; GRANT CREATE ON SCHEMA public TO tiny");
  auto o = options();
  o.url = database.url_as("tiny");
  const auto target = open_target(o);
  database.execute(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(100); RETURN NEW; END $$;"
      "CREATE TRIGGER slow BEFORE INSERT ON ingested_events EXECUTE FUNCTION slow()");
  const batch first = batches.next({event_rows(1, 10)});
  const batch second = batches.next({event_rows(11, 20)});
  std::stop_source stop;
  std::vector<std::thread> loaders;
  std::atomic<int> cancelled = 0;
  for (const batch* b : {&first, &second}) {
    loaders.emplace_back([&, b] {
      cancelled += error_of([&] { open_sink(target, 0, stop.get_token())->write(*b); }).code() == errc::cancelled;
    });
  }
  BOOST_TEST(
      eventually([&] { return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1; }));
  stop.request_stop();
  for (std::thread& t : loaders) {
    t.join();
  }
  BOOST_TEST(cancelled == 2);
  // The backend does not look for its client while a trigger sleeps.
  database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tiny'");
  database.execute("DROP OWNED BY tiny CASCADE");
}

BOOST_AUTO_TEST_CASE(a_database_made_read_only_is_not_written_and_waited_for) {
  const auto target = open_target();
  database.execute("ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
  auto o = options();
  const error e = error_of([&] { postgres_target(o).rehearse(); });
  BOOST_TEST(name_of(e.code()) == "unavailable");
  BOOST_TEST(has(e.what(), "default_transaction_read_only"));
  const auto late = std::make_shared<postgres_target>(o);
  late->expect(identity, false);
  const batch b = batches.next({event_rows(1, 10)});
  std::thread loader([&] { open_sink(late)->write(b); });
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 2u; }));
  database.execute("SET transaction_read_only = off; ALTER DATABASE " + database.name() +
                   " RESET default_transaction_read_only");
  loader.join();
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(a_server_older_than_13_is_refused_by_its_version) {
  raw_server old([](raw_server::connection& c) {
    c.send(message('R', std::string(4, '\0')) +
           message('S', std::string("server_version\0"
                                    "12.22\0",
                                    21)) +
           message('K', std::string(8, '\1')) + message('Z', "I"));
    c.read_request();
  });
  auto o = options();
  o.url = "postgresql://u@127.0.0.1:" + std::to_string(old.port()) + "/d?sslmode=disable&gssencmode=disable";
  const error e = error_of([&] { postgres_target(o).rehearse(); });
  BOOST_TEST(name_of(e.code()) == "config");
  BOOST_TEST(has(e.what(), "version 13 or later is needed"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(postgres_replication)

BOOST_AUTO_TEST_CASE(a_standby_is_an_absent_database_until_it_is_promoted) {
  postgres_cluster cluster;
  loading_fixture f{test_database(cluster), {}, {}};
  f.open_sink(f.open_target())->write(f.batches.next({event_rows(1, 10)}));
  f.database.execute("COPY (SELECT 1) TO PROGRAM 'cat > standby.signal'");
  cluster.restart();
  auto o = f.options();
  BOOST_TEST((error_of([&] { postgres_target(o).peek(); }).code() == errc::unavailable));
  BOOST_TEST((error_of([&] { postgres_target(o).rehearse(); }).code() == errc::unavailable));
  const auto target = std::make_shared<postgres_target>(o);
  target->compare_with({{}, f.batches.last_pages()});
  target->expect(f.identity, false);
  const batch b = f.batches.next({event_rows(11, 20)});
  std::thread loader([&] { loading_fixture::open_sink(target)->write(b); });
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 2u; }));
  f.database.execute("SELECT pg_promote()");
  loader.join();
  BOOST_TEST(f.rows() == 20);
}

BOOST_AUTO_TEST_CASE(a_commit_that_waits_for_its_synchronous_standby_is_waited_for_and_not_ended) {
  postgres_cluster cluster;
  loading_fixture f{test_database(cluster), {}, {}};
  auto o = f.options();
  o.io_timeout = 300ms;
  const auto target = f.open_target(o);
  target->claim(std::vector<slice_id>{0});
  f.database.execute("ALTER SYSTEM SET synchronous_standby_names = 'absent'");
  f.database.execute("SELECT pg_reload_conf()");
  BOOST_TEST_REQUIRE(eventually([&] { return f.database.value("SHOW synchronous_standby_names") == "absent"; }));
  const batch b = f.batches.next({event_rows(1, 10)});
  write_outcome done;
  std::thread loader([&] { done = loading_fixture::open_sink(target)->write(b); });
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 3u; }));
  BOOST_TEST(f.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 1);
  BOOST_TEST(f.rows() == 0);
  f.database.execute("ALTER SYSTEM RESET synchronous_standby_names");
  f.database.execute("SELECT pg_reload_conf()");
  loader.join();
  BOOST_TEST(done.rows_loaded == 10u);
  BOOST_TEST(f.rows() == 10);
}

BOOST_AUTO_TEST_SUITE_END()

#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"
#include "support/tcp_proxy.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

/// As in a Query message, not as in ON COMMIT DROP.
const std::string commit_message{"COMMIT\0", 7};

page_batches::rows large_page() {
  page_batches::rows rows;
  for (int i = 0; i < 60000; ++i) {
    rows.push_back(event_row("event-" + std::to_string(i), std::string(300, '7')));
  }
  return rows;
}

struct outage_fixture : loading_fixture {
  tcp_proxy proxy{postgres_cluster::shared().port()};

  postgres_options options_through_proxy() const {
    auto o = options();
    o.url = database.url_at(proxy.port());
    return o;
  }

  /// Slice 0 is its own already, so that the next COMMIT is that of a range.
  std::shared_ptr<postgres_target> open_target(const postgres_options& o) const {
    auto target = loading_fixture::open_target(o);
    target->claim(std::vector<slice_id>{0});
    return target;
  }
  std::shared_ptr<postgres_target> open_target() const { return open_target(options()); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_outage, outage_fixture)

BOOST_AUTO_TEST_CASE(a_connection_cut_in_mid_copy_is_made_anew_and_the_range_loaded_once) {
  auto o = options_through_proxy();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(-10, -1)}));
  proxy.cut_after(5 << 20);
  const auto done = loader->write(batches.next({large_page()}));
  BOOST_TEST(proxy.cuts() == 1);
  BOOST_TEST(done.rows_loaded == 60000u);
  BOOST_TEST(o.counters->load_retries >= 1u);
  BOOST_TEST(rows() == 60010);
}

BOOST_AUTO_TEST_CASE(a_connection_cut_before_the_commit_arrives_loads_again) {
  auto o = options_through_proxy();
  const auto loader = open_sink(open_target(o));
  proxy.cut_on(commit_message, tcp_proxy::moment::before);
  const auto done = loader->write(batches.next({event_rows(1, 100)}));
  BOOST_TEST(proxy.cuts() == 1);
  BOOST_TEST(done.rows_loaded == 100u);
  BOOST_TEST(rows() == 100);
}

BOOST_AUTO_TEST_CASE(a_commit_whose_answer_is_lost_counts_once) {
  auto o = options_through_proxy();
  const auto loader = open_sink(open_target(o));
  for (const auto when : {tcp_proxy::moment::after, tcp_proxy::moment::after_silently}) {
    o.io_timeout = 1s;
    const int before = rows();
    const std::uint64_t counted = o.counters->rows_loaded;
    auto quick = open_sink(open_target(o));
    proxy.cut_on(commit_message, when);
    const auto done = quick->write(batches.next({event_rows(before + 1, before + 100)}));
    BOOST_TEST(done.rows_loaded == 100u);
    BOOST_TEST(done.rows_already_loaded == 0u);
    BOOST_TEST(o.counters->rows_loaded == counted + 100u);
    BOOST_TEST(rows() == before + 100);
  }
  BOOST_TEST(proxy.cuts() == 2);
}

BOOST_AUTO_TEST_CASE(a_slice_is_made_our_own_again_when_the_answer_to_that_is_lost) {
  const auto loader = open_sink(loading_fixture::open_target(options_through_proxy()));
  proxy.cut_on(commit_message, tcp_proxy::moment::after);
  BOOST_TEST(loader->write(batches.next({event_rows(1, 100)})).rows_loaded == 100u);
  BOOST_TEST(proxy.cuts() == 1);
  BOOST_TEST(number("SELECT fence FROM ingest.slices") == 2);
}

BOOST_AUTO_TEST_CASE(rejected_rows_are_written_down_once_though_the_transaction_is_repeated) {
  const auto loader = open_sink(open_target(options_through_proxy()));
  proxy.cut_on(commit_message, tcp_proxy::moment::before);
  const auto done = loader->write(batches.next({{event_row("a"), "b\tbad"}}));
  BOOST_TEST(proxy.cuts() == 1);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(rejects().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_black_hole_is_noticed_by_its_silence_and_its_session_ended) {
  auto o = options_through_proxy();
  o.io_timeout = 500ms;
  o.connect_timeout = 500ms;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 10)}));
  // The page's ledger row is locked by the session that we lose: the new one has to get rid of it.
  proxy.cut_on("COPY ", tcp_proxy::moment::after_silently);
  const auto done = loader->write(batches.next({event_rows(11, 20)}));
  BOOST_TEST(done.rows_loaded == 10u);
  BOOST_TEST(proxy.cuts() == 1);
  proxy.stall();
  std::thread healer([&] {
    BOOST_TEST(eventually([&] { return o.counters->load_retries >= 3u; }));
    proxy.resume();
  });
  loader->write(batches.next({event_rows(21, 30)}));
  healer.join();
  BOOST_TEST(rows() == 30);
}

BOOST_AUTO_TEST_CASE(a_database_that_is_absent_at_the_start_is_waited_for) {
  auto o = options();
  postgres_cluster::shared().stop_immediate();
  const auto target = std::make_shared<postgres_target>(o);
  BOOST_TEST((error_of([&] { target->peek(); }).code() == errc::unavailable));
  target->expect(identity, false);
  std::uint64_t loaded = 0;
  std::thread loader([&] { loaded = open_sink(target)->write(batches.next({event_rows(1, 10)})).rows_loaded; });
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 2u; }));
  postgres_cluster::shared().start();
  loader.join();
  BOOST_TEST(loaded == 10u);
  BOOST_TEST(number("SELECT fence FROM ingest.slices") == 1);
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_at_once_in_mid_copy_loses_and_doubles_nothing) {
  auto o = options();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(-100, -1)}));
  std::uint64_t loaded = 0;
  const batch b = batches.next({large_page()});
  std::thread writer([&] { loaded = loader->write(b).rows_loaded; });
  BOOST_TEST(eventually(
      [&] { return number("SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 1000") == 1; }));
  postgres_cluster::shared().restart();
  writer.join();
  BOOST_TEST(loaded == 60000u);
  BOOST_TEST(o.counters->load_retries >= 1u);
  BOOST_TEST(rows() == 60100);
}

BOOST_AUTO_TEST_CASE(a_restart_between_ranges_goes_unnoticed) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 10)}));
  postgres_cluster::shared().restart();
  BOOST_TEST(loader->write(batches.next({event_rows(11, 20)})).rows_loaded == 10u);
  BOOST_TEST(rows() == 20);
}

BOOST_AUTO_TEST_CASE(a_backend_frozen_in_mid_transaction_that_wakes_up_later_changes_nothing) {
  auto o = options();
  o.io_timeout = 1s;
  const auto target = open_target(o);
  database.execute(
      "CREATE SEQUENCE attempts; CREATE FUNCTION first_sleeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('attempts') = 1 THEN PERFORM pg_sleep(0.5); END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER first_sleeps BEFORE INSERT ON ingested_events EXECUTE FUNCTION first_sleeps()");
  const batch b = batches.next({event_rows(1, 10)});
  write_outcome done;
  std::thread writer([&] { done = open_sink(target)->write(b); });
  const std::string sleeper = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  BOOST_REQUIRE(eventually([&] { return !database.value(sleeper).empty(); }));
  const int backend = number(sleeper);
  BOOST_REQUIRE(::kill(backend, SIGSTOP) == 0);
  // It holds the ledger row of the page, so the transaction that replaces it has to wait and to come again.
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 2u; }));
  BOOST_TEST(rows() == 0);
  ::kill(backend, SIGCONT);
  writer.join();
  BOOST_TEST(done.rows_loaded == 10u);
  BOOST_TEST(eventually(
      [&] { return number("SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(backend)) == 0; }));
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(a_server_whose_disk_is_full_is_waited_for_and_no_row_becomes_a_reject) {
  auto o = options();
  const auto target = open_target(o);
  database.execute(
      "CREATE SEQUENCE attempts; CREATE FUNCTION full_twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('attempts') <= 2 THEN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END IF; "
      "RETURN NEW; END $$;"
      "CREATE TRIGGER full_twice BEFORE INSERT ON ingested_events EXECUTE FUNCTION full_twice()");
  const auto done = open_sink(target)->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(done.rows_loaded == 10u);
  BOOST_TEST(done.rows_rejected == 0u);
  BOOST_TEST(o.counters->load_retries == 2u);
}

BOOST_AUTO_TEST_CASE(an_outage_beyond_the_deadline_is_unavailable_for_good) {
  auto o = options_through_proxy();
  o.outage_deadline = 300ms;
  o.connect_timeout = 200ms;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 10)}));
  proxy.stall();
  proxy.cut();
  const error e = error_of([&] { loader->write(batches.next({event_rows(11, 20)})); });
  BOOST_TEST((e.code() == errc::unavailable));
  BOOST_TEST(!e.transient());
  BOOST_TEST(!e.in_doubt());
  BOOST_TEST(std::string(e.what()).find("gave no answer for") != std::string::npos);
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(an_outage_that_leaves_a_commit_in_doubt_says_so) {
  auto o = options_through_proxy();
  o.outage_deadline = 0s;
  const auto loader = open_sink(open_target(o));
  proxy.cut_on(commit_message, tcp_proxy::moment::after);
  const error e = error_of([&] { loader->write(batches.next({event_rows(1, 10)})); });
  BOOST_TEST(e.in_doubt());
  BOOST_TEST(!e.transient());
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_wait_for_an_absent_database_within_a_second) {
  auto o = options_through_proxy();
  o.connect_timeout = 300ms;
  proxy.stall();
  std::stop_source stop;
  const auto target = std::make_shared<postgres_target>(o);
  target->expect(identity, false);
  const auto loader = open_sink(target, 0, stop.get_token());
  const batch b = batches.next({event_rows(1, 10)});
  std::optional<error> first;
  std::thread writer([&] { first = error_of([&] { loader->write(b); }); });
  std::optional<error> second;
  std::thread opener([&] { second = error_of([&] { target->open_run(identity, false, stop.get_token()); }); });
  BOOST_TEST(eventually([&] { return o.counters->load_retries >= 2u; }));
  const auto asked = std::chrono::steady_clock::now();
  stop.request_stop();
  writer.join();
  opener.join();
  BOOST_TEST((std::chrono::steady_clock::now() - asked < 1s));
  BOOST_TEST((first.value().code() == errc::cancelled));
  BOOST_TEST((second.value().code() == errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()

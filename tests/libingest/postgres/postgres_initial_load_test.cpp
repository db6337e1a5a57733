#include <boost/test/unit_test.hpp>
#include <random>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"
#include "support/tcp_proxy.hpp"

using namespace ingest;
using namespace ingest::testing;
using namespace std::chrono_literals;

namespace {

struct initial_load_fixture : loading_fixture {
  postgres_options initial() const {
    auto o = options();
    o.initial_load = true;
    return o;
  }

  bool has_key() const {
    return number(
               "SELECT count(*) FROM pg_index WHERE indrelid = 'ingested_events'::regclass AND indisprimary "
               "AND indisvalid") == 1;
  }

  int indexes() const { return number("SELECT count(*) FROM pg_index WHERE indrelid = 'ingested_events'::regclass"); }

  std::string extra_of(const std::string& id) const {
    return database.value("SELECT data->>'extra' FROM ingested_events WHERE id = '" + id + "'");
  }

  /// From now on an ALTER TABLE takes that much longer, at its end.
  void slow_down_the_key(const std::string& seconds = "100") const {
    database.execute(
        "CREATE FUNCTION take_long() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(" + seconds +
        "); END $$;"
        "CREATE EVENT TRIGGER take_long ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION take_long()");
  }

  bool key_is_being_built() const {
    return number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1;
  }
};

bool has(const error& e, const std::string& part) {
  return std::string(e.what()).find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_initial_load, initial_load_fixture)

BOOST_AUTO_TEST_CASE(the_key_is_built_when_all_is_loaded_and_not_before) {
  const auto target = open_target(initial());
  const auto loader = open_sink(target);
  BOOST_TEST(loader->write(batches.last({event_rows(1, 100)})).rows_loaded == 100u);
  BOOST_TEST(!has_key());
  BOOST_TEST(!target->peek().value().complete);
  loader->finalize();
  BOOST_TEST(has_key());
  BOOST_TEST(indexes() == 1);
  BOOST_TEST(target->peek().value().complete);
  BOOST_TEST(rows() == 100);
  open_sink(target, 1)->finalize();
  BOOST_TEST(rows() == 100);
}

BOOST_AUTO_TEST_CASE(of_events_with_one_id_the_first_that_was_loaded_stays_and_the_others_are_counted) {
  auto o = initial();
  const auto target = open_target(o);
  const auto loader = open_sink(target);
  auto page = event_rows(1, 20);
  page.push_back(event_row("event-7", "2"));
  loader->write(batches.next({page, {event_row("event-8", "2"), event_row("new", "2")}}));
  loader->write(batches.last({event_rows(15, 30), {event_row("event-7", "3"), event_row("new", "3")}}));
  loader->finalize();
  BOOST_TEST(rows() == 31);
  BOOST_TEST(extra_of("event-7") == "1");
  BOOST_TEST(extra_of("event-8") == "1");
  BOOST_TEST(extra_of("new") == "2");
  BOOST_TEST(o.counters->duplicates_skipped == 2u, "those of one range");
  BOOST_TEST(o.counters->duplicates_removed == 8u);
  const ledger_view view = target->peek().value();
  BOOST_TEST(view.rows == 31u);
  BOOST_TEST(view.duplicates == 10u);
  BOOST_TEST(has_key());
}

BOOST_AUTO_TEST_CASE(rows_are_refused_as_they_are_with_the_key) {
  std::mt19937 random(1);
  std::string long_id;  // too long even when compressed, unlike the one of equal letters
  while (long_id.size() < 4000) {
    long_id += "0123456789abcdefghijklmnopqrstuv"[random() % 32];
  }
  const page_batches::rows page{event_row("good"), "\t{}", "nul\t{\"a\":\"\\u0000\"}", long_id + "\t{}",
                                std::string(3000, 'x') + "\t{}"};
  const auto loader = open_sink(open_target(initial()));
  const auto done = loader->write(batches.last({page}));
  loader->finalize();
  auto with_key = options();
  with_key.table = "with_key";
  with_key.pipeline = identity.pipeline = "keyed";
  const auto expected = open_sink(open_target(with_key))->write(page_batches().next({page}));
  BOOST_TEST(done.rows_rejected == 3u);
  BOOST_TEST(done.rows_rejected == expected.rows_rejected);
  BOOST_TEST(done.rows_loaded == expected.rows_loaded);
  const auto lines = rejects();
  BOOST_REQUIRE(lines.size() == 6u);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto sqlstate = [](const std::string& line) { return line.substr(line.find("\"sqlstate\""), 18); };
    BOOST_TEST(sqlstate(lines[i]) == sqlstate(lines[i + 3]));
  }
}

BOOST_AUTO_TEST_CASE(a_table_that_another_has_created_is_refused_with_what_to_do) {
  for (const std::string key : {"PRIMARY KEY", "NOT NULL"}) {
    database.execute("DROP TABLE IF EXISTS ingested_events; CREATE TABLE ingested_events (id text " + key +
                     ", data jsonb NOT NULL)");
    const error e = error_of([&] { open_target(initial()); });
    BOOST_TEST((e.code() == errc::config));
    BOOST_TEST((has(e, "`initial_load`") || has(e, "ADD PRIMARY KEY")), e.what());
    BOOST_TEST((error_of([&] { postgres_target(initial()).rehearse(); }).code() == errc::config));
  }
}

BOOST_AUTO_TEST_CASE(another_pipeline_has_to_wait_for_the_end_of_an_initial_load) {
  const auto loader = open_sink(open_target(initial()));
  loader->write(batches.last({event_rows(1, 10)}));
  initial_load_fixture::identity.pipeline = "other";
  auto o = options();
  o.pipeline = "other";
  const error e = error_of([&] { open_target(o); });
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(has(e, "pipeline \"test\""), e.what());
  loader->finalize();
  BOOST_TEST(open_target(o)->is_open());
}

BOOST_AUTO_TEST_CASE(a_later_run_without_the_option_finishes_what_was_begun_and_one_with_it_may_come_again) {
  open_sink(open_target(initial()))->write(batches.next({event_rows(1, 10)}));
  const auto second = open_target();
  BOOST_TEST(second->opened().value().rows == 10u);
  const auto loader = open_sink(second);
  loader->write(batches.last({event_rows(6, 15)}));
  loader->finalize();
  BOOST_TEST(has_key());
  BOOST_TEST(rows() == 15);
  const auto third = open_target(initial());
  open_sink(third)->finalize();
  BOOST_TEST(third->peek().value().rows == 15u);
}

BOOST_AUTO_TEST_CASE(a_run_that_starts_over_keeps_the_rows_of_the_one_before_and_builds_the_key) {
  open_sink(open_target(initial()))->write(batches.next({event_rows(1, 10)}));
  identity.run_id = std::string(32, 'b');
  const auto target = open_target(options(), true);
  const auto loader = open_sink(target);
  loader->write(page_batches().last({event_rows(1, 25)}));
  loader->finalize();
  BOOST_TEST(rows() == 25);
  BOOST_TEST(target->peek().value().rows == 15u);
  BOOST_TEST(target->peek().value().duplicates == 10u);
}

BOOST_AUTO_TEST_CASE(a_key_that_a_person_has_built_meanwhile_is_taken) {
  const auto loader = open_sink(open_target(initial()));
  loader->write(batches.next({event_rows(1, 10)}));
  database.execute("ALTER TABLE ingested_events ADD PRIMARY KEY (id)");
  BOOST_TEST(loader->write(batches.last({event_rows(6, 15)})).duplicates_skipped == 5u);
  loader->finalize();
  BOOST_TEST(rows() == 15);
}

BOOST_AUTO_TEST_CASE(duplicates_are_removed_from_a_table_that_a_publication_tells_subscribers_of) {
  const auto target = open_target(initial());
  open_sink(target)->write(batches.last({event_rows(1, 1000), event_rows(501, 1500)}));
  database.execute("CREATE PUBLICATION everything FOR ALL TABLES");
  open_sink(target)->finalize();
  BOOST_TEST(rows() == 1500);
  BOOST_TEST(has_key());
  BOOST_TEST(database.value("SELECT relreplident FROM pg_class WHERE oid = 'ingested_events'::regclass") == "d");
  BOOST_TEST(open_target()->opened().value().complete);
}

BOOST_AUTO_TEST_CASE(removed_duplicates_of_other_content_are_set_aside) {
  auto o = initial();
  const auto target = open_target(o);
  open_sink(target)->write(batches.next({event_rows(1, 100)}));
  page_batches::rows again = event_rows(1, 100);
  again[6] = event_row("event-7", "\"other \\\\ one\"");
  open_sink(target)->write(batches.last({again}));
  open_sink(target)->finalize();
  BOOST_TEST(rows() == 100);
  BOOST_TEST(extra_of("event-7") == "1");
  BOOST_TEST(o.counters->duplicates_removed == 100u);
  BOOST_TEST(o.counters->duplicates_differing == 1u);
  BOOST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("\"reason\":\"differs\"") != std::string::npos);
  BOOST_TEST(rejects()[0].find(R"("id":"event-7","encoding":"json","event":{)") != std::string::npos);
  BOOST_TEST(rejects()[0].find(R"("extra": "other \\ one")") != std::string::npos, rejects()[0]);
}

BOOST_AUTO_TEST_CASE(of_several_loaders_exactly_one_builds_the_key) {
  const auto target = open_target(initial());
  open_sink(target)->write(batches.last({event_rows(1, 1000), event_rows(501, 1500)}));
  database.execute(
      "CREATE TABLE built (at timestamptz DEFAULT now());"
      "CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO built DEFAULT VALUES; "
      "END $$; CREATE EVENT TRIGGER note ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION note()");
  std::vector<std::thread> loaders;
  for (std::size_t i = 0; i < 4; ++i) {
    loaders.emplace_back([&, i] { open_sink(target, i)->finalize(); });
  }
  for (std::thread& t : loaders) {
    t.join();
  }
  BOOST_TEST(number("SELECT count(*) FROM built") == 1);
  BOOST_TEST(rows() == 1500);
}

BOOST_AUTO_TEST_CASE(a_stop_while_the_key_is_built_is_answered_within_a_second_and_leaves_it_to_the_next_run) {
  std::stop_source stop;
  const auto target = open_target(initial());
  const auto loader = open_sink(target, 0, stop.get_token());
  loader->write(batches.next({event_rows(1, 10)}));
  loader->write(batches.last({event_rows(1, 10)}));
  slow_down_the_key();
  std::optional<error> e;
  std::thread finisher([&] { e = error_of([&] { loader->finalize(); }); });
  BOOST_TEST(eventually([&] { return key_is_being_built(); }));
  const auto asked = std::chrono::steady_clock::now();
  stop.request_stop();
  finisher.join();
  BOOST_TEST((std::chrono::steady_clock::now() - asked < 1s));
  BOOST_TEST((e.value().code() == errc::cancelled));
  loader->abort(*e);
  // The server notices by itself that nobody waits for the key any more.
  BOOST_TEST(eventually([&] { return !key_is_being_built(); }));
  database.execute("DROP EVENT TRIGGER take_long");
  BOOST_TEST(rows() == 20);
  open_sink(open_target())->finalize();
  BOOST_TEST(has_key());
  BOOST_TEST(rows() == 10);
}

BOOST_AUTO_TEST_CASE(a_key_that_takes_longer_than_the_time_limit_of_silence_is_waited_for) {
  auto o = initial();
  o.io_timeout = 500ms;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.last({event_rows(1, 10)}));
  slow_down_the_key("1.5");
  loader->finalize();
  BOOST_TEST(has_key());
  BOOST_TEST(o.counters->load_retries == 0u);
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_at_once_while_the_key_is_built_builds_it_when_it_is_back) {
  auto o = initial();
  const auto target = open_target(o);
  const auto loader = open_sink(target);
  loader->write(batches.next({event_rows(1, 10)}));
  loader->write(batches.last({event_rows(1, 10)}));
  slow_down_the_key();
  std::thread finisher([&] { loader->finalize(); });
  BOOST_TEST(eventually([&] { return key_is_being_built(); }));
  postgres_cluster::shared().restart();
  // It has forgotten the key, and begins again.
  BOOST_TEST(eventually([&] { return key_is_being_built(); }));
  database.execute("DROP EVENT TRIGGER take_long");
  database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
  finisher.join();
  BOOST_TEST(has_key());
  BOOST_TEST(indexes() == 1);
  BOOST_TEST(rows() == 10);
  BOOST_TEST(o.counters->duplicates_removed == 10u);
  BOOST_TEST(target->peek().value().rows == 10u);
}

BOOST_AUTO_TEST_CASE(the_answer_to_the_last_commit_may_be_lost) {
  tcp_proxy proxy{postgres_cluster::shared().port()};
  auto o = initial();
  o.url = database.url_at(proxy.port());
  const auto target = open_target(o);
  const auto loader = open_sink(target);
  loader->write(batches.next({event_rows(1, 10)}));
  loader->write(batches.last({event_rows(6, 15)}));
  proxy.cut_on(std::string("COMMIT\0", 7), tcp_proxy::moment::after);
  loader->finalize();
  BOOST_TEST(proxy.cuts() == 1);
  BOOST_TEST(o.counters->duplicates_removed == 5u);
  BOOST_TEST(target->peek().value().duplicates == 5u);
  BOOST_TEST(target->peek().value().complete);
  BOOST_TEST(rows() == 15);
}

BOOST_AUTO_TEST_CASE(keeps_the_first_or_the_last_of_rows_that_the_server_puts_anywhere) {
  constexpr int ids = 4'000;
  std::mt19937 random(1);
  page_batches::rows lines;
  for (int id = 0; id < ids; ++id) {
    for (const char* version : {"1", "2"}) {
      std::string filler;
      while (filler.size() < static_cast<std::size_t>(10 + id * 7919 % 1790)) {
        filler += "0123456789abcdefghijklmnopqrstuv"[random() % 32];
      }
      lines.push_back(std::to_string(id) + "\t{\"extra\":" + version + ",\"filler\":\"" + filler + "\"}");
    }
  }
  for (const disposition write : {disposition::skip, disposition::merge}) {
    database.execute("DROP TABLE IF EXISTS ingested_events; DROP SCHEMA IF EXISTS ingest CASCADE");
    auto o = initial();
    o.write = write;
    const auto loader = open_sink(open_target(o));
    const auto done = loader->write(page_batches().last({lines}));
    loader->finalize();
    BOOST_TEST(done.duplicates_skipped == static_cast<std::uint64_t>(ids));
    BOOST_TEST(o.counters->duplicates_differing == (write == disposition::skip ? static_cast<unsigned>(ids) : 0u));
    const std::string stays = write == disposition::skip ? "1" : "2";
    BOOST_TEST(number("SELECT count(*) FROM ingested_events WHERE data->>'extra' = '" + stays + "'") == ids);
    BOOST_TEST(rows() == ids);
  }
}

BOOST_AUTO_TEST_CASE(does_not_guess_which_row_came_last_where_the_table_was_rewritten_meanwhile) {
  for (const char* const rewrite : {"ALTER TABLE ingested_events ALTER id TYPE varchar USING id || ''",
                                    "VACUUM FULL ingested_events", "ALTER TABLE ingested_events ADD n int"}) {
    for (const disposition write : {disposition::skip, disposition::merge}) {
      database.execute("DROP TABLE IF EXISTS ingested_events; DROP SCHEMA IF EXISTS ingest CASCADE");
      auto o = initial();
      o.write = write;
      page_batches pages;
      const auto loader = open_sink(open_target(o));
      loader->write(pages.next({{event_row("a", "1"), event_row("b", "1")}}));
      database.execute(rewrite);
      loader->write(pages.last({{event_row("a", "2"), event_row("b", "1")}}));
      if (std::string(rewrite).find("ADD") != std::string::npos) {  // which rewrites nothing
        loader->finalize();
        BOOST_TEST(rows() == 2);
        continue;
      }
      const error refused = error_of([&] { loader->finalize(); });
      BOOST_TEST((refused.code() == errc::bad_data), refused.what());
      BOOST_TEST(std::string(refused.what()).find("rewritten") != std::string::npos, refused.what());
      BOOST_TEST(!has_key());
    }
  }
}

BOOST_AUTO_TEST_CASE(goes_on_where_a_table_was_rewritten_whose_copies_are_alike) {
  const auto o = initial();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{event_row("a", "1")}}));
  database.execute("VACUUM FULL ingested_events");
  loader->write(batches.last({{event_row("a", "1")}}));
  loader->finalize();
  BOOST_TEST(has_key());
  BOOST_TEST(rows() == 1);
}

BOOST_AUTO_TEST_CASE(a_run_that_was_replaced_builds_no_key) {
  const auto old = open_sink(open_target(initial()));
  old->write(batches.next({event_rows(1, 10)}));
  const auto current = open_target(initial());
  BOOST_TEST((error_of([&] { old->finalize(); }).code() == errc::locked));
  BOOST_TEST(!has_key());
  const auto finisher = open_sink(current);
  finisher->write(batches.last({event_rows(11, 20)}));
  finisher->finalize();
  BOOST_TEST(has_key());
}

BOOST_AUTO_TEST_SUITE_END()

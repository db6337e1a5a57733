// covers: what becomes of records whose key the table has: they take the place of what is there (merge), or stay beside
// it (append), each of them once, and in the order in which they were read.
#include <boost/test/unit_test.hpp>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"
#include "support/stderr_capture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct disposition_fixture : loading_fixture {
  postgres_options with(disposition write, bool typed = false) const {
    auto o = options();
    o.write = write;
    if (typed) {
      o.typed = typed_table{{"id"}, schema_policy::evolve};
    }
    return o;
  }

  std::string extra(const std::string& id) const {
    return database.value(
        "SELECT string_agg(data->>'extra', ',' ORDER BY data->>'extra') FROM ingested_events "
        "WHERE id::text = '" +
        id + "'");
  }
  std::string value(const std::string& id, const std::string& column) const {
    return database.value("SELECT " + column + " FROM ingested_events WHERE id::text = '" + id + "'");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(records_that_are_merged, disposition_fixture)

BOOST_AUTO_TEST_CASE(take_the_place_of_the_row_that_has_their_key) {
  auto o = with(disposition::merge);
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{event_row("a", "1"), event_row("b", "1"), event_row("c", "1")}}));
  const auto done = loader->write(batches.next({{event_row("b", "2"), event_row("c", "1"), event_row("d", "1")}}));
  BOOST_TEST(extra("b") == "2");
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(done.duplicates_skipped == 1u, "the same record again");
  BOOST_TEST(o.counters->duplicates_differing == 0u);
  BOOST_TEST(rejects().empty());
  BOOST_TEST(rows() == 4);
}

BOOST_AUTO_TEST_CASE(of_two_pipelines_in_one_table_are_told_of_once) {
  auto second = with(disposition::merge);
  second.pipeline = "second";
  open_sink(open_target(with(disposition::merge)))->write(batches.next({event_rows(1, 3)}));
  identity.pipeline = "second";
  const auto told_by = [&](const postgres_options& o) {
    const stderr_capture told;
    open_target(o);
    return told.text();
  };
  const std::string told = told_by(second);
  BOOST_TEST(told.find("table_shared") != std::string::npos, told);
  BOOST_TEST(told.find("the table has one row of it, that which was loaded last") != std::string::npos, told);
  BOOST_TEST(told_by(second).find("table_shared") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_one_key_leave_the_last_that_was_read) {
  const auto loader = open_sink(open_target(with(disposition::merge)));
  loader->write(batches.next({{event_row("z", "1"), event_row("a", "9"), event_row("z", "3")},
                              {event_row("a", "1"), event_row("z", "2"), event_row("m", "1")}}));
  BOOST_TEST(extra("z") == "2");
  BOOST_TEST(extra("a") == "1");
  BOOST_TEST(rows() == 3);
}

BOOST_AUTO_TEST_CASE(leave_the_last_of_keys_that_are_one_value_in_other_letters) {
  database.execute("CREATE TABLE ingested_events (id uuid PRIMARY KEY, data jsonb NOT NULL)");
  const std::string small = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  const std::string large = "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11";
  const auto loader = open_sink(open_target(with(disposition::merge)));
  const auto done = loader->write(batches.next({{event_row(small, "1"), event_row(large, "2")}}));
  BOOST_TEST(extra(small) == "2");
  BOOST_TEST(done.rows_rejected == 0u);
  loader->write(batches.next({{event_row(large, "3"), event_row(small, "4")}}));
  BOOST_TEST(extra(small) == "4");
  BOOST_TEST(rows() == 1);
}

BOOST_AUTO_TEST_CASE(write_no_row_that_is_the_same) {
  database.execute("CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data json NOT NULL)");
  const auto loader = open_sink(open_target(with(disposition::merge)));
  loader->write(batches.next({event_rows(1, 100)}));
  const std::string written = database.value("SELECT string_agg(ctid::text, '' ORDER BY id) FROM ingested_events");
  const auto done = loader->write(batches.next({event_rows(1, 100)}));
  BOOST_TEST(done.duplicates_skipped == 100u);
  BOOST_TEST(database.value("SELECT string_agg(ctid::text, '' ORDER BY id) FROM ingested_events") == written);
  BOOST_TEST(database.value("SELECT count(*) FROM ingested_events WHERE xmax <> 0") == "0",
             "nor is one locked, which writes its page as well");
}

BOOST_AUTO_TEST_CASE(replace_all_columns_of_a_typed_table_and_add_those_that_are_new) {
  auto o = with(disposition::merge, true);
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{"a\t{\"id\":\"a\",\"n\":1,\"gone\":\"x\"}", "b\t{\"id\":\"b\",\"n\":1}"}}));
  const auto done =
      loader->write(batches.next({{"a\t{\"id\":\"a\",\"n\":\"many\",\"new\":true}", "b\t{\"id\":\"b\",\"n\":1}"}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.duplicates_skipped == 1u);
  BOOST_TEST(value("a", "concat_ws(' ', n, gone, \"new\", _ingest_extra)") == "t {\"n\": \"many\"}");
  loader->write(batches.next({{"a\t{\"id\":\"a\",\"n\":2}"}}));
  BOOST_TEST(value("a", "concat_ws(' ', n, gone, \"new\", _ingest_extra)") == "2");
}

BOOST_AUTO_TEST_CASE(that_the_table_refuses_are_set_aside_and_the_row_stays) {
  database.execute(
      "CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb NOT NULL "
      "CHECK ((data->>'extra')::int < 10))");
  const auto loader = open_sink(open_target(with(disposition::merge)));
  loader->write(batches.next({event_rows(1, 50)}));
  auto changed = event_rows(1, 50);
  for (auto& row : changed) {
    row = event_row(row.substr(0, row.find('\t')), "2");
  }
  changed[20] = event_row("event-21", "10");
  const auto done = loader->write(batches.next({changed}));
  BOOST_TEST(done.rows_loaded == 49u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(extra("event-21") == "1");
  BOOST_TEST(extra("event-22") == "2");
}

BOOST_AUTO_TEST_CASE(pass_by_a_trigger_that_drops_some) {
  database.execute(
      "CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb NOT NULL);"
      "CREATE FUNCTION drop_some() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN IF NEW.id = 'event-3' THEN RETURN NULL; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER t BEFORE INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION drop_some()");
  const auto loader = open_sink(open_target(with(disposition::merge)));
  loader->write(batches.next({event_rows(1, 2)}));
  auto next = event_rows(1, 5);
  next.push_back(event_row("event-2", "2"));
  const auto done = loader->write(batches.next({next}));
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(done.rows_loaded == 3u);
  BOOST_TEST(extra("event-2") == "2");
  BOOST_TEST(rows() == 4);
}

BOOST_AUTO_TEST_CASE(change_rows_of_a_partitioned_table) {
  database.execute(
      "CREATE TABLE ingested_events (data jsonb NOT NULL, id text COLLATE \"C\" PRIMARY KEY) PARTITION BY HASH (id);"
      "CREATE TABLE p0 (id text COLLATE \"C\" NOT NULL, data jsonb NOT NULL);"
      "ALTER TABLE ingested_events ATTACH PARTITION p0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
      "CREATE TABLE p1 PARTITION OF ingested_events FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
  const auto loader = open_sink(open_target(with(disposition::merge)));
  loader->write(batches.next({event_rows(1, 20)}));
  auto next = event_rows(11, 30);
  next.front() = event_row("event-11", "2");
  loader->write(batches.next({next}));
  BOOST_TEST(extra("event-11") == "2");
  BOOST_TEST(rows() == 30);
}

BOOST_AUTO_TEST_CASE(of_an_initial_load_leave_the_last_one_too) {
  auto o = with(disposition::merge);
  o.initial_load = true;
  const auto target = open_target(o);
  const auto loader = open_sink(target);
  loader->write(batches.next({{event_row("a", "3"), event_row("b", "1"), event_row("a", "1")}}));
  loader->write(batches.last({{event_row("b", "3"), event_row("b", "2"), event_row("c", "1")}}));
  loader->finalize();
  BOOST_TEST(extra("a") == "1");
  BOOST_TEST(extra("b") == "2");
  BOOST_TEST(rows() == 3);
  BOOST_TEST(o.counters->duplicates_skipped == 2u);
  BOOST_TEST(o.counters->duplicates_removed == 1u);
  BOOST_TEST(o.counters->duplicates_differing == 0u);
}

BOOST_AUTO_TEST_CASE(are_merged_from_the_beginning_of_a_run_or_not_at_all) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  for (const disposition other : {disposition::merge, disposition::append}) {
    const error refused = error_of([&] { open_target(with(other)); });
    BOOST_TEST((refused.code() == errc::config));
    BOOST_TEST(std::string(refused.what()).find("began with `write` skip") != std::string::npos, refused.what());
  }
  const auto loader = open_sink(open_target());
  loader->write(batches.last({event_rows(11, 20)}));
  loader->finalize();
  BOOST_TEST(rows() == 20);
  open_target(with(disposition::merge));  // of a run that is complete it changes nothing any more
  identity.run_id = std::string(32, 'b');
  page_batches next;
  open_sink(open_target(with(disposition::merge), true))->write(next.next({{event_row("event-1", "2")}}));
  BOOST_TEST(extra("event-1") == "2");
}

BOOST_AUTO_TEST_CASE(of_a_run_go_into_a_table_of_one_kind) {
  const auto loader = open_sink(open_target());
  loader->write(batches.last({event_rows(1, 10)}));
  loader->finalize();
  const auto view = postgres_target(with(disposition::skip, true)).peek();
  BOOST_REQUIRE(view->refusal.has_value());
  BOOST_TEST((view->refusal->code() == errc::config));
  BOOST_TEST(std::string(view->refusal->what()).find("a table of (id, data), not of columns") != std::string::npos,
             view->refusal->what());
  BOOST_TEST(!postgres_target(options()).peek()->refusal.has_value());
}

BOOST_AUTO_TEST_CASE(are_not_loaded_ahead_of_others) {
  const auto target = open_target(with(disposition::merge));
  const auto first = batches.next({event_rows(1, 10)});
  const auto second = batches.next({event_rows(11, 20)});
  const error refused = error_of([&] { open_sink(target, 1)->write(second); });
  BOOST_TEST((refused.code() == errc::config));
  BOOST_TEST(std::string(refused.what()).find("one loader") != std::string::npos, refused.what());
  open_sink(target)->write(first);
  BOOST_TEST(open_sink(target, 1)->write(second).rows_loaded == 10u);
}

BOOST_AUTO_TEST_CASE(are_loaded_ahead_of_others_whose_keys_are_not_theirs) {
  const auto target = open_target(with(disposition::merge));
  const auto first = batches.next({{event_row("a", "1"), event_row("b", "1")}});
  const auto second = batches.next({{event_row("c", "1"), event_row("d", "1")}});
  const auto loader = open_sink(target, 1);
  const auto keys_of_first = loader->keys(first);
  const auto keys_of_second = loader->keys(second);
  BOOST_REQUIRE((keys_of_first && keys_of_second));
  BOOST_TEST(keys_of_first->numbers.size() == 2u);
  BOOST_TEST((*keys_of_first != *keys_of_second));
  BOOST_TEST(loader->write(second).rows_loaded == 2u);
  BOOST_TEST(loader->write(first).rows_loaded == 2u);
}

BOOST_AUTO_TEST_CASE(whose_table_is_altered_behind_the_telling_of_their_keys_are_offered_again) {
  const auto target = open_target(with(disposition::merge));
  const auto first = batches.next({{event_row("a", "1")}});
  const auto second = batches.next({{event_row("b", "1")}});
  const auto loader = open_sink(target, 1);
  loader->keys(second);
  database.execute("ALTER TABLE ingested_events ADD other text, ADD FOREIGN KEY (other) REFERENCES ingested_events");
  BOOST_CHECK_THROW(loader->write(second), keys_changed);
  BOOST_TEST(rows() == 0);
  BOOST_TEST(!loader->keys(second).has_value(), "rows may be in each other's way from now on");
  open_sink(target)->write(first);
  BOOST_TEST(loader->write(second).rows_loaded == 1u);
}

BOOST_AUTO_TEST_CASE(go_on_where_the_table_is_as_it_was_again) {
  const auto target = open_target(with(disposition::merge));
  const auto loader = open_sink(target, 1);
  const auto batch_of = [&](const char* id) { return batches.next({{event_row(id, "1")}}); };
  database.execute("CREATE UNIQUE INDEX another ON ingested_events (id)");
  const auto first = batch_of("a");
  BOOST_TEST(loader->keys(first).has_value(), "nobody has looked yet");
  BOOST_CHECK_THROW(loader->write(first), keys_changed);
  BOOST_TEST(loader->write(first).rows_loaded == 1u);
  database.execute("DROP INDEX another");
  const auto second = batch_of("b");
  BOOST_TEST(!loader->keys(second).has_value());
  BOOST_TEST(loader->write(second).rows_loaded == 1u);
  BOOST_TEST(loader->keys(batch_of("c")).has_value());
}

BOOST_AUTO_TEST_CASE(that_differ_in_what_only_the_columns_collation_takes_for_the_same_are_written) {
  database.execute(
      "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
      "CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, name text COLLATE any_case, f float8, "
      "_ingest_extra jsonb)");
  const auto loader = open_sink(open_target(with(disposition::merge, true)));
  loader->write(batches.next({{"a\t{\"id\":\"a\",\"name\":\"smith\",\"f\":0.3}"}}));
  loader->write(batches.next({{"a\t{\"id\":\"a\",\"name\":\"SMITH\",\"f\":0.3}"}}));
  BOOST_TEST(value("a", "name") == "SMITH");
  loader->write(batches.next({{"a\t{\"id\":\"a\",\"name\":\"SMITH\",\"f\":0.30000000000000004}"}}));
  BOOST_TEST(value("a", "f > 0.3::float8") == "t");
}

BOOST_AUTO_TEST_CASE(need_a_key_that_is_named) {
  auto o = with(disposition::merge, true);
  o.typed->key.clear();
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config));
}

BOOST_AUTO_TEST_CASE(need_the_grant_to_change_rows) {
  database.execute("CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb NOT NULL)");
  open_target(with(disposition::merge));
  database.execute(
      "CREATE ROLE narrow LOGIN; GRANT USAGE, CREATE ON SCHEMA ingest TO narrow; "
      "GRANT ALL ON ALL TABLES IN SCHEMA ingest TO narrow; GRANT SELECT, INSERT ON ingested_events TO narrow");
  auto o = with(disposition::merge);
  o.url = database.url_as("narrow");
  const error refused = error_of([&] { open_target(o); });
  BOOST_TEST((refused.code() == errc::config));
  BOOST_TEST(std::string(refused.what()).find("GRANT UPDATE ON TABLE ingested_events TO narrow") != std::string::npos,
             refused.what());
  database.execute("GRANT UPDATE (id, data) ON ingested_events TO narrow");
  open_target(o);
}

BOOST_AUTO_TEST_CASE(are_refused_where_postgresql_changes_no_row) {
  database.execute(
      "CREATE TABLE ingested_events (id text COLLATE \"C\" NOT NULL UNIQUE, data jsonb NOT NULL);"
      "CREATE PUBLICATION all_of_it FOR ALL TABLES");
  const error refused = error_of([&] { open_target(with(disposition::merge)); });
  BOOST_TEST((refused.code() == errc::config));
  BOOST_TEST(std::string(refused.what()).find("REPLICA IDENTITY") != std::string::npos, refused.what());
  database.execute("ALTER TABLE ingested_events REPLICA IDENTITY USING INDEX ingested_events_id_key");
  open_target(with(disposition::merge));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(records_that_are_appended, disposition_fixture)

BOOST_AUTO_TEST_CASE(are_rows_of_their_own_whatever_their_key) {
  for (const bool typed : {false, true}) {
    database.execute("DROP TABLE IF EXISTS ingested_events; DROP SCHEMA IF EXISTS ingest CASCADE");
    page_batches pages;
    const auto loader = open_sink(open_target(with(disposition::append, typed)));
    loader->write(pages.next({{event_row("a", "1"), event_row("a", "1"), "\t{\"extra\":5}"}}));
    const auto done = loader->write(pages.next({{event_row("a", "2")}}));
    BOOST_TEST(done.rows_loaded == 1u);
    BOOST_TEST(rows() == 4);
    BOOST_TEST(number("SELECT count(*) FROM ingested_events WHERE id IS NULL") == 1);
    BOOST_TEST(number("SELECT count(*) FROM pg_index WHERE indrelid = 'ingested_events'::regclass") == 0);
  }
}

BOOST_AUTO_TEST_CASE(are_there_once_however_often_their_pages_come) {
  const batch first = batches.next({event_rows(1, 10)});
  const batch second = batches.last({event_rows(1, 10)});
  for (int process = 0; process < 3; ++process) {
    const auto target = open_target(with(disposition::append));
    const auto loader = open_sink(target);
    const auto done = loader->write(first);
    BOOST_TEST(done.rows_already_loaded == (process == 0 ? 0u : 10u));
    loader->write(second);
    BOOST_TEST(rows() == 20);
    if (process == 1) {
      loader->finalize();
      BOOST_TEST(target->peek()->complete);
    }
  }
}

BOOST_AUTO_TEST_CASE(do_not_go_to_a_table_that_an_initial_load_is_filling) {
  auto filling = options();
  filling.initial_load = true;
  open_sink(open_target(filling))->write(batches.next({event_rows(1, 10)}));
  auto o = with(disposition::append);
  const error own = error_of([&] { open_target(o); });
  BOOST_TEST((own.code() == errc::config));
  o.pipeline = "another";
  const run_identity other{"another", std::string(32, 'b'), "everything"};
  const error others = error_of([&] { std::make_shared<postgres_target>(o)->open_run(other, false); });
  BOOST_TEST((others.code() == errc::config));
  BOOST_TEST(std::string(others.what()).find("is filling it") != std::string::npos, others.what());
}

BOOST_AUTO_TEST_CASE(go_to_a_table_of_others_that_has_no_key) {
  database.execute("CREATE TABLE ingested_events (id text, data jsonb, seen timestamptz DEFAULT now())");
  const auto loader = open_sink(open_target(with(disposition::append)));
  loader->write(batches.next({event_rows(1, 3), event_rows(1, 3)}));
  BOOST_TEST(rows() == 6);
}

BOOST_AUTO_TEST_CASE(are_set_aside_where_the_table_has_a_key_and_the_row) {
  database.execute("CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb)");
  const auto loader = open_sink(open_target(with(disposition::append)));
  const auto done = loader->write(batches.next({event_rows(1, 30), {event_row("event-7", "2")}}));
  BOOST_TEST(done.rows_loaded == 30u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(extra("event-7") == "1");
}

BOOST_AUTO_TEST_CASE(have_no_initial_load) {
  auto o = with(disposition::append);
  o.initial_load = true;
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config));
}

BOOST_AUTO_TEST_SUITE_END()

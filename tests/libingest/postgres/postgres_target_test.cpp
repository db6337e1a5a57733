#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

struct target_fixture : loading_fixture {
  error refusal(const postgres_options& o) {
    return error_of([&] { open_target(o); });
  }

  /// Creates the table by `sql`, and returns why it is refused, by a rehearsal as by a run.
  std::string refusal_of_table(const std::string& sql) {
    database.execute(sql);
    const error e = refusal(options());
    BOOST_TEST(name_of(e.code()) == "config");
    BOOST_TEST(error_of([&] { postgres_target(options()).rehearse(); }).what() == std::string(e.what()));
    database.execute("DROP TABLE ingested_events CASCADE");
    return e.what();
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_target_of_a_run, target_fixture)

BOOST_AUTO_TEST_CASE(creates_table_and_ledger_where_there_is_nothing) {
  postgres_target target(options());
  BOOST_TEST(!target.peek().has_value());
  BOOST_TEST(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'ingest'") == "0");
  BOOST_TEST(!target.opened().has_value());
  BOOST_TEST(target.open_run(identity, false).slices.empty());
  BOOST_TEST(target.opened().has_value());
  BOOST_TEST((target.peek().value().identity == identity));
  BOOST_TEST(database.value("SELECT string_agg(attname || ' ' || format_type(atttypid, -1) || ' ' || attnotnull, ', ' "
                            "ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'ingested_events'::regclass "
                            "AND attnum > 0") == "id text true, data jsonb true");
}

BOOST_AUTO_TEST_CASE(tells_what_is_loaded) {
  const auto loader = open_sink(open_target());
  loader->write(batches.next({event_rows(1, 10), event_rows(11, 30)}, 0));
  batches.next({event_rows(0, 0)}, 7);
  loader->write(batches.last({event_rows(31, 35)}, 7));
  const ledger_view view = open_target()->opened().value();
  BOOST_TEST(view.rows == 35u);
  BOOST_TEST(view.pages == 3u);
  BOOST_TEST(view.slices_done == 0u);
  BOOST_REQUIRE(view.slices.size() == 2u);
  const ledger_slice& whole = view.slices[0];
  BOOST_TEST((whole.gapless == slice_progress{0, 2, "after \"page\" 2 of 0 \\", false, 30}));
  BOOST_TEST((whole.reached == whole.gapless));
  const ledger_slice& with_a_hole = view.slices[1];
  BOOST_TEST((with_a_hole.gapless == slice_progress{7, 0, "", false, 0}));
  BOOST_TEST((with_a_hole.reached == slice_progress{7, 2, "after \"page\" 2 of 7 \\", true, 5}));
  BOOST_TEST(!with_a_hole.loaded.contains(1));
  BOOST_TEST(with_a_hole.loaded.contains(2));
}

BOOST_AUTO_TEST_CASE(tells_of_slices_that_have_ended_only_when_asked_for_them) {
  const slice_id named("invoices", "2026-01");
  const auto loader = open_sink(open_target());
  loader->write(batches.last({event_rows(1, 10)}, named));
  loader->write(batches.last({event_rows(11, 15)}, 1));
  const postgres_target target(options());
  BOOST_TEST(target.peek()->slices.empty());
  BOOST_TEST(target.peek()->slices_done == 2u);
  const ledger_view view = target.peek(std::vector<slice_id>{named, 8}).value();
  BOOST_REQUIRE(view.slices.size() == 1u);
  BOOST_TEST((view.slices[0].reached == slice_progress{named, 1, "after \"page\" 1 of 2026-01 \\", true, 10}));
  BOOST_TEST(view.slices_done == 2u);
  BOOST_TEST(number("SELECT count(*) FROM ingest.pages") == 0, "what is folded needs no rows of its own");
}

BOOST_AUTO_TEST_CASE(a_run_that_began_without_the_database_gives_way_to_the_one_in_its_ledger) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  run_identity blind = identity;
  blind.run_id = std::string(32, 'b');
  postgres_target target(options());
  target.compare_with({{}, {}, false, true});
  const error e = error_of([&] { target.open_run(blind, false); });
  BOOST_TEST(name_of(e.code()) == "locked");
  BOOST_TEST(has(e.what(), "start again"));
}

BOOST_AUTO_TEST_CASE(a_table_that_is_dropped_before_the_end_is_not_complete) {
  const auto loader = open_sink(open_target());
  loader->write(batches.last({event_rows(1, 10)}));
  database.execute("DROP TABLE ingested_events");
  const error e = error_of([&] { loader->finalize(); });
  BOOST_TEST(name_of(e.code()) == "bad_data");
  BOOST_TEST(has(e.what(), "is gone"));
}

BOOST_AUTO_TEST_CASE(a_table_that_was_emptied_holds_nothing_of_a_run_that_is_under_way) {
  const auto loader = open_sink(open_target());
  loader->write(batches.last({event_rows(1, 10)}));
  database.execute("TRUNCATE ingested_events");
  BOOST_TEST(has(postgres_target(options()).peek()->refusal.value().what(), "is empty"));
  BOOST_TEST(has(error_of([&] { loader->finalize(); }).what(), "is empty"));
  BOOST_TEST((refusal(options()).code() == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(a_table_holds_of_a_run_also_the_rows_that_were_there_before) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  identity.run_id = std::string(32, 'b');
  page_batches again;
  const auto loader = open_sink(open_target(options(), true));
  BOOST_TEST(loader->write(again.last({event_rows(1, 10)})).duplicates_skipped == 10u);
  database.execute("TRUNCATE ingested_events");
  BOOST_TEST(has(error_of([&] { loader->finalize(); }).what(), "is empty"));
  BOOST_TEST(has(postgres_target(options()).peek()->refusal.value().what(), "is empty"));
  database.execute("DROP TABLE ingested_events");
  BOOST_TEST(has(postgres_target(options()).peek()->refusal.value().what(), "is gone"));
  BOOST_TEST((refusal(options()).code() == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(a_ledger_tells_where_its_rows_are_when_that_is_not_where_they_are_meant_to_be) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(!postgres_target(options()).peek()->refusal);
  auto other = options();
  other.table = "other_events";
  const auto elsewhere = postgres_target(other).peek();
  BOOST_TEST_REQUIRE(elsewhere->refusal.has_value());
  BOOST_TEST(name_of(elsewhere->refusal->code()) == "config");
  BOOST_TEST(has(elsewhere->refusal->what(), "public.ingested_events"));
  database.execute("DROP TABLE ingested_events");
  const auto gone = postgres_target(options()).peek();
  BOOST_TEST_REQUIRE(gone->refusal.has_value());
  BOOST_TEST(name_of(gone->refusal->code()) == "bad_data");
  BOOST_TEST(has(gone->refusal->what(), "is gone"));
}

BOOST_AUTO_TEST_CASE(another_run_of_the_pipeline_is_refused_unless_it_replaces_the_ledger) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  identity.run_id = std::string(32, 'b');
  const error e = refusal(options());
  BOOST_TEST((e.code() == errc::bad_data));
  BOOST_TEST(has(e.what(), "`start_over()`"));
  const auto fresh = open_target(options(), true);
  BOOST_TEST(fresh->opened().value().pages == 0u);
  BOOST_TEST(rows() == 10);
  page_batches again;
  const auto done = open_sink(fresh)->write(again.next({event_rows(1, 12)}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(done.duplicates_skipped == 10u);
}

BOOST_AUTO_TEST_CASE(the_next_sync_replaces_only_the_complete_run_that_it_follows) {
  const std::string first = identity.run_id;
  const auto begin_next = [&](char run, std::optional<postgres_options> o = {}) {
    identity.run_id = std::string(32, run);
    auto target = std::make_shared<postgres_target>(o.value_or(options()));
    known_pages known;
    known.follows = first;
    target->compare_with(known);
    target->open_run(identity, true);
    return target;
  };
  const auto loader = open_sink(open_target());
  loader->write(batches.last({event_rows(1, 10)}));
  const error set_back = error_of([&] { begin_next('b'); });
  BOOST_TEST((set_back.code() == errc::bad_data), "it was complete when somebody looked");
  BOOST_TEST(has(set_back.what(), "set back"));
  loader->finalize();

  auto elsewhere = options();
  elsewhere.table = "other_events";
  BOOST_TEST((error_of([&] { begin_next('e', elsewhere); }).code() == errc::config), "its rows are elsewhere");

  const auto next = begin_next('c');
  BOOST_TEST(next->opened().value().generation == 2u);
  BOOST_TEST(next->opened().value().rows == 0u);
  BOOST_TEST(next->opened().value().rows_before == 10u);
  next->complete_with("up to here");
  page_batches pages;
  const auto second = open_sink(next);
  second->write(pages.last({event_rows(8, 12)}));
  BOOST_TEST((error_of([&] { begin_next('d'); }).code() == errc::locked), "another has begun it");
  BOOST_TEST(next->peek().value().watermark == "");
  second->finalize();
  BOOST_TEST(next->peek().value().watermark == "up to here");
  BOOST_TEST(next->peek().value().duplicates == 3u);
  BOOST_TEST(rows() == 12);
}

BOOST_AUTO_TEST_CASE(replacing_the_ledger_twice_with_one_run_keeps_what_it_has_loaded) {
  open_sink(open_target(options(), true))->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(open_target(options(), true)->opened().value().rows == 10u);
}

BOOST_AUTO_TEST_CASE(another_plan_or_table_is_a_matter_of_settings) {
  open_target();
  auto o = options();
  o.table = "other_events";
  BOOST_TEST((refusal(o).code() == errc::config));
  BOOST_TEST(database.value("SELECT to_regclass('other_events') IS NULL") == "t");
  identity.plan = "something else";
  const error e = refusal(options());
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(has(e.what(), "`pipeline`"));
}

BOOST_AUTO_TEST_CASE(a_table_that_vanished_with_its_rows_is_not_taken_for_a_new_one) {
  open_sink(open_target())->write(batches.next({event_rows(1, 10)}));
  database.execute("DROP TABLE ingested_events");
  BOOST_TEST((refusal(options()).code() == errc::bad_data));
  BOOST_TEST((refusal(options()).code() == errc::bad_data));
}

BOOST_AUTO_TEST_CASE(unlogged_tables_are_refused_unless_asked_for) {
  BOOST_TEST(
      has(refusal_of_table("CREATE UNLOGGED TABLE ingested_events (id text PRIMARY KEY, data jsonb)"), "UNLOGGED"));
  database.execute("CREATE UNLOGGED TABLE ingested_events (id text PRIMARY KEY, data jsonb)");
  auto o = options();
  o.allow_unlogged = true;
  open_target(o);
  database.execute("ALTER TABLE ingested_events SET LOGGED; ALTER TABLE ingest.pages SET UNLOGGED");
  BOOST_TEST(has(refusal(options()).what(), "ingest.pages"));
}

BOOST_AUTO_TEST_CASE(names_of_tables_in_quotes_are_refused) {
  for (const std::string name : {"\"Orders\"", "\"S\".\"T\""}) {
    auto o = options();
    o.table = name;
    BOOST_TEST(has(error_of([&] {
                     postgres_target target(o);
                     target.open_run(identity, false);
                   }).what(),
                   "without quotes"),
               name);
  }
}

BOOST_AUTO_TEST_CASE(unsuitable_tables_are_refused_with_advice) {
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text PRIMARY KEY)"), "data"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (data jsonb)"), "id"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text PRIMARY KEY, data int)"), "data"));
  BOOST_TEST(
      has(refusal_of_table("CREATE TABLE ingested_events (id text NOT NULL, data jsonb)"), "ADD PRIMARY KEY (\"id\")"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text UNIQUE, data jsonb)"), "NOT NULL"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text COLLATE \"C\" NOT NULL, data jsonb); "
                                  "CREATE UNIQUE INDEX ON ingested_events (id COLLATE \"POSIX\")"),
                 "with the collation of the column"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text, n int, data jsonb, PRIMARY KEY (id, n))"),
                 "column n"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text PRIMARY KEY, n int NOT NULL, data json)"),
                 "column n"));
  database.execute("CREATE VIEW some_view AS SELECT ''::text AS id, '{}'::jsonb AS data");
  auto o = options();
  o.table = "some_view";
  BOOST_TEST(has(refusal(o).what(), "view"));
}

BOOST_AUTO_TEST_CASE(ids_of_types_that_do_not_keep_them_are_refused_by_rehearsal_and_run) {
  database.execute(
      "CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); "
      "CREATE DOMAIN amount AS numeric(20, 2); CREATE DOMAIN price AS amount");
  for (const std::string type : {"name", "float4", "float8", "char(30)", "bpchar", "money", "numeric(20)",
                                 "numeric(20, 4)", "price", "oid", "\"char\"", "text COLLATE no_case", "timestamptz"}) {
    BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id " + type + " PRIMARY KEY, data jsonb)"),
                   "ALTER COLUMN id TYPE text"),
               type);
  }
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (data jsonb, id text GENERATED ALWAYS AS "
                                  "(left(data::text, 9)) STORED PRIMARY KEY)"),
                 "generates"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text PRIMARY KEY, data name)"), "data"));
}

BOOST_AUTO_TEST_CASE(tables_that_copy_cannot_load_for_good_are_refused_by_rehearsal_and_run) {
  const std::string columns = "(id text PRIMARY KEY, data jsonb NOT NULL)";
  const std::string partitioned = "CREATE TABLE ingested_events (id text, data jsonb) PARTITION BY HASH (id); ";
  const std::string partition = "PARTITION OF ingested_events FOR VALUES WITH (MODULUS 1, REMAINDER 0)";
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events " + columns +
                                  "; CREATE RULE elsewhere AS ON INSERT TO ingested_events DO INSTEAD NOTHING"),
                 "rules for INSERT or UPDATE (elsewhere)"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events " + columns +
                                  "; CREATE TABLE old_ones () INHERITS (ingested_events)"),
                 "inherited from by old_ones"));
  BOOST_TEST(has(refusal_of_table(partitioned + "ALTER TABLE ingested_events ADD PRIMARY KEY (id); " +
                                  "CREATE UNLOGGED TABLE one " + partition),
                 "the partition one, which is UNLOGGED"));
  BOOST_TEST(has(refusal_of_table(partitioned +
                                  "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER far FOREIGN DATA "
                                  "WRAPPER far; CREATE FOREIGN TABLE two " +
                                  partition + " SERVER far"),
                 "the foreign table two"));
  BOOST_TEST(has(refusal_of_table("CREATE TABLE ingested_events (id text PRIMARY KEY DEFERRABLE, data jsonb)"),
                 "NOT DEFERRABLE"));
}

BOOST_AUTO_TEST_CASE(row_level_security_is_refused_where_it_applies_to_us) {
  database.execute(
      "DROP ROLE IF EXISTS watched; CREATE ROLE watched LOGIN; CREATE TABLE ingested_events (id text PRIMARY KEY, data "
      "jsonb); ALTER TABLE ingested_events ENABLE ROW LEVEL SECURITY; GRANT ALL ON ingested_events TO watched");
  open_target();
  database.execute("GRANT USAGE ON SCHEMA ingest TO watched; GRANT ALL ON ALL TABLES IN SCHEMA ingest TO watched");
  auto o = options();
  o.url = database.url_as("watched");
  BOOST_TEST(has(refusal(o).what(), "BYPASSRLS"));
  BOOST_TEST(has(error_of([&] { postgres_target(o).rehearse(); }).what(), "BYPASSRLS"));
  database.execute("DROP OWNED BY watched; DROP ROLE watched");
}

BOOST_AUTO_TEST_CASE(tables_with_more_columns_and_other_types_are_fine) {
  database.execute(
      "CREATE TABLE ingested_events (at timestamptz DEFAULT now(), data text, id uuid PRIMARY KEY, "
      "n bigserial)");
  const std::string id = "123e4567-e89b-12d3-a456-426614174000";
  const auto done = open_sink(open_target())->write(batches.next({{id + "\t{}", "no-uuid\t{}", id + "\t{}"}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST(done.duplicates_skipped == 1u);
}

BOOST_AUTO_TEST_CASE(missing_permissions_are_named) {
  database.execute("DROP ROLE IF EXISTS nobody_here; CREATE ROLE nobody_here LOGIN");
  auto o = options();
  o.url = database.url_as("nobody_here");
  BOOST_TEST((refusal(o).code() == errc::config));
  open_target();
  database.execute(
      "GRANT USAGE ON SCHEMA ingest TO nobody_here; GRANT ALL ON ALL TABLES IN SCHEMA ingest TO nobody_here;"
      "GRANT SELECT ON ingested_events TO nobody_here");
  const error e = refusal(o);
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(has(e.what(), "GRANT INSERT"));
  database.execute("GRANT INSERT ON ingested_events TO nobody_here");
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({event_rows(1, 10)}));
  BOOST_TEST(loader->write(batches.next({event_rows(1, 20)})).duplicates_skipped == 10u);
  database.execute("DROP OWNED BY nobody_here; DROP ROLE nobody_here");
}

BOOST_AUTO_TEST_CASE(any_name_is_just_a_name) {
  database.execute("CREATE SCHEMA \"o'dd \"\"one\"\"\"");
  for (const std::string name : {"x\"; DROP TABLE y; --", "o'dd \"one\".Tab'le", "SELECT", "täble \\ $1 %s"}) {
    auto o = options();
    o.table = name;
    o.pipeline = identity.pipeline = "pipe'line; " + name;
    page_batches fresh;
    const auto loader = open_sink(open_target(o));
    BOOST_TEST(loader->write(fresh.next({event_rows(1, 10)})).rows_loaded == 10u);
    BOOST_TEST(loader->write(fresh.next({event_rows(1, 11)})).duplicates_skipped == 10u);
    BOOST_TEST(loader->write(fresh.next({{event_row("a"), "b\tbad"}})).rows_rejected == 1u);
  }
  BOOST_TEST(number("SELECT count(*) FROM \"x\"\"; DROP TABLE y; --\"") == 12);
}

BOOST_AUTO_TEST_CASE(names_that_cannot_be_are_refused_before_connecting) {
  for (const std::string& name : {std::string(), std::string("a.b.c"), std::string(".a"), std::string("a."),
                                  std::string(64, 'x'), std::string("a\0b", 3)}) {
    auto o = options();
    o.table = name;
    BOOST_TEST((error_of([&] { postgres_target target(o); }).code() == errc::config));
  }
  auto o = options();
  o.table = "no_such_schema.events";
  BOOST_TEST(has(refusal(o).what(), "schema"));
  o.pipeline = "";
  BOOST_TEST((error_of([&] { postgres_target target(o); }).code() == errc::config));
}

BOOST_AUTO_TEST_CASE(errors_of_the_url_never_show_its_password) {
  const std::string canary = "canary-pass";
  database.execute(
      "DO $$ BEGIN CREATE ROLE with_password LOGIN PASSWORD 'another-one'; "
      "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  const int port = postgres_cluster::shared().port();
  const auto error_at = [&](const std::string& url) {
    auto o = options();
    o.url = url;
    const error e = error_of([&] { postgres_target(o).peek(); });
    BOOST_TEST(!has(e.what(), canary));
    BOOST_TEST(has(e.what(), "`url`"));
    return e.code();
  };
  const std::string at = "@127.0.0.1:" + std::to_string(port) + "/";
  BOOST_TEST(name_of(error_at("postgresql://with_password:" + canary + at + database.name())) == "authentication");
  BOOST_TEST(name_of(error_at("postgresql://with_password" + at + database.name())) == "authentication");
  BOOST_TEST(name_of(error_at("postgresql://postgres:" + canary + at + "no_such_database")) == "config");
  BOOST_TEST(name_of(error_at("postgresql://postgres:" + canary + "@:::::")) == "config");
  BOOST_TEST(name_of(error_at("postgresql://postgres:" + canary + "%@host/db")) == "config");
  BOOST_TEST(name_of(error_at("postgresql://postgres:" + canary + at + "x?sslmode=banana")) == "config");
  BOOST_TEST(name_of(error_at("postgresql://postgres:" + canary + "@127.0.0.1:1/x")) == "unavailable");
  BOOST_TEST(name_of(error_at("")) == "config");
}

BOOST_AUTO_TEST_CASE(a_table_that_we_create_compares_ids_by_their_bytes_with_its_key_and_without) {
  auto o = options();
  o.table = "keyed";
  open_target(o);
  o.table = "keyless";
  o.initial_load = true;
  o.pipeline = identity.pipeline = "another";
  open_target(o);
  BOOST_TEST(number("SELECT count(*) FROM pg_attribute WHERE attrelid IN ('keyed'::regclass, 'keyless'::regclass) "
                    "AND attname = 'id' AND attcollation = '\"C\"'::regcollation") == 2);
}

BOOST_AUTO_TEST_CASE(creates_a_table_once_though_two_find_it_missing) {
  open_target();  // the ledger is there
  for (int round = 0; round < 5; ++round) {
    std::vector<std::thread> openers;
    std::vector<std::string> problems(2);
    for (std::size_t i = 0; i < problems.size(); ++i) {
      openers.emplace_back([&, i] {
        auto o = options();
        o.table = "table_" + std::to_string(round);
        o.pipeline = "pipeline " + std::to_string(round) + (i == 0 ? "a" : "b");
        try {
          postgres_target(o).open_run({o.pipeline, std::string(32, 'a'), "everything"}, false);
        } catch (const error& e) {
          problems[i] = e.what();
        }
      });
    }
    for (std::thread& t : openers) {
      t.join();
    }
    BOOST_TEST(problems[0] + problems[1] == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()

// covers: a table whose rows are replaced as a whole, in one moment, by those of a run that is complete.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/ledger_view.hpp"
#include "postgres/libpq_connection.hpp"
#include "support/loading_fixture.hpp"
#include "support/stderr_capture.hpp"

using namespace std::chrono_literals;
using namespace ingest;
using namespace ingest::testing;

namespace {

struct replacing_fixture : loading_fixture {
  replacing_fixture() {
    database.execute("CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb)");
  }

  postgres_options replacing() const {
    auto o = options();
    o.write = disposition::replace;
    return o;
  }

  /// Another run of the pipeline, which forgets the one before.
  void begin_anew() {
    identity.run_id[0] = static_cast<char>(identity.run_id[0] + 1);
    batches = {};
  }

  /// A run that brings these events, from its beginning to its end.
  void replace_by(int first, int last) {
    begin_anew();
    const auto loader = open_sink(open_target(replacing(), true));
    loader->write(batches.last({event_rows(first, last)}));
    loader->finalize();
  }

  std::string ids() const { return database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM ingested_events"); }

  /// Tables beside the one that people read.
  int left_over() const { return number("SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_ingest\\_%'"); }

  std::string refusal() {
    return error_of([&] { open_target(replacing()); }).what();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_table_that_is_replaced, replacing_fixture)

BOOST_AUTO_TEST_CASE(has_the_rows_of_before_until_the_run_is_complete) {
  replace_by(1, 3);
  BOOST_TEST(ids() == "event-1 event-2 event-3");
  begin_anew();
  const auto target = open_target(replacing(), true);
  const auto loader = open_sink(target);
  loader->write(batches.next({event_rows(3, 4), event_rows(4, 5)}));
  BOOST_TEST(ids() == "event-1 event-2 event-3");
  BOOST_TEST(!target->peek()->refusal.has_value());
  loader->write(batches.last({event_rows(6, 6)}));
  BOOST_TEST(ids() == "event-1 event-2 event-3");
  loader->finalize();
  BOOST_TEST(ids() == "event-3 event-4 event-5 event-6");
  BOOST_TEST(target->peek()->complete);
  BOOST_TEST(!target->peek()->refusal.has_value());
  BOOST_TEST(target->peek()->duplicates == 1u);
  BOOST_TEST(left_over() == 0);
}

BOOST_AUTO_TEST_CASE(that_is_missing_is_created_empty_and_filled_at_the_end) {
  database.execute("DROP TABLE ingested_events");
  const auto loader = open_sink(open_target(replacing()));
  loader->write(batches.next({event_rows(1, 2)}));
  BOOST_TEST(rows() == 0);
  loader->write(batches.last({event_rows(3, 3)}));
  loader->finalize();
  BOOST_TEST(rows() == 3);
  BOOST_TEST(database.value("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'ingested_events'::regclass") ==
             "ingested_events_pkey");
}

BOOST_AUTO_TEST_CASE(stays_where_the_run_dies_and_is_replaced_by_its_successor) {
  replace_by(1, 3);
  begin_anew();
  open_sink(open_target(replacing(), true))->write(batches.next({event_rows(11, 12)}));
  BOOST_TEST(left_over() > 0);
  const auto loader = open_sink(open_target(replacing()));  // another process goes on with it
  loader->write(batches.last({event_rows(13, 13)}));
  BOOST_TEST(ids() == "event-1 event-2 event-3");
  loader->finalize();
  BOOST_TEST(ids() == "event-11 event-12 event-13");
  BOOST_TEST(left_over() == 0);
}

BOOST_AUTO_TEST_CASE(forgets_what_a_run_has_left_that_was_given_up) {
  begin_anew();
  open_sink(open_target(replacing(), true))->write(batches.next({event_rows(11, 12)}));
  replace_by(1, 2);
  BOOST_TEST(ids() == "event-1 event-2");
  BOOST_TEST(left_over() == 0);
}

BOOST_AUTO_TEST_CASE(is_not_complete_without_the_rows_that_were_loaded_beside_it) {
  begin_anew();
  open_sink(open_target(replacing(), true))->write(batches.next({event_rows(11, 12)}));
  database.execute("DROP TABLE " + database.value("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE "
                                                  "'%\\_ingest\\_%'"));
  const error gone = error_of([&] { open_target(replacing()); });
  BOOST_TEST((gone.code() == errc::bad_data), gone.what());
  BOOST_TEST(postgres_target(replacing()).peek()->refusal.has_value());
}

BOOST_AUTO_TEST_CASE(is_found_replaced_where_the_answer_of_the_commit_was_lost) {
  begin_anew();
  const auto first = open_target(replacing(), true);
  const auto loader = open_sink(first);
  loader->write(batches.last({event_rows(1, 2)}));
  const auto second = open_target(replacing());
  const auto other = open_sink(second);
  BOOST_TEST(other->write(batches.last({{}}, slice_id(1))).rows_loaded == 0u);
  other->finalize();
  BOOST_TEST(ids() == "event-1 event-2");
  // What knows of a replacement only, and finds it in its place.
  other->finalize();
  const auto third = open_sink(open_target(replacing()));
  third->finalize();
  BOOST_TEST(ids() == "event-1 event-2");
}

BOOST_AUTO_TEST_CASE(keeps_what_its_name_stands_for) {
  const std::string role = "reader_of_" + database.value("SELECT current_database()");
  database.execute(
      "DROP TABLE ingested_events; CREATE SEQUENCE numbers; CREATE ROLE " + role +
      ";"
      "CREATE TABLE kinds (kind int PRIMARY KEY); INSERT INTO kinds VALUES (0);"
      "CREATE TABLE ingested_events (id text COLLATE \"C\" CONSTRAINT the_key PRIMARY KEY, data jsonb NOT NULL, "
      "n bigint DEFAULT nextval('numbers'), again serial, counted bigint GENERATED BY DEFAULT AS IDENTITY, "
      "kind int DEFAULT 0 REFERENCES kinds, size int GENERATED ALWAYS AS (length(data::text)) STORED, "
      "CONSTRAINT counts UNIQUE (n), CONSTRAINT short CHECK (length(id) < 100)) WITH (fillfactor = 70);"
      "ALTER SEQUENCE numbers OWNED BY ingested_events.n;"
      "CREATE INDEX by_data ON ingested_events USING gin (data jsonb_path_ops) WHERE id <> 'x';"
      "CREATE UNIQUE INDEX by_size ON ingested_events (size, id DESC);"
      "CREATE INDEX by_size_too ON ingested_events (size, id DESC);"
      "ALTER TABLE ingested_events CLUSTER ON counts, SET (toast.autovacuum_enabled = false), ALTER data SET "
      "STATISTICS 7, "
      "ALTER kind SET (n_distinct = -0.5), ALTER data SET STORAGE EXTERNAL;"
      "REVOKE TRUNCATE, TRIGGER ON ingested_events FROM current_user; "
      "ALTER TABLE ingested_events FORCE ROW LEVEL SECURITY;"
      "COMMENT ON CONSTRAINT ingested_events_kind_fkey ON ingested_events IS 'of a kind that is known';"
      "COMMENT ON CONSTRAINT the_key ON ingested_events IS 'whose'; COMMENT ON CONSTRAINT counts ON ingested_events IS "
      "'each'; COMMENT ON INDEX by_size_too IS 'twice'; COMMENT ON INDEX the_key IS 'the same';"
      "COMMENT ON TABLE ingested_events IS 'all of them'; COMMENT ON COLUMN ingested_events.data IS 'as it came';"
      "GRANT SELECT ON ingested_events TO " +
      role + "; GRANT UPDATE (kind) ON ingested_events TO " + role +
      " WITH GRANT OPTION;"
      "CREATE VIEW \"Sizes\" WITH (security_barrier = true) AS SELECT id, size, e.data FROM ingested_events e;"
      "COMMENT ON VIEW \"Sizes\" IS 'how large'; GRANT SELECT ON \"Sizes\" TO " +
      role +
      "; CREATE VIEW largest AS SELECT max(size) AS size FROM \"Sizes\";"
      "CREATE VIEW small AS SELECT * FROM ingested_events WHERE size < 10 WITH LOCAL CHECK OPTION;"
      "INSERT INTO ingested_events (id, data) VALUES ('before', '{}')");
  const auto known = [this] {
    return database.value(
        "SELECT string_agg(fact, E'\\n' ORDER BY fact) FROM ("
        "SELECT concat_ws(' ', pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class')) AS fact FROM "
        "pg_index WHERE indrelid = 'ingested_events'::regclass UNION "
        "ALL "
        "SELECT concat_ws(' ', conname, pg_get_constraintdef(oid), obj_description(oid, "
        "'pg_constraint')) FROM pg_constraint WHERE conrelid = "
        "'ingested_events'::regclass "
        "UNION ALL SELECT relname || ' ' || concat_ws(' ', (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM "
        "unnest(relacl) AS a), reloptions, relowner::regrole, relforcerowsecurity, "
        "obj_description(oid)) "
        "FROM pg_class WHERE relname IN ('ingested_events', 'Sizes', 'largest', 'small') UNION ALL "
        "SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attacl, attidentity, "
        "attgenerated, "
        "pg_get_expr(d.adbin, d.adrelid), col_description(attrelid, attnum)) FROM pg_attribute a LEFT JOIN pg_attrdef "
        "d ON "
        "(d.adrelid, d.adnum) = (attrelid, attnum) WHERE attrelid = 'ingested_events'::regclass AND attnum > 0 UNION "
        "ALL "
        "SELECT concat_ws(' ', attname, attstattarget, (SELECT string_agg(o, ',') FROM unnest(attoptions) AS o WHERE o "
        "NOT "
        "LIKE 'pg\\_%'), attstorage) FROM pg_attribute WHERE attrelid = "
        "'ingested_events'::regclass AND attnum > 0 UNION ALL SELECT 'toast ' || t.reloptions::text FROM pg_class c "
        "JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.relname = 'ingested_events' UNION ALL SELECT 'clustered on "
        "' || "
        "indexrelid::regclass FROM pg_index WHERE indrelid = 'ingested_events'::regclass AND indisclustered UNION ALL "
        "SELECT pg_get_viewdef(oid) FROM pg_class WHERE relname IN ('Sizes', 'largest', 'small') UNION ALL "
        "SELECT pg_get_serial_sequence('ingested_events', 'n') || pg_get_serial_sequence('ingested_events', 'again')) "
        "facts");
  };
  const std::string before = known();
  replace_by(1, 9);
  BOOST_TEST(known() == before);
  BOOST_TEST(number("SELECT count(*) FROM \"Sizes\"") == 9);
  BOOST_TEST(number("SELECT size FROM largest") > 5);
  BOOST_TEST(number("SELECT count(*) FROM small") == 0);
  BOOST_TEST(number("SELECT reltuples FROM pg_class WHERE relname = 'ingested_events'") == 9);
  replace_by(5, 6);
  BOOST_TEST(known() == before);
  BOOST_TEST(ids() == "event-5 event-6");
  BOOST_TEST(left_over() == 0);
  database.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

BOOST_AUTO_TEST_CASE(gets_the_columns_that_records_bring) {
  database.execute(
      "DROP TABLE ingested_events; CREATE TABLE ingested_events (id text PRIMARY KEY, _ingest_extra jsonb);"
      "CREATE VIEW seen AS SELECT * FROM ingested_events");
  auto o = replacing();
  o.typed = typed_table{};
  begin_anew();
  const auto loader = open_sink(open_target(o, true));
  loader->write(batches.last({{event_row("a", "7")}}));
  BOOST_TEST(number("SELECT count(*) FROM pg_attribute WHERE attrelid = 'ingested_events'::regclass AND attnum > 0") ==
             2);
  loader->finalize();
  BOOST_TEST(database.value("SELECT extra FROM ingested_events") == "7");
  BOOST_TEST(database.value("SELECT id FROM seen") == "a");
  begin_anew();
  const auto next = open_sink(open_target(o, true));
  next->write(batches.last({{event_row("b", "8")}}));
  next->finalize();
  BOOST_TEST(database.value("SELECT id || extra FROM ingested_events") == "b8");
}

BOOST_AUTO_TEST_CASE(that_was_altered_meanwhile_stays) {
  replace_by(1, 3);
  begin_anew();
  const auto loader = open_sink(open_target(replacing(), true));
  loader->write(batches.last({event_rows(11, 12)}));
  database.execute("ALTER TABLE ingested_events ADD COLUMN note text; UPDATE ingested_events SET note = 'by hand'");
  const error altered = error_of([&] { loader->finalize(); });
  BOOST_TEST((altered.code() == errc::config));
  BOOST_TEST(
      std::string(altered.what()).find("column note of table public.ingested_events was added") != std::string::npos,
      altered.what());
  BOOST_TEST(number("SELECT count(*) FROM ingested_events WHERE note = 'by hand'") == 3);
}

BOOST_AUTO_TEST_CASE(keeps_what_somebody_adds_to_it_or_takes_away_while_a_run_goes_on) {
  database.execute("ALTER TABLE ingested_events ADD COLUMN note text DEFAULT 'a', ADD COLUMN gone int");
  for (const std::string change :
       {"ENABLE ROW LEVEL SECURITY", "ADD CONSTRAINT c CHECK (id <> '')", "ALTER note SET DEFAULT 'b'",
        "DROP COLUMN gone", "ALTER note SET STORAGE EXTERNAL", "ALTER note SET NOT NULL"}) {
    begin_anew();
    const auto loader = open_sink(open_target(replacing(), true));
    loader->write(batches.last({event_rows(1, 2)}));
    database.execute("ALTER TABLE ingested_events " + change);
    const error kept = error_of([&] { loader->finalize(); });
    BOOST_TEST((kept.code() == errc::config), change << ": " << kept.what());
    BOOST_TEST(rows() == 0);
    database.execute("ALTER TABLE ingested_events DISABLE ROW LEVEL SECURITY");
  }
}

BOOST_AUTO_TEST_CASE(is_nobody_elses) {
  replace_by(1, 3);
  auto other = options();
  other.pipeline = "other";
  identity.pipeline = "other";
  for (const disposition write : {disposition::skip, disposition::replace}) {
    other.write = write;
    const error refused = error_of([&] { open_target(other); });
    BOOST_TEST((refused.code() == errc::config));
    BOOST_TEST(std::string(refused.what()).find("is loaded by pipeline \"test\" as well") != std::string::npos,
               refused.what());
  }
}

BOOST_AUTO_TEST_CASE(stays_where_every_row_was_refused) {
  replace_by(1, 3);
  begin_anew();
  auto o = replacing();
  o.reject_limit = 100;
  const auto loader = open_sink(open_target(o, true));
  loader->write(batches.last({{"x\t{no json", "y\t{no json"}}));
  BOOST_TEST((error_of([&] { loader->finalize(); }).code() == errc::bad_data));
  BOOST_TEST(ids() == "event-1 event-2 event-3");
}

BOOST_AUTO_TEST_CASE(that_was_emptied_or_dropped_comes_back_with_the_next_run) {
  replace_by(1, 3);
  for (const std::string change : {"TRUNCATE ingested_events", "DROP TABLE ingested_events"}) {
    database.execute(change);
    BOOST_TEST(!postgres_target(replacing()).peek()->refusal.has_value());
    replace_by(4, 5);
    BOOST_TEST(ids() == "event-4 event-5");
  }
}

BOOST_AUTO_TEST_CASE(is_filled_where_only_we_can_see_it) {
  const std::string role = "curious_in_" + database.name();
  database.execute("CREATE ROLE " + role + "; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO " + role);
  open_sink(open_target(replacing()))->write(batches.next({event_rows(1, 2)}));
  BOOST_TEST(number("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE '%\\_ingest\\_%' AND "
                    "has_table_privilege('" +
                    role + "', oid, 'SELECT')") == 0);
  database.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

BOOST_AUTO_TEST_CASE(sets_rows_aside_that_its_foreign_keys_refuse) {
  database.execute(
      "CREATE TABLE known (id text PRIMARY KEY); INSERT INTO known VALUES ('event-1'), ('event-3');"
      "ALTER TABLE ingested_events ADD CONSTRAINT known FOREIGN KEY (id) REFERENCES known");
  replace_by(1, 3);
  BOOST_TEST(ids() == "event-1 event-3");
  BOOST_TEST(
      number("SELECT count(*) FROM pg_constraint WHERE conrelid = 'ingested_events'::regclass AND contype = 'f'") == 1);
}

BOOST_AUTO_TEST_CASE(has_indexes_of_functions_that_look_for_others_by_the_search_path) {
  database.execute(
      "CREATE FUNCTION inner_one(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';"
      "CREATE FUNCTION outer_one(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN inner_one($1); END "
      "$$;"
      "CREATE INDEX by_outer ON ingested_events (outer_one(id)); CREATE UNIQUE INDEX one ON ingested_events "
      "(outer_one(id))");
  if (number("SELECT current_setting('server_version_num')") >= 170'000) {  // which builds no index by that path
    begin_anew();
    const auto loader = open_sink(open_target(replacing(), true));
    loader->write(batches.last({event_rows(5, 6)}));
    const error refused = error_of([&] { loader->finalize(); });
    BOOST_TEST((refused.code() == errc::config));
    BOOST_TEST((std::string(refused.what()).find("SET search_path") != std::string::npos), refused.what());
    database.execute("ALTER FUNCTION outer_one SET search_path = public");
    open_sink(open_target(replacing()))->finalize();
    BOOST_TEST(ids() == "event-5 event-6");
  }
  replace_by(1, 3);
  BOOST_TEST(ids() == "event-1 event-2 event-3");
}

BOOST_AUTO_TEST_CASE(gets_an_index_that_was_made_meanwhile) {
  begin_anew();
  const auto loader = open_sink(open_target(replacing(), true));
  loader->write(batches.last({event_rows(11, 12)}));
  database.execute("CREATE INDEX of_today ON ingested_events (data)");
  loader->finalize();
  BOOST_TEST(database.value("SELECT pg_get_indexdef('of_today'::regclass)") ==
             "CREATE INDEX of_today ON public.ingested_events USING btree (data)");
  BOOST_TEST(rows() == 2);
}

BOOST_AUTO_TEST_CASE(is_emptied_by_a_run_that_finds_nothing) {
  replace_by(1, 3);
  begin_anew();
  const auto loader = open_sink(open_target(replacing(), true));
  loader->write(batches.last({{}}));
  const stderr_capture told;
  loader->finalize();
  BOOST_TEST(told.text().find("table_emptied") != std::string::npos, told.text());
  BOOST_TEST(rows() == 0);
}

BOOST_AUTO_TEST_CASE(waits_for_those_who_read_it) {
  replace_by(1, 3);
  begin_anew();
  const auto loader = open_sink(open_target(replacing(), true));
  loader->write(batches.last({event_rows(11, 12)}));
  detail::libpq_connection reader(detail::database_address(database.url()), "reader", {10s, 60s}, {});
  reader.run("BEGIN; SELECT FROM ingested_events");
  std::thread replacing([&] { loader->finalize(); });
  BOOST_TEST(eventually([&] { return number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; }));
  reader.run("COMMIT");
  replacing.join();
  BOOST_TEST(ids() == "event-11 event-12");
}

BOOST_AUTO_TEST_CASE(has_nothing_that_would_be_lost) {
  const auto refused = [this](const std::string& setup, const std::string& words, const std::string& undo) {
    database.execute(setup);
    const std::string told = refusal();
    BOOST_TEST(told.find(words) != std::string::npos, told);
    BOOST_TEST(told.find("cannot be replaced") != std::string::npos, told);
    database.execute(undo);
  };
  database.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$");
  refused("CREATE TRIGGER t BEFORE INSERT ON ingested_events FOR EACH ROW EXECUTE FUNCTION f()", "has the trigger t",
          "DROP TRIGGER t ON ingested_events");
  refused(
      "CREATE TABLE kinds (id text PRIMARY KEY); ALTER TABLE ingested_events ADD CONSTRAINT of_kinds FOREIGN KEY (id) "
      "REFERENCES kinds; ALTER TABLE ingested_events DISABLE TRIGGER ALL",
      "has the foreign key of_kinds whose triggers are disabled", "DROP TABLE kinds CASCADE");
  refused("CREATE POLICY p ON ingested_events", "row-level security", "DROP POLICY p ON ingested_events");
  refused("CREATE PUBLICATION p FOR ALL TABLES", "is published to subscribers, by p", "DROP PUBLICATION p");
  refused("ALTER TABLE ingested_events ADD COLUMN parent text REFERENCES ingested_events",
          "referred to by a foreign key", "ALTER TABLE ingested_events DROP COLUMN parent");
  refused("CREATE TABLE child (id text REFERENCES ingested_events)", "referred to by a foreign key of child",
          "DROP TABLE child");
  refused(
      "CREATE VIEW v AS SELECT 1 AS one; CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO ingested_events VALUES "
      "('x')",
      "rule r on view v", "DROP VIEW v");
  refused("CREATE MATERIALIZED VIEW m AS SELECT id FROM ingested_events", "materialized view m",
          "DROP MATERIALIZED VIEW m");
  refused("CREATE TABLE of_rows (r ingested_events)", "column r of table of_rows", "DROP TABLE of_rows");
  refused("CREATE FUNCTION g() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM ingested_events; END", "function g()",
          "DROP FUNCTION g()");
  refused(
      "DROP TABLE ingested_events; CREATE TABLE ingested_events (id text PRIMARY KEY, data jsonb) PARTITION BY HASH "
      "(id);"
      "CREATE TABLE part PARTITION OF ingested_events FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
      "is partitioned", "DROP TABLE ingested_events");
}

BOOST_AUTO_TEST_CASE(has_a_name_of_any_length) {
  const std::string name = std::string(61, 'n') + "\xc3\xa4";
  database.execute("CREATE TABLE \"" + name + "\" (id text PRIMARY KEY, data jsonb)");
  auto o = replacing();
  o.table = name;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.last({event_rows(1, 2)}));
  loader->finalize();
  BOOST_TEST(number("SELECT count(*) FROM \"" + name + "\"") == 2);
}

BOOST_AUTO_TEST_CASE(has_no_initial_load) {
  auto o = replacing();
  o.initial_load = true;
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config));
}

BOOST_AUTO_TEST_SUITE_END()

// covers: TABLES=typed from end to end: what the API holds can be put together again from the columns.
#include <signal.h>

#include <boost/test/unit_test.hpp>

#include "support/ingest_run.hpp"
#include "support/text_file.hpp"

using namespace ingest::testing;

namespace {

struct typed_run : ingest_run {
  explicit typed_run(int events, std::vector<std::string> api_flags = {}) : ingest_run(events, std::move(api_flags)) {
    environment["TABLES"] = "typed";
    environment["TABLE"] = "typed_events";
  }

  /// Each event as it was, of its columns and what was kept apart, compared with the API's. Null is like missing.
  std::string difference() {
    database.execute(
        "CREATE OR REPLACE VIEW ingested_events AS SELECT t.id, (SELECT jsonb_object_agg(key, value) FROM "
        "jsonb_each(to_jsonb(t) - '_ingest_extra' || coalesce(t._ingest_extra, '{}')) WHERE value <> 'null') AS data "
        "FROM typed_events t");
    return table_difference();
  }

  std::string type_of(const std::string& column) const {
    return database.value(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'typed_events'::regclass "
        "AND attname = '" +
        column + "'");
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_run_into_a_typed_table)

BOOST_AUTO_TEST_CASE(loads_every_event_whole) {
  typed_run r(5'000);
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.difference() == "");
  BOOST_TEST(r.type_of("sessionId") == "uuid");
  BOOST_TEST(r.type_of("properties") == "jsonb");
  const auto again = r.run("run");
  BOOST_TEST(again.exit_code == 0, again.err);
  BOOST_TEST(has(again.err, "complete already"), again.err);
}

BOOST_AUTO_TEST_CASE(loads_every_event_whole_in_slices_and_by_several_loaders) {
  typed_run r(5'000);
  auto flags = ingest_run::slices(4);
  flags.insert(flags.end(), {"--loaders", "4"});
  const auto p = r.run("run", flags);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.difference() == "");
}

BOOST_AUTO_TEST_CASE(goes_on_when_it_was_killed_between_adding_columns_and_filling_them) {
  typed_run r(5'000, {"--delay", "5"});
  // What comes behind the COMMIT that has added the columns takes long enough to be killed in.
  r.database.execute(
      "CREATE TABLE typed_events (id text COLLATE \"C\" PRIMARY KEY, _ingest_extra jsonb);"
      "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END "
      "$$;"
      "CREATE TRIGGER dawdle BEFORE INSERT ON typed_events FOR EACH STATEMENT EXECUTE FUNCTION dawdle()");
  child_process p = r.start("run");
  await(p, [&] { return has(p.err(), "columns_added"); });
  p.signal(SIGKILL);
  BOOST_TEST(p.wait() == 128 + SIGKILL);
  BOOST_TEST(r.type_of("name") == "text");
  BOOST_TEST(r.number("SELECT count(*) FROM typed_events") == 0);
  const auto again = r.run("run");
  BOOST_TEST(again.exit_code == 0, again.err);
  BOOST_TEST(r.difference() == "");
}

BOOST_AUTO_TEST_CASE(that_is_frozen_has_in_its_extra_column_what_has_none) {
  typed_run r(2'000);
  r.environment["SCHEMA_CHANGES"] = "freeze";
  r.database.execute("CREATE TABLE typed_events (id uuid PRIMARY KEY, name text, _ingest_extra jsonb)");
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.number("SELECT count(*) FROM typed_events WHERE _ingest_extra ? 'properties' AND name <> ''") == 2'000);
  BOOST_TEST(count_in(r.report(), "values_kept_apart") >= 2'000u * 4);
}

BOOST_AUTO_TEST_CASE(that_refuses_new_fields_ends_with_65_and_their_names) {
  typed_run r(2'000);
  r.environment["SCHEMA_CHANGES"] = "refuse";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 65, p.err);
  BOOST_TEST(has(p.err, "sessionId uuid"), p.err);
  BOOST_TEST(has(p.err, "SCHEMA_CHANGES"), p.err);
}

BOOST_AUTO_TEST_CASE(needs_a_key_that_is_a_field_of_the_record) {
  typed_run r(10);
  r.environment["ID_POINTER"] = "/session/id";
  const auto p = r.run("run");
  BOOST_TEST(p.exit_code == 78, p.err);
  BOOST_TEST(has(p.err, "ID_POINTER is /session/id"), p.err);
}

BOOST_AUTO_TEST_CASE(does_not_take_a_table_of_the_other_kind) {
  typed_run r(100);
  BOOST_TEST(r.run("run").exit_code == 0);
  r.environment["TABLES"] = "json";
  r.environment["PIPELINE"] = "another";
  const auto json = r.run("run", {"--data-dir", (r.directory / "json").string()});
  BOOST_TEST(json.exit_code == 78, json.err);
  BOOST_TEST(has(json.err, "data"), json.err);
}

BOOST_AUTO_TEST_CASE(of_a_file_has_columns_too) {
  typed_run r(0);
  put_text(r.directory / "a.csv", "id,name,born\n1,Ada,1815-12-10\n2,\"Grace, B.\",1906-12-09\n");
  const auto p = r.run("run", {"--from", "file:" + (r.directory / "a.csv").string()});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.type_of("born") == "date");
  BOOST_TEST(r.number("SELECT count(*) FROM typed_events WHERE name = 'Grace, B.' AND born = '1906-12-09'") == 1);
}

BOOST_AUTO_TEST_CASE(of_a_csv_file_has_columns_of_what_its_texts_say) {
  typed_run r(0);
  const std::string people = "id,n,share,active,zip,note\n1,7,0.50,true,01234,\n2,,-7,false,98765,x\n3,8,,,\"\",y\n";
  put_text(r.directory / "a.csv", people);
  const std::string from = "file:" + (r.directory / "a.csv").string();
  BOOST_TEST(r.run("run", {"--from", from}).exit_code == 0);
  BOOST_TEST(r.type_of("n") + ", " + r.type_of("share") + ", " + r.type_of("active") + ", " + r.type_of("zip") ==
             "bigint, numeric, boolean, text");
  BOOST_TEST(r.database.value("SELECT string_agg(concat_ws('/', n, share, active, zip, note), ' ' ORDER BY id) "
                              "FROM typed_events") == "7/0.50/t/01234 -7/f/98765/x 8/y");
  BOOST_TEST(r.number("SELECT count(*) FROM typed_events WHERE _ingest_extra IS NOT NULL") == 0);
  // What is no number comes later, and is not lost.
  put_text(r.directory / "a.csv", people + "4,many,12e4,,,\n");
  BOOST_TEST(r.run("run", {"--from", from, "--fresh", "--yes"}).exit_code == 0);
  BOOST_TEST(r.database.value("SELECT _ingest_extra FROM typed_events WHERE id = '4'") ==
             "{\"n\": \"many\", \"share\": \"12e4\"}");
  // Also where another command loads it than has read it.
  r.environment["TABLE"] = "loaded";
  BOOST_TEST(r.run("fetch", {"--from", from, "--fresh", "--yes"}).exit_code == 0);
  BOOST_TEST(r.run("load").exit_code == 0);
  BOOST_TEST(r.database.value("SELECT pg_typeof(active) FROM loaded LIMIT 1") == "boolean");
  r.environment["TABLE"] = "texts";
  r.environment["TYPES"] = "text";
  BOOST_TEST(r.run("run", {"--from", from, "--fresh", "--yes"}).exit_code == 0);
  BOOST_TEST(r.number("SELECT count(*) FROM texts WHERE n = '' AND share = '-7'") == 1);
}

BOOST_AUTO_TEST_CASE(of_a_csv_file_has_no_row_for_records_whose_id_is_empty) {
  typed_run r(0);
  put_text(r.directory / "a.csv", "id,a\n1,x\n,first blank\n\"\",second blank\n2,y\n");
  const std::string from = "file:" + (r.directory / "a.csv").string();
  r.environment["WRITE"] = "merge";
  for (const std::string types : {"infer", "text"}) {
    r.environment["TYPES"] = types;
    const auto p = r.run("run", {"--from", from, "--fresh", "--yes"});
    BOOST_TEST(p.exit_code == 0, p.err);
    BOOST_TEST(r.database.value("SELECT string_agg(id, ' ' ORDER BY id) FROM typed_events") == "1 2");
    BOOST_TEST(count_in(r.report(), "rows_rejected") == 2, types);
    const std::string rejects = text_of(r.data_dir() / "events_rejected.ndjson");
    BOOST_TEST(has(rejects, "first blank"), rejects);
    BOOST_TEST(has(rejects, "\"sqlstate\":\"23502\",\"message\":\"the record has no id,"), rejects);
  }
}

BOOST_AUTO_TEST_CASE(of_a_csv_file_reads_what_was_set_aside_as_it_reads_the_file) {
  typed_run r(0);
  r.database.execute(
      "CREATE TABLE typed_events (id text COLLATE \"C\" PRIMARY KEY, n bigint CHECK (n < 5), note text, "
      "_ingest_extra jsonb)");
  put_text(r.directory / "a.csv", "id,n,note\n1,1,x\n2,7,\n");
  r.environment["FROM"] = "file:" + (r.directory / "a.csv").string();
  const auto p = r.run("run", {"--reject-limit", "5"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(count_in(r.report(), "rows_rejected") == 1);
  r.database.execute("ALTER TABLE typed_events DROP CONSTRAINT typed_events_n_check");
  const auto again = r.run("rejects", {"replay"});
  BOOST_TEST(again.exit_code == 0, again.err);
  BOOST_TEST(r.number("SELECT count(*) FROM typed_events WHERE id = '2' AND n = 7 AND note IS NULL") == 1);
}

BOOST_AUTO_TEST_CASE(has_the_types_of_its_schema) {
  typed_run r(0);
  put_text(r.directory / "a.csv", "id,n\n1,7\n");
  put_text(r.directory / "schema.json", R"({"properties": {"id": {"type": "integer"}, "n": {"type": "number"}}})");
  const std::string from = "file:" + (r.directory / "a.csv").string();
  r.environment["SCHEMA_FILE"] = (r.directory / "missing.json").string();
  const auto missing = r.run("run", {"--from", from});
  BOOST_TEST(missing.exit_code == 78);
  BOOST_TEST(has(missing.err, "missing.json cannot be read: No such file"), missing.err);
  r.environment["SCHEMA_FILE"] = (r.directory / "schema.json").string();
  const auto p = r.run("run", {"--from", from});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.type_of("id") + ", " + r.type_of("n") == "bigint, numeric");
  put_text(r.directory / "schema.json", "{]");
  const auto broken = r.run("validate", {"--from", from});
  BOOST_TEST(broken.exit_code == 78);
  BOOST_TEST(has(broken.out + broken.err, "SCHEMA_FILE is no JSON"), broken.out + broken.err);
}

BOOST_AUTO_TEST_CASE(has_a_key_of_several_fields_where_that_is_asked_for) {
  typed_run r(0);
  put_text(r.directory / "lines.csv", "shop,n,v\na,1,1\na,2,1\nb,1,1\na,1,2\n,7,1\n");
  r.environment["KEY"] = "shop, n";
  r.environment["WRITE"] = "merge";
  const auto p = r.run("run", {"--from", "file:" + (r.directory / "lines.csv").string()});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.database.value("SELECT string_agg(concat(shop, n, v), ' ' ORDER BY shop, n) FROM typed_events") ==
             "a12 a21 b11");
  BOOST_TEST(count_in(r.report(), "rows_rejected") == 1, "it has no shop");
  r.environment["ID_POINTER"] = "/shop";
  const auto both = r.run("run", {"--from", "file:" + (r.directory / "lines.csv").string()});
  BOOST_TEST(both.exit_code == 78);
  BOOST_TEST(has(both.err, "KEY and ID_POINTER both say"), both.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_table_of_records_as_they_are)

BOOST_AUTO_TEST_CASE(can_have_a_view_with_typed_columns) {
  typed_run r(0);
  r.environment["TABLE"] = "records";
  BOOST_TEST(r.run("discover", {"--view"}).exit_code == 78, "there is no table");
  r.database.execute(R"(CREATE TABLE records (id text PRIMARY KEY, data jsonb NOT NULL);
    INSERT INTO records VALUES
    ('a', '{"id":"a","n":1,"price":0.5,"paid":true,"at":"2026-01-27T19:19:13.5+02:00","day":"2024-02-29","it''s":"x",
            "who":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","tags":["x"],"mixed":1,"nothing":null}'),
    ('b', '{"id":"b","n":-2,"price":7,"paid":false,"at":"2026-01-27T19:19:13Z","day":"2026-12-31","mixed":"m"}'))");
  const auto p = r.run("discover", {"--view"});
  BOOST_TEST(p.exit_code == 0, p.err);
  r.database.execute(p.out);
  BOOST_TEST(
      r.database.value("SELECT string_agg(attname || ' ' || format_type(atttypid, -1), ', ' ORDER BY attname) FROM "
                       "pg_attribute WHERE attrelid = 'records_typed'::regclass") ==
      "at timestamp with time zone, day date, id text, it's text, mixed jsonb, n bigint, paid boolean, price numeric, "
      "tags jsonb, who uuid");
  BOOST_TEST(r.number("SELECT count(*) FROM records_typed WHERE n = 1 AND at = '2026-01-27 17:19:13.5Z' AND paid AND "
                      "day = '2024-02-29' AND \"it's\" = 'x' AND price = 0.5") == 1);
  // Whatever comes later, the view can be queried.
  r.database.execute(
      R"(INSERT INTO records SELECT 'odd ' || v::text, jsonb_build_object('n', v, 'price', v, 'paid', v, 'at', v,
    'day', v, 'who', v) FROM unnest(ARRAY['"2026-02-30"', '"2026-02-29"', '"1900-02-29"', '"0000-01-01"', '1e30', '1.5',
    '"2026-01-27T25:00:00Z"', '"2026-02-30T00:00:00Z"', '"2026-01-27T19:19:60Z"', '"9999-12-31T23:59:59-14:59"',
    '"0000-01-01T00:00:00Z"', '"many"', '"12345678901234567890"', '10.0', '1234567890123456789', 'null', '[]', '{}', '"infinity"']::jsonb[]) v)");
  BOOST_TEST(r.number("SELECT count(n) * 10 + count(price) + count(paid) + count(at) + count(day) + count(who) FROM "
                      "records_typed WHERE id LIKE 'odd%'") == 25u,
             "two whole numbers, four prices, the last instant");
  r.database.execute(r.run("discover", {"--view"}).out);  // of other types than before
  r.environment["TABLE"] = "records_typed";
  BOOST_TEST(r.run("discover", {"--view"}).exit_code == 78, "it has no data");
  BOOST_TEST(r.run("discover", {}).exit_code == 64);
}

BOOST_AUTO_TEST_SUITE_END()

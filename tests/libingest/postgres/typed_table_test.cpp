// covers: tables with a column for each field of the records: nothing of a record is lost, whatever its fields are.
#include <libpq-fe.h>

#include <boost/test/unit_test.hpp>
#include <future>

#include "support/loading_fixture.hpp"
#include "support/stderr_capture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

using connection_ptr = std::unique_ptr<PGconn, void (*)(PGconn*)>;

struct typed_fixture : loading_fixture {
  postgres_options typed(schema_policy changes = schema_policy::evolve) const {
    auto o = options();
    o.table = "orders";
    o.typed = typed_table{{"id"}, changes};
    return o;
  }

  static std::string row(const std::string& id, const std::string& fields) {
    return id + "\t{\"id\":\"" + id + "\"" + (fields.empty() ? "" : "," + fields) + "}";
  }

  /// The columns with their types, by name.
  std::string columns() const {
    return database.value(
        "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attname) "
        "FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped");
  }
  std::string of(const std::string& id, const std::string& column) const {
    return database.value("SELECT " + column + " FROM orders WHERE id = '" + id + "'");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_typed_table, typed_fixture)

BOOST_AUTO_TEST_CASE(has_a_column_of_the_narrowest_type_for_each_field_of_the_first_records) {
  open_sink(open_target(typed()))
      ->write(batches.next(
          {{row("a", R"("paid":true,"n":1,"price":1,"at":"2026-01-27T19:19:13Z","day":"2026-01-27","name":"x",)"
                     R"("who":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","tags":["x"],"mixed":1,"nothing":null)"),
            row("b", R"("paid":null,"n":-2,"price":0.10,"at":"2026-01-27T19:19:13.5+02:00","day":"2026-02-28",)"
                     R"("name":"2026-01-27","who":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12","tags":{},"mixed":"x")")}}));
  BOOST_TEST(columns() ==
             "_ingest_extra jsonb, at timestamp with time zone, day date, id text, mixed jsonb, n bigint, name text, "
             "paid boolean, price numeric, tags jsonb, who uuid");
  BOOST_TEST(of("b", "price") == "0.10");
  BOOST_TEST(of("a", "mixed") == "1");
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE _ingest_extra IS NOT NULL") == 0);
}

BOOST_AUTO_TEST_CASE(has_the_columns_that_a_schema_declares) {
  auto o = typed();
  o.typed->schema = R"({"properties": {"id": {"type": "integer"}, "price": {"type": ["null", "number"]},
    "at": {"type": "string", "format": "date-time"}, "code": {"type": "string"}, "lines": {"type": "array"},
    "xmin": {"type": "integer"}}})";
  o.typed->numbers = number_columns::real;
  open_target(o);
  BOOST_TEST(
      database.value("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)"
                     " FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0") ==
      "id bigint, price double precision, at timestamp with time zone, code text, lines jsonb, "
      "xmin_cdbff390 bigint, _ingest_extra jsonb");
  const auto done =
      open_sink(open_target(o))
          ->write(batches.next({{
              "1\t{\"id\":1,\"price\":0.5,\"at\":\"2026-01-27T19:19:13Z\",\"code\":\"7\",\"lines\":[1],\"new\":2.5}",
              "2\t{\"id\":2,\"price\":\"dear\",\"code\":7,\"xmin\":3}",
              "x\t{\"id\":\"x\"}",
          }}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(done.rows_rejected == 1u, "its key is no integer");
  BOOST_TEST(of("2", "code || (_ingest_extra->>'price') || xmin_cdbff390") == "7dear3");
  BOOST_TEST(of("1", "pg_typeof(new)") == "double precision");
}

BOOST_AUTO_TEST_CASE(has_the_instants_that_numbers_and_texts_of_one_field_say) {
  auto o = typed();
  o.typed->epochs = epoch_unit::milliseconds;
  o.typed->deleted = "/gone";
  o.typed->schema = R"({"properties": {"at": {"type": ["integer", "string"], "format": "date-time"}}})";
  open_sink(open_target(o))
      ->write(batches.next({{row("a", "\"at\":1769541553629"), row("b", "\"at\":\"2026-01-27T19:19:13.629Z\""),
                             row("c", "\"at\":\"1769541553629\",\"gone\":1769541553629"),
                             row("d", "\"at\":1769541553629000"), row("e", "\"at\":1769541553")}}));
  for (const std::string id : {"a", "b", "c"}) {
    BOOST_TEST(of(id, "at AT TIME ZONE 'UTC'") == "2026-01-27 19:19:13.629", id);
  }
  BOOST_TEST(of("c", "_ingest_deleted_at = at") == "t");
  BOOST_TEST(of("d", "_ingest_extra->>'at'") == "1769541553629000", "beyond the year 9999");
  BOOST_TEST(of("e", "extract(year FROM at AT TIME ZONE 'UTC')") == "1970", "which nobody can tell from a mistake");
}

BOOST_AUTO_TEST_CASE(has_a_column_of_instants_for_a_field_with_numbers_beside_them) {
  auto o = typed();
  o.typed->epochs = epoch_unit::milliseconds;
  open_sink(open_target(o))
      ->write(
          batches.next({{row("a", "\"at\":1769541553629,\"n\":1,\"mixed\":1e300"),
                         row("b", "\"at\":\"2026-01-27T19:19:13.629Z\",\"n\":2,\"mixed\":\"2026-01-27T19:19:13Z\"")}}));
  BOOST_TEST(columns() == "_ingest_extra jsonb, at timestamp with time zone, id text, mixed jsonb, n bigint");
  BOOST_TEST(number("SELECT count(DISTINCT at) FROM orders") == 1);
}

BOOST_AUTO_TEST_CASE(gets_a_declared_column_when_its_field_comes_where_it_was_made_without) {
  database.execute("CREATE TABLE orders (id text COLLATE \"C\" PRIMARY KEY, _ingest_extra jsonb)");
  auto o = typed();
  o.typed->schema = R"({"properties": {"n": {"type": "number"}, "code": {"type": "string"}}})";
  open_sink(open_target(o))->write(batches.next({{row("a", "\"n\":1,\"code\":\"2026-01-27\"")}}));
  BOOST_TEST(columns() == "_ingest_extra jsonb, code text, id text, n numeric", "not bigint and date");
}

BOOST_AUTO_TEST_CASE(names_a_column_after_a_field_as_far_as_there_is_room) {
  const std::string question = "Wie zufrieden sind Sie alles in allem mit der Größe Ihres Zimmers gewesen?";
  const auto loader = open_sink(open_target(typed()));
  loader->write(batches.next({{row("a", '"' + question + "\":\"sehr\",\"ctid\":1")}}));
  const std::string name =
      database.value("SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname LIKE 'Wie%'");
  BOOST_TEST(name.starts_with("Wie zufrieden sind Sie alles in allem mit der Größe _"), name);
  BOOST_TEST(of("a", '"' + name + '"') == "sehr");
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE _ingest_extra IS NOT NULL") == 0);
  // Another field that is called like the column is not taken for it, whichever comes first.
  const std::string alike = ",\"" + name + "\":\"gar nicht\"";
  loader->write(batches.next({{row("b", '"' + question + "\":\"kaum\"" + alike), row("c", "\"n\":1" + alike)}}));
  open_sink(open_target(typed()))
      ->write(batches.next({{row("d", "\"n\":1" + alike), row("e", '"' + question + "\":\"nie\"")}}));
  for (const std::string id : {"b", "c", "d", "e"}) {
    const std::string all = of(id, "concat(\"" + name + "\", _ingest_extra)");
    const bool both = id == "b";
    BOOST_TEST((all.find(id == "e" ? "nie" : "gar nicht") != std::string::npos), id << ": " << all);
    BOOST_TEST((!both || all.find("kaum") != std::string::npos), all);
  }
}

BOOST_AUTO_TEST_CASE(has_its_columns_in_the_order_of_the_fields) {
  open_sink(open_target(typed()))
      ->write(batches.next({{row("a", "\"z\":1,\"m\":null,\"b\":1"), row("b", "\"z\":1,\"m\":1,\"b\":1,\"a\":1")}}));
  BOOST_TEST(database.value("SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute "
                            "WHERE attrelid = 'orders'::regclass AND attnum > 0") == "id _ingest_extra z b m a");
}

BOOST_AUTO_TEST_CASE(keeps_a_value_that_does_not_fit_its_column_under_the_fields_name) {
  auto o = typed();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{row("a", R"("n":1,"at":"2026-01-27T19:19:13Z","day":"2026-01-27")")}}));
  const auto done = loader->write(
      batches.next({{row("b", R"("n":"many","at":"2026-02-30T00:00:00Z","day":"20240-01-01")"),
                     row("c", R"("n":9223372036854775808,"at":"2026-01-27T19:19:13.1234567Z","day":"2026-03-01")")}}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(of("b", "_ingest_extra = '{\"n\":\"many\",\"at\":\"2026-02-30T00:00:00Z\",\"day\":\"20240-01-01\"}'") ==
             "t");
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE n IS NULL") == 2);
  // What the column could hold of it is there, too.
  BOOST_TEST(of("c", "_ingest_extra = '{\"n\":9223372036854775808,\"at\":\"2026-01-27T19:19:13.1234567Z\"}'") == "t");
  BOOST_TEST(of("c", "at = '2026-01-27 19:19:13.123457+00'") == "t");
  BOOST_TEST(o.counters->values_kept_apart == 5u);
}

BOOST_AUTO_TEST_CASE(gets_a_column_for_a_field_that_comes_later) {
  const auto loader = open_sink(open_target(typed()));
  loader->write(batches.next({{row("a", "\"n\":1")}}));
  const auto done = loader->write(batches.next({{row("b", "\"n\":2,\"Größe in \\\"cm\\\"\":1.5")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(of("b", "\"Größe in \"\"cm\"\"\"") == "1.5");
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE _ingest_extra IS NULL") == 2);
  // Another process finds the columns as they are.
  open_sink(open_target(typed()))->write(batches.next({{row("c", "\"n\":3")}}));
  BOOST_TEST(of("c", "n") == "3");
}

BOOST_AUTO_TEST_CASE(has_null_for_what_is_empty_in_a_csv_file_whether_its_column_is_there_or_comes_later) {
  auto o = typed();
  o.typed->texts = text_reading::all;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{row("a", "\"note\":\"\"")}}));
  loader->write(batches.next({{row("b", "\"note\":\"\""), row("c", "\"note\":\"x\"")}}));
  loader->write(batches.next({{row("d", "\"note\":\"\"")}}));
  BOOST_TEST(database.value("SELECT string_agg(id || coalesce(note, ' is null'), ', ' ORDER BY id) FROM orders") ==
             "a is null, b is null, cx, d is null");
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE _ingest_extra IS NOT NULL") == 0);
}

BOOST_AUTO_TEST_CASE(keeps_fields_apart_that_cannot_name_a_column) {
  const std::string longest(63, 'x');
  open_sink(open_target(typed()))
      ->write(batches.next(
          {{row("a", "\"\":1,\"_ingest_extra\":3,\"" + longest + "\":4,\"" + longest + "y\":5,\"a\\u0000b\":null")}}));
  BOOST_TEST(number("SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND attname "
                    "SIMILAR TO '(\\_ingest\\_extra|x{54})\\_[0-9a-f]{8}'") == 2);
  BOOST_TEST(of("a", "(to_jsonb(orders) ->> '" + longest + "') = '4' AND _ingest_extra = '{\"\":1}'") == "t");
}

BOOST_AUTO_TEST_CASE(is_loaded_though_a_null_is_called_like_what_is_kept_apart) {
  const auto done = open_sink(open_target(typed()))->write(batches.next({{row("a", R"("":{"b":1},"b":null)")}}));
  BOOST_TEST(done.rows_loaded == 1u);
}

BOOST_AUTO_TEST_CASE(has_the_last_of_members_that_a_record_has_twice_though_it_is_null) {
  open_sink(open_target(typed(schema_policy::freeze)))
      ->write(batches.next({{row("a", "\"x\":1,\"x\":null"), row("b", "\"x\":null,\"x\":1")}}));
  BOOST_TEST(of("a", "_ingest_extra->>'x' IS NULL") == "t");
  BOOST_TEST(of("b", "_ingest_extra->>'x'") == "1");
}

BOOST_AUTO_TEST_CASE(is_given_texts_without_nul_where_that_is_asked_for) {
  const page_batches::rows lines{row("a", R"("s":"x\u0000y","t":["\u0000"],"u":"x\\u0000")"),
                                 R"(b\u0000)"
                                 "\t"
                                 R"({"id":"b\u0000","s":"z"})",
                                 row("c", R"("a\u0000":"z")")};
  for (const nul_policy nuls : {nul_policy::reject, nul_policy::strip, nul_policy::escape}) {
    database.execute("DROP TABLE IF EXISTS orders; DROP SCHEMA IF EXISTS ingest CASCADE");
    auto o = typed();
    o.nuls = nuls;
    page_batches pages;
    const auto done = open_sink(open_target(o))->write(pages.next({lines}));
    BOOST_TEST(done.rows_loaded == (nuls == nul_policy::reject ? 0u : 1u));
    BOOST_TEST(done.rows_rejected == (nuls == nul_policy::reject ? 3u : 2u));
    if (nuls == nul_policy::reject) {
      BOOST_TEST(rejects().front().find("but for ids and names") != std::string::npos, rejects().front());
      continue;
    }
    BOOST_TEST(o.counters->nuls_replaced == 2u);
    const std::string nul = nuls == nul_policy::strip ? "" : "\\u0000";
    BOOST_TEST(of("a", "s") == "x" + nul + "y");
    BOOST_TEST(of("a", "t->>0") == nul);
    BOOST_TEST(of("a", "u") == "x\\u0000");
  }
}

BOOST_AUTO_TEST_CASE(that_is_frozen_keeps_new_fields_apart) {
  open_sink(open_target(typed()))->write(batches.next({{row("a", "\"n\":1")}}));
  open_sink(open_target(typed(schema_policy::freeze)))->write(batches.next({{row("b", "\"n\":2,\"new\":[1, 2]")}}));
  BOOST_TEST(columns() == "_ingest_extra jsonb, id text, n bigint");
  BOOST_TEST(of("b", "_ingest_extra") == "{\"new\": [1, 2]}");
}

BOOST_AUTO_TEST_CASE(that_refuses_new_fields_names_them_and_loads_nothing_of_their_range) {
  open_sink(open_target(typed()))->write(batches.next({{row("a", "\"n\":1")}}));
  const auto loader = open_sink(open_target(typed(schema_policy::refuse)));
  const error e = error_of([&] { loader->write(batches.next({{row("b", "\"n\":2"), row("c", "\"new\":1")}})); });
  BOOST_TEST((e.code() == errc::bad_data));
  BOOST_TEST(std::string(e.what()).find("new bigint") != std::string::npos, e.what());
  BOOST_TEST(number("SELECT count(*) FROM orders") == 1);
}

BOOST_AUTO_TEST_CASE(gets_columns_of_two_loaders_at_once) {
  const auto target = open_target(typed());
  std::vector<std::future<void>> loading;
  for (std::size_t n = 0; n < 4; ++n) {
    loading.push_back(std::async(
        std::launch::async,
        [&, n,
         records = batches.next({{row("id" + std::to_string(n), "\"n\":1,\"f" + std::to_string(n) + "\":\"x\"")}})] {
          open_sink(target, n)->write(records);
        }));
  }
  for (auto& l : loading) {
    l.get();
  }
  BOOST_TEST(columns() == "_ingest_extra jsonb, f0 text, f1 text, f2 text, f3 text, id text, n bigint");
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE n = 1 AND _ingest_extra IS NULL AND "
                    "num_nonnulls(f0, f1, f2, f3) = 1") == 4);
}

BOOST_AUTO_TEST_CASE(that_is_in_use_is_not_locked_for_a_column) {
  const auto target = open_target(typed());
  open_sink(target)->write(batches.next({{row("a", "\"n\":1")}}));
  const connection_ptr reader(PQconnectdb(database.url().c_str()), PQfinish);
  PQclear(PQexec(reader.get(), "BEGIN; SELECT count(*) FROM orders"));
  const auto done = open_sink(target)->write(batches.next({{row("b", "\"n\":2,\"new\":1")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(columns() == "_ingest_extra jsonb, id text, n bigint");
  BOOST_TEST(of("b", "_ingest_extra") == "{\"new\": 1}");
}

BOOST_AUTO_TEST_CASE(sets_a_record_aside_whose_key_does_not_fit_or_that_is_no_object) {
  database.execute("CREATE TABLE orders (id bigint PRIMARY KEY, n bigint, _ingest_extra jsonb)");
  const auto done =
      open_sink(open_target(typed()))
          ->write(batches.next({{row("1", "\"n\":1"), row("x", "\"n\":2"), "2\t[2]", "3\t{\"id\":", "\t{\"n\":5}"}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.rows_rejected == 4u);
}

BOOST_AUTO_TEST_CASE(of_others_is_filled_as_far_as_values_can_be_made_for_it) {
  database.execute(
      "CREATE TYPE mood AS ENUM ('good'); CREATE DOMAIN amount AS numeric CHECK (VALUE > 0);"
      "CREATE TABLE orders (_ingest_extra jsonb, cents numeric(10,2), twice bigint GENERATED ALWAYS AS (n * 2) STORED, "
      "n bigint, "
      "paid amount, feels mood, made timestamptz DEFAULT now() NOT NULL, id varchar PRIMARY KEY)");
  open_sink(open_target(typed()))
      ->write(
          batches.next({{row("a", R"("n":2,"cents":1.239,"twice":7,"feels":"good","paid":5,"made":"2026-01-01")")}}));
  BOOST_TEST(of("a",
                "_ingest_extra = '{\"cents\":1.239,\"twice\":7,\"feels\":\"good\",\"made\":\"2026-01-01\"}' AND twice "
                "= 4 AND paid = 5 AND "
                "made > '2026-01-02'") == "t");
}

BOOST_AUTO_TEST_CASE(without_the_extra_column_is_refused_with_the_statement_that_adds_it) {
  database.execute("CREATE TABLE orders (id text PRIMARY KEY, n bigint)");
  const error e = error_of([&] { open_target(typed()); });
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(std::string(e.what()).find("ADD COLUMN _ingest_extra jsonb") != std::string::npos, e.what());
}

BOOST_AUTO_TEST_CASE(keeps_the_first_of_those_that_share_a_key_and_sets_those_aside_that_differ) {
  auto o = typed();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{row("a", "\"n\":1"), row("b", "\"n\":1")}}));
  const auto again = loader->write(batches.next({{row("a", "\"n\":1"), row("b", "\"n\":2,\"new\":1"), row("c", "")}}));
  BOOST_TEST(again.rows_loaded == 1u);
  BOOST_TEST(again.duplicates_skipped == 2u);
  BOOST_TEST(o.counters->duplicates_differing == 1u);
}

BOOST_AUTO_TEST_CASE(can_be_loaded_without_its_key_first) {
  auto o = typed();
  o.initial_load = true;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{row("a", "\"n\":1"), row("b", "\"n\":1")}}));
  loader->write(batches.last({{row("a", "\"n\":1"), row("b", "\"n\":2"), row("c", "\"new\":[]")}}));
  loader->finalize();
  BOOST_TEST(number("SELECT count(*) FROM orders") == 3);
  BOOST_TEST(number("SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass AND indisprimary") == 1);
  BOOST_TEST(o.counters->duplicates_differing == 1u);
}

BOOST_AUTO_TEST_CASE(that_is_altered_while_it_is_loaded_gets_values_of_the_types_that_it_has_then) {
  const auto loader = open_sink(open_target(typed()));
  loader->write(batches.next({{row("a", R"("n":1,"x":0.5,"u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","gone":1)")}}));
  database.execute("ALTER TABLE orders ALTER n TYPE numeric, ALTER u TYPE text, ALTER x TYPE double precision");
  const std::string next = R"("n":31,"x":31.5,"u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12","gone":2)";
  loader->write(batches.next({{row("b", next)}}));
  BOOST_TEST(of("b", "n = 31 AND x = 31.5 AND u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12' AND gone = 2") == "t");
  database.execute(
      "ALTER TABLE orders RENAME n TO y; ALTER TABLE orders RENAME x TO n; ALTER TABLE orders RENAME y TO x; "
      "ALTER TABLE orders DROP COLUMN gone");
  loader->write(batches.next({{row("c", next), row("a", R"("n":1,"x":0.5,"u":"other")")}}));
  BOOST_TEST(of("c", "n = 31 AND x = 31.5 AND gone = 2") == "t");
}

BOOST_AUTO_TEST_CASE(takes_fields_that_are_called_as_we_call_things_in_our_statements) {
  const std::string odd = R"("ingest_n":1,"ingest_row":2,"ingest_kept_":3,"r":4,"s":5,"t":6,"data":7)";
  auto o = typed();
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{row("a", odd)}}));
  const auto again = loader->write(batches.next({{row("a", odd), row("b", odd), row("a", "\"r\":9,\"new\":1")}}));
  BOOST_TEST(again.rows_loaded == 1u);
  BOOST_TEST(o.counters->duplicates_differing == 1u);
}

BOOST_AUTO_TEST_CASE(keeps_all_of_a_record_that_an_initial_load_sets_aside) {
  auto o = typed();
  o.initial_load = true;
  const std::string longest(60, 'x');
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{row("a", "\"r\":1,\"" + longest + "1\":1,\"" + longest + "2\":1")}}));
  loader->write(batches.last({{row("a", "\"r\":2,\"v\":\"second\",\"\":7")}}));
  loader->finalize();
  BOOST_TEST(o.counters->duplicates_differing == 1u);
  for (const char* part : {"\"id\":\"a\"", "\"r\": 2", "\"v\": \"second\"", "\"\": 7"}) {
    BOOST_TEST(rejects().back().find(part) != std::string::npos, rejects().back());
  }
}

BOOST_AUTO_TEST_CASE(loads_what_lies_beside_a_record_whose_fields_have_names_that_are_no_text) {
  const auto done =
      open_sink(open_target(typed()))
          ->write(batches.next({{row("a", "\"n\":1"), row("b", "\"\\ud800\":1"), row("c", "\"\xff\":1")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.rows_rejected == 2u);
  BOOST_TEST(columns() == "_ingest_extra jsonb, id text, n bigint");
}

BOOST_AUTO_TEST_CASE(keeps_names_apart_that_the_database_cannot_write) {
  database.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  auto o = typed();
  o.url = postgres_cluster::shared().url("latin");
  const auto done =
      open_sink(open_target(o))->write(batches.next({{row("a", "\"n\":1,\"größe\":2"), row("b", "\"n\":1")}}));
  const auto next = open_sink(open_target(o))->write(batches.next({{row("c", "\"n\":1,\"\xd1\x8f\":2")}}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(next.rows_loaded + next.rows_rejected == 1u);  // jsonb cannot write it either
  database.execute("DROP DATABASE latin WITH (FORCE)");
}

BOOST_AUTO_TEST_CASE(has_room_for_wide_records) {
  std::string fields;
  for (int i = 0; i < 600; ++i) {
    fields += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":\"twenty bytes, or so.\"";
  }
  const auto done =
      open_sink(open_target(typed()))->write(batches.next({{row("a", fields), row("b", "\"f599\":\"x\"")}}));
  BOOST_TEST(done.rows_loaded == 2u);
  BOOST_TEST(number("SELECT count(*) FROM orders, jsonb_each(to_jsonb(orders) - '_ingest_extra' || _ingest_extra) "
                    "WHERE id = 'a' AND value = '\"twenty bytes, or so.\"'") == 600);
  BOOST_TEST(number("SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0") <= 500);
}

BOOST_AUTO_TEST_CASE(has_room_for_records_of_many_small_objects_and_says_once_that_they_are_wide) {
  std::string fields;
  for (int i = 0; i < 498; ++i) {
    fields += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":[1]";
  }
  const stderr_capture told;
  const auto loader = open_sink(open_target(typed()));
  BOOST_TEST(loader->write(batches.next({{row("a", fields), row("b", fields)}})).rows_loaded == 2u);
  BOOST_TEST(loader->write(batches.next({{row("c", fields)}})).rows_loaded == 1u);
  BOOST_TEST(number("SELECT count(*) FROM orders, jsonb_each(to_jsonb(orders) - '_ingest_extra' || _ingest_extra) "
                    "WHERE value = '[1]'") == 3 * 498);
  const std::string log = told.text();
  const auto first = log.find("row_full");
  BOOST_TEST_REQUIRE(first != std::string::npos);
  BOOST_TEST(log.find("row_full", first + 1) == std::string::npos);
  BOOST_TEST(log.find("values_misfit") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(has_a_key_of_any_name_and_of_uuids_only_where_that_is_said) {
  auto o = typed();
  o.typed->key = {"_ingest_id"};
  open_sink(open_target(o))->write(batches.next({{R"(1	{"_ingest_id":1})", R"(2	{"_ingest_id":"x"})"}}));
  BOOST_TEST(columns().find("_ingest_id text") != std::string::npos, columns());
  BOOST_TEST(number("SELECT count(*) FROM orders") == 2);
  o.typed->has_uuid_key = true;
  o.table = "others";
  o.pipeline = identity.pipeline = "others";
  open_target(o);
  BOOST_TEST(
      database.value("SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = 'others'::regclass AND "
                     "attname = '_ingest_id'") == "uuid");
}

BOOST_AUTO_TEST_CASE(says_once_of_each_column_that_it_is_left_alone_though_records_have_values_for_it) {
  auto merging = typed();
  merging.write = disposition::merge;
  open_sink(open_target(merging))->write(batches.next({{row("a", R"("total":10.50,"name":"old","plain":1)")}}));
  database.execute("ALTER TABLE orders ALTER total TYPE numeric(12,2), ALTER name SET DEFAULT 'n/a'");
  const stderr_capture told;
  const auto loader = open_sink(open_target(merging));
  loader->write(batches.next({{row("a", R"("total":99.75,"name":null,"plain":2)")}}));
  loader->write(batches.next({{row("b", R"("total":1.25,"name":"b","plain":2)")}}));
  BOOST_TEST(of("a", "concat_ws('|', total, plain, _ingest_extra)") == R"(10.50|2|{"total": 99.75})");
  const std::string log = told.text();
  for (const std::string column : {"total", "name"}) {
    const std::string line = "\"column\":\"" + column + "\"";
    BOOST_TEST(log.find(line) != std::string::npos, log);
    BOOST_TEST(log.find(line, log.find(line) + 1) == std::string::npos);
  }
  BOOST_TEST(log.find("column_left_alone") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keeps_fields_apart_where_an_event_trigger_forbids_to_add_columns) {
  open_target(typed());
  database.execute(
      "CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no such thing here'; END $$;"
      "CREATE EVENT TRIGGER forbidden ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION forbid()");
  BOOST_TEST(open_sink(open_target(typed()))->write(batches.next({{row("a", "\"n\":1")}})).rows_loaded == 1u);
  BOOST_TEST(of("a", "_ingest_extra->>'n'") == "1");
}

BOOST_AUTO_TEST_CASE(gets_no_more_columns_than_it_has_room_for) {
  const auto loader = open_sink(open_target(typed()));
  for (int range = 0; range < 3; ++range) {
    page_batches::rows rows;
    for (int i = 0; i < 400; ++i) {
      const std::string id = std::to_string(range) + "-" + std::to_string(i);
      rows.push_back(row(id, "\"k" + id + "\":1"));
    }
    BOOST_TEST(loader->write(batches.next({rows})).rows_loaded == 400u);
  }
  BOOST_TEST(number("SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0") == 500);
  BOOST_TEST(number("SELECT count(*) FROM orders WHERE _ingest_extra IS NOT NULL") == 1'200 - 498);
}

BOOST_AUTO_TEST_CASE(leaves_columns_with_a_default_to_the_table) {
  database.execute(
      "CREATE TABLE orders (id text PRIMARY KEY, n bigint, made timestamptz NOT NULL DEFAULT now(), "
      "nr bigint GENERATED ALWAYS AS IDENTITY, status text DEFAULT 'new', _ingest_extra jsonb NOT NULL DEFAULT '{}')");
  const auto done = open_sink(open_target(typed()))->write(batches.next({{row("a", "\"n\":1,\"status\":\"old\"")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(of("a", "made IS NOT NULL AND nr = 1 AND status = 'new' AND _ingest_extra = '{\"status\":\"old\"}'") ==
             "t");
}

BOOST_AUTO_TEST_CASE(whose_key_could_take_two_values_for_one_is_refused) {
  for (const std::string type : {"real", "date", "timestamptz", "numeric(5,2)", "boolean"}) {
    database.execute("DROP TABLE IF EXISTS orders; CREATE TABLE orders (id " + type +
                     " PRIMARY KEY, _ingest_extra jsonb)");
    const error e = error_of([&] { open_target(typed()); });
    BOOST_TEST((e.code() == errc::config), type);
    BOOST_TEST(std::string(e.what()).find("uuid") != std::string::npos, e.what());
  }
}

BOOST_AUTO_TEST_CASE(says_why_a_key_is_none) {
  database.execute("CREATE TABLE orders (id bigint PRIMARY KEY, n bigint, _ingest_extra jsonb)");
  open_sink(open_target(typed()))->write(batches.next({{row("1", "\"n\":1"), row("x", "\"n\":2"), "2\t[2]"}}));
  BOOST_TEST(rejects().size() == 2u);
  BOOST_TEST(rejects().at(0).find("no JSON object") + rejects().at(1).find("no JSON object") < std::string::npos);
  BOOST_TEST((rejects().at(0) + rejects().at(1)).find("one that is no bigint") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_another_owner_is_refused_at_once_unless_it_is_frozen) {
  database.execute(
      "CREATE TABLE orders (id text PRIMARY KEY, n bigint, secret text, _ingest_extra jsonb); "
      "CREATE ROLE loader_of_orders LOGIN; GRANT SELECT ON orders TO loader_of_orders; "
      "GRANT INSERT (id, n, _ingest_extra) ON orders TO loader_of_orders");
  const std::string grants = "GRANT CREATE, TEMPORARY ON DATABASE \"" + database.name() + "\" TO loader_of_orders";
  database.execute(grants);
  auto o = typed();
  o.url = database.url_as("loader_of_orders");
  const error e = error_of([&] { open_target(o); });
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(std::string(e.what()).find("freeze") != std::string::npos, e.what());
  o.typed->changes = schema_policy::freeze;
  open_sink(open_target(o))->write(batches.next({{row("a", "\"n\":1,\"secret\":\"x\"")}}));
  BOOST_TEST(of("a", "_ingest_extra = '{\"secret\":\"x\"}'") == "t");
  database.execute(
      "REASSIGN OWNED BY loader_of_orders TO postgres; DROP OWNED BY loader_of_orders; "
      "DROP ROLE loader_of_orders");
}

BOOST_AUTO_TEST_CASE(gets_its_column_once_our_own_loaders_are_through) {
  auto o = typed();
  o.io_timeout = std::chrono::milliseconds(1'000);
  const auto target = open_target(o);
  open_sink(target)->write(batches.next({{row("a", "\"n\":1")}}));
  database.execute(
      "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.8); RETURN NULL; END "
      "$$;"
      "CREATE TRIGGER dawdle BEFORE INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION dawdle()");
  const batch slow = batches.next({{row("b", "\"n\":1")}});
  const batch wide = batches.next({{row("c", "\"late\":1")}});
  auto other = std::async(std::launch::async, [&] { open_sink(target, 1)->write(slow); });
  open_sink(target, 2)->write(wide);
  other.get();
  BOOST_TEST(of("c", "late") == "1");
}

BOOST_AUTO_TEST_CASE(does_not_take_a_record_for_another_because_its_field_has_a_column_now) {
  open_sink(open_target(typed(schema_policy::freeze)))->write(batches.next({{row("a", "\"n\":12")}}));
  auto o = typed();
  const auto again = open_sink(open_target(o))->write(batches.next({{row("a", "\"n\":12"), row("b", "\"n\":1")}}));
  BOOST_TEST(again.duplicates_skipped == 1u);
  BOOST_TEST(o.counters->duplicates_differing == 0u);
}

BOOST_AUTO_TEST_CASE(gets_no_type_from_what_is_refused_or_could_not_be_told_apart_again) {
  open_sink(open_target(typed()))
      ->write(batches.next(
          {{row("a",
                R"("s":"a\u0000b","n":1e400000,"u":"A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11","at":"2026-01-27 10:00")"),
            row("b", R"("s":"x","n":1,"u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","at":"2026-01-27T24:00:00Z")")}}));
  BOOST_TEST(columns() == "_ingest_extra jsonb, at text, id text, n numeric, s text, u text");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Pipelines of one database that have a typed table each.
struct several_tables : typed_fixture {
  /// Of the pipeline `name`, from the beginning of its run.
  postgres_options begin(const std::string& name, const typed_table& table, disposition write, bool initial_load) {
    auto o = options();
    o.pipeline = o.table = identity.pipeline = name;
    o.typed = table;
    o.write = write;
    o.initial_load = initial_load;
    batches = {};
    return o;
  }

  postgres_options begin_with_two_fields(disposition write, bool initial_load) {
    return begin(write == disposition::skip ? "skips" : "merges", {{"shop", "n"}}, write, initial_load);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_key_of_several_fields, several_tables)

BOOST_AUTO_TEST_CASE(tells_records_apart_by_all_of_them) {
  for (const disposition write : {disposition::skip, disposition::merge}) {
    const auto o = begin_with_two_fields(write, false);
    const auto loader = open_sink(open_target(o));
    const auto record = [](const std::string& shop, int n, int v) {
      const std::string number = std::to_string(n);
      return shop + "\t{\"shop\":\"" + shop + "\",\"n\":\"" + number + "\",\"v\":" + std::to_string(v) + "}";
    };
    loader->write(batches.next({{record("a", 1, 1), record("a", 2, 1), record("b", 1, 1), record("a", 1, 2)}}));
    loader->write(batches.last({{record("b", 1, 2), record("b", 2, 1), "c\t{\"shop\":\"c\",\"v\":1}"}}));
    loader->finalize();
    const std::string newer = write == disposition::merge ? "2" : "1";
    BOOST_TEST(database.value("SELECT string_agg(concat(shop, n, v), ' ' ORDER BY shop, n) FROM " + o.table) ==
               "a1" + newer + " a21 b1" + newer + " b21");
    BOOST_TEST(o.counters->rows_rejected == 1u, "one lacks a field of the key");
  }
}

BOOST_AUTO_TEST_CASE(leaves_the_first_or_the_last_of_an_initial_load_however_the_server_puts_them) {
  for (const disposition write : {disposition::skip, disposition::merge}) {
    const auto o = begin_with_two_fields(write, true);
    const auto loader = open_sink(open_target(o));
    page_batches::rows rows;
    for (int version = 1; version <= 3; ++version) {
      for (int n = 0; n < 2'000; ++n) {
        const std::string shop(1, static_cast<char>('a' + n % 7));
        rows.push_back(shop + "\t{\"shop\":\"" + shop + "\",\"n\":\"" + std::to_string(n) +
                       "\",\"v\":" + std::to_string(version) + ",\"filler\":\"" +
                       std::string(static_cast<std::size_t>((n * 37 + version * 911) % 1500), '-') + "\"}");
      }
    }
    loader->write(batches.last({rows}));
    loader->finalize();
    BOOST_TEST(number("SELECT count(*) FROM " + o.table) == 2'000);
    BOOST_TEST(number("SELECT count(*) FROM " + o.table + " WHERE v = " + (write == disposition::merge ? "3" : "1")) ==
               2'000);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(records_with_a_version, several_tables)

BOOST_AUTO_TEST_CASE(take_the_place_of_older_ones_in_whatever_order_they_come) {
  for (const bool initial : {false, true}) {
    const auto o = begin(initial ? "initial_rows" : "merged_rows", {{"id"}, schema_policy::evolve, "at"},
                         disposition::merge, initial);
    const auto loader = open_sink(open_target(o));
    const auto record = [](const std::string& id, const std::string& at, int v) {
      return id + "\t{\"id\":\"" + id + "\",\"at\":" + at + ",\"v\":" + std::to_string(v) + "}";
    };
    const std::string early = "\"2026-01-27T10:00:00Z\"";
    const std::string late = "\"2026-01-27T12:00:00+01:00\"";  // which is 11:00
    loader->write(batches.next({{record("a", late, 1), record("a", early, 2), record("b", early, 3),
                                 record("c", "null", 4), record("d", late, 5)}}));
    loader->write(batches.last({{record("b", late, 6), record("c", early, 7), record("d", early, 8),
                                 record("a", late, 9), record("b", "null", 10)}}));
    loader->finalize();
    BOOST_TEST(database.value("SELECT string_agg(id || v, ' ' ORDER BY id) FROM " + o.table) == "a9 b6 c7 d5");
    BOOST_TEST(o.counters->duplicates_differing == (initial ? 2u : 1u), "is b10 newer than b6?");
    BOOST_TEST(rejects().size() == (initial ? 3u : 1u));
  }
}

BOOST_AUTO_TEST_CASE(of_which_the_first_are_days_are_told_apart_by_their_hours_later) {
  const auto o = begin("days", {{"id"}, schema_policy::evolve, "at"}, disposition::merge, false);
  const auto loader = open_sink(open_target(o));
  loader->write(batches.next({{R"(a	{"id":"a","at":"2026-01-26","v":1})"}}));
  loader->write(batches.next({{R"(a	{"id":"a","at":"2026-01-27T18:00:00Z","v":2})"}}));
  loader->write(batches.next({{R"(a	{"id":"a","at":"2026-01-27T10:00:00Z","v":3})"}}));
  BOOST_TEST(database.value("SELECT v FROM days") == "2");
  BOOST_TEST(database.value("SELECT pg_typeof(at) FROM days") == "timestamp with time zone");
}

BOOST_AUTO_TEST_CASE(that_the_column_would_round_to_the_same_are_not_loaded) {
  struct rounded {
    std::string type;
    std::string newer;
    std::string older;
    std::string exact;
  };
  for (const rounded& r : {rounded{"date", R"("2026-01-27T18:00:00Z")", R"("2026-01-27T10:00:00Z")", "timestamptz"},
                           rounded{"float8", "9007199254740993", "9007199254740992", "numeric"},
                           rounded{"float4", "16777217", "16777216", "numeric"}}) {
    const std::string name = "rounds_" + r.type;
    database.execute("CREATE TABLE " + name + " (id text COLLATE \"C\" PRIMARY KEY, at " + r.type +
                     ", v bigint, _ingest_extra jsonb)");
    const auto o = begin(name, {{"id"}, schema_policy::evolve, "at"}, disposition::merge, false);
    const auto record = [](const std::string& at, int v) {
      return "a\t{\"id\":\"a\",\"at\":" + at + ",\"v\":" + std::to_string(v) + "}";
    };
    const batch newer = batches.next({{record(r.newer, 1)}});
    const error refused = error_of([&] { open_sink(open_target(o))->write(newer); });
    BOOST_TEST((refused.code() == errc::bad_data), refused.what());
    BOOST_TEST(std::string(refused.what()).find(r.newer) != std::string::npos, refused.what());
    BOOST_TEST(number("SELECT count(*) FROM " + name) == 0);

    database.execute("ALTER TABLE " + name + " ALTER at TYPE " + r.exact + (r.type == "date" ? "" : " USING NULL"));
    const auto loader = open_sink(open_target(o));
    loader->write(newer);
    loader->write(batches.next({{record(r.older, 2)}}));
    BOOST_TEST(database.value("SELECT v FROM " + name) == "1");
  }
}

BOOST_AUTO_TEST_CASE(that_their_source_has_deleted_are_marked) {
  auto o = begin("marked", {.key = {"id"}, .deleted = "/meta/gone"}, disposition::merge, false);
  const auto loader = open_sink(open_target(o));
  const auto record = [](const std::string& id, const std::string& gone) {
    return id + "\t{\"id\":\"" + id + "\",\"v\":1,\"meta\":{\"gone\":" + gone + "}}";
  };
  loader->write(batches.next(
      {{record("a", "\"2026-01-27T10:00:00Z\""), record("b", "true"), record("c", "1"), record("d", "false"),
        record("e", "0.0"), record("f", "null"), record("g", "\"\""), record("i", "\"false\""), record("j", "\"0\""),
        "h\t{\"id\":\"h\",\"_ingest_deleted_at\":\"mine\",\"\":2}"}}));
  const std::string marked = "SELECT string_agg(id, '' ORDER BY id) FROM marked WHERE _ingest_deleted_at ";
  BOOST_TEST(database.value(marked + "= '2026-01-27 10:00Z'") == "a");
  BOOST_TEST(database.value(marked + "BETWEEN now() - interval '1 minute' AND now()") == "bc");
  BOOST_TEST(database.value(marked + "IS NULL") == "defghij");
  BOOST_TEST(database.value("SELECT concat(to_jsonb(m)) FROM marked m WHERE id = 'h'").find("mine") !=
             std::string::npos);
  const std::string when = database.value("SELECT _ingest_deleted_at FROM marked WHERE id = 'b'");
  const auto done = loader->write(batches.next({{record("a", "null"), record("b", "true"), record("c", "false")}}));
  BOOST_TEST(done.rows_loaded == 2u, "b is as it was");
  BOOST_TEST(database.value("SELECT _ingest_deleted_at FROM marked WHERE id = 'b'") == when);
  BOOST_TEST(database.value(marked + "IS NOT NULL") == "b");
  database.execute("ALTER TABLE marked DROP COLUMN _ingest_deleted_at");
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config));
}

BOOST_AUTO_TEST_CASE(that_say_in_any_way_that_they_are_not_deleted_are_not) {
  auto o = begin("marked", {.key = {"id"}, .deleted = "/gone"}, disposition::merge, false);
  std::vector<std::string> rows;
  for (const std::string no : {"FALSE", "False", " false ", "f", "no", "N", "null", "NULL", "None", "\\\\N", "off", "0",
                               "-0.0", "0000-00-00", "0000-00-00 00:00:00", "00:00", ""}) {
    rows.push_back("no" + no + "\t{\"id\":\"no" + no + "\",\"gone\":\"" + no + "\"}");
  }
  for (const std::string yes : {"true", "yes", "1", "gone", "2026-01-27", "0001-01-01", "nobody"}) {
    rows.push_back("yes" + yes + "\t{\"id\":\"yes" + yes + "\",\"gone\":\"" + yes + "\"}");
  }
  open_sink(open_target(o))->write(batches.next({rows}));
  BOOST_TEST(number("SELECT count(*) FROM marked") == 24);
  BOOST_TEST(
      database.value("SELECT string_agg(id, ' ') FROM marked WHERE (_ingest_deleted_at IS NULL) = starts_with(id, "
                     "'yes')") == "");
}

BOOST_AUTO_TEST_CASE(need_a_column_that_tells_it) {
  database.execute("CREATE TABLE ingested_events (id text PRIMARY KEY, at json, _ingest_extra jsonb)");
  auto o = options();
  o.typed = typed_table{{"id"}, schema_policy::evolve, "at"};
  o.write = disposition::merge;
  BOOST_TEST(std::string(error_of([&] { open_target(o); }).what()).find("`typed.version`") != std::string::npos);
  database.execute("ALTER TABLE ingested_events ALTER at TYPE text");
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config), "10 would come before 9");
  o.typed->version = "updated";
  o.typed->changes = schema_policy::freeze;
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config));
  o.typed->changes = schema_policy::evolve;
  const auto loader = open_sink(open_target(o));
  loader->write(batches.last({{event_row("a", "1")}}));
  const error misspelt = error_of([&] { loader->finalize(); });
  BOOST_TEST((misspelt.code() == errc::bad_data), misspelt.what());
  o.write = disposition::skip;
  BOOST_TEST((error_of([&] { open_target(o); }).code() == errc::config));
}

BOOST_AUTO_TEST_SUITE_END()

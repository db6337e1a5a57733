// covers: tables with a column for each field of the records: nothing of a record is lost, whatever its fields are.
#include <libpq-fe.h>

#include <boost/test/unit_test.hpp>
#include <future>

#include "support/loading_fixture.hpp"

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

BOOST_AUTO_TEST_CASE(keeps_fields_apart_that_cannot_name_a_column) {
  const std::string longest(63, 'x');
  open_sink(open_target(typed()))
      ->write(batches.next({{row("a", "\"\":1,\"ctid\":2,\"_ingest_extra\":3,\"" + longest + "\":4,\"" + longest +
                                          "y\":5,\"a\\u0000b\":null")}}));
  BOOST_TEST(columns() == "_ingest_extra jsonb, id text, " + longest + " bigint");
  BOOST_TEST(of("a", "_ingest_extra = '{\"\":1,\"ctid\":2,\"_ingest_extra\":3,\"" + longest + "y\":5}'") == "t");
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
                "_ingest_extra = '{\"cents\":1.239,\"twice\":7,\"feels\":\"good\"}' AND twice = 4 AND paid = 5 AND "
                "made = '2026-01-01 00:00+00'") == "t");
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

BOOST_AUTO_TEST_SUITE_END()

// covers: table_shape, and that what uses it knows of no other columns than its: each case loads a second shape.
#include "postgres/table_shape.hpp"

#include <boost/test/unit_test.hpp>

#include "postgres/load_session.hpp"
#include "support/loading_fixture.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

using detail::table_shape;

/// A key of two columns, one of them inside the record, a column that may be missing, and the record.
table_shape readings(const std::string& time_type = "timestamptz") {
  return {{{"sensor", "text", "C", {"text"}, std::nullopt},
           {"read \"at\"", time_type, "", {"timestamptz", "text"}, json_pointer("/at")},
           {"value", "numeric", "", {"numeric", "text"}, json_pointer("/value"), false},
           {"data", "jsonb", "", {"jsonb"}, json_pointer("")}},
          {"sensor", "read \"at\""}};
}

/// The same in types that travel in binary.
table_shape readings_as_text() {
  table_shape shape = readings("text");
  shape.columns[2].type = "text";
  return shape;
}

struct shape_fixture : loading_fixture {
  postgres_options next_options(bool initial_load = false) {
    auto o = options();
    o.table = "readings";
    o.pipeline = identity.pipeline = "pipeline " + std::to_string(++pipelines_);
    o.initial_load = initial_load;
    return o;
  }

  std::shared_ptr<postgres_target> open(const postgres_options& o, const table_shape& shape) const {
    auto target = std::make_shared<postgres_target>(std::make_shared<detail::load_session>(o, nullptr, shape));
    target->open_run(identity, false);
    return target;
  }

  static std::string reading(const std::string& sensor, int minute, const std::string& value) {
    return sensor + "\t{\"at\":\"2026-01-01T00:0" + std::to_string(minute) + ":00Z\",\"value\":" + value + "}";
  }

  int pipelines_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(table_shape_of_three_columns_and_a_key_of_two, shape_fixture)

BOOST_AUTO_TEST_CASE(creates_its_table_and_fills_it_from_inside_the_records) {
  open_sink(open(next_options(), readings()))
      ->write(batches.next({{reading("a", 1, "1.50"), reading("a", 2, "null"), reading("b", 1, "2")}}));
  BOOST_TEST(number("SELECT count(*) FROM readings") == 3);
  BOOST_TEST(database.value("SELECT value FROM readings WHERE sensor = 'a' AND \"read \"\"at\"\"\" = "
                            "'2026-01-01 00:01:00+00'") == "1.50");
  BOOST_TEST(number("SELECT count(*) FROM readings WHERE value IS NULL") == 1);
  BOOST_TEST(database.value("SELECT data->>'value' FROM readings WHERE sensor = 'b'") == "2");
}

BOOST_AUTO_TEST_CASE(keeps_the_first_of_those_that_share_all_of_their_key_and_sets_those_aside_that_differ) {
  for (const table_shape& shape : {readings(), readings_as_text()}) {
    database.execute("DROP TABLE IF EXISTS readings");
    auto o = next_options();
    const auto loader = open_sink(open(o, shape));
    page_batches pages;
    loader->write(pages.next({{reading("a", 1, "1"), reading("b", 1, "1")}}));
    const auto again = loader->write(pages.next({{reading("a", 1, "1"), reading("b", 1, "2"), reading("b", 2, "1")}}));
    BOOST_TEST(again.rows_loaded == 1u);
    BOOST_TEST(again.duplicates_skipped == 2u);
    BOOST_TEST(o.counters->duplicates_differing == 1u);
    BOOST_TEST(number("SELECT count(*) FROM readings") == 3);
  }
}

BOOST_AUTO_TEST_CASE(sets_a_row_aside_whose_values_its_types_do_not_take) {
  const auto done = open_sink(open(next_options(), readings()))
                        ->write(batches.next({{reading("a", 1, "1"), reading("b", 1, "\"many\""), "c\t{}"}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.rows_rejected == 2u);
  BOOST_TEST(number("SELECT count(*) FROM readings") == 1);
}

BOOST_AUTO_TEST_CASE(sets_a_record_aside_that_is_no_json) {
  for (const table_shape& shape : {readings(), readings_as_text()}) {
    database.execute("DROP TABLE IF EXISTS readings");
    const auto done =
        open_sink(open(next_options(), shape))->write(page_batches().next({{reading("a", 1, "1"), "b\t{\"at\":"}}));
    BOOST_TEST(done.rows_loaded == 1u);
    BOOST_TEST(done.rows_rejected == 1u);
  }
}

BOOST_AUTO_TEST_CASE(loads_without_its_key_first_and_builds_it_at_the_end) {
  for (const table_shape& shape : {readings(), readings_as_text()}) {
    database.execute("DROP TABLE IF EXISTS readings");
    auto o = next_options(true);
    const auto target = open(o, shape);
    const auto loader = open_sink(target);
    page_batches pages;
    loader->write(pages.next({{reading("a", 1, "1"), reading("b", 1, "1")}}));
    loader->write(pages.last({{reading("a", 1, "1"), reading("b", 1, "2"), reading("b", 2, "1")}}));
    loader->finalize();
    BOOST_TEST(o.counters->duplicates_removed == 2u);
    BOOST_TEST(o.counters->duplicates_differing == 1u);
    BOOST_TEST(number("SELECT count(*) FROM readings") == 3);
    BOOST_TEST(number("SELECT indnkeyatts FROM pg_index WHERE indrelid = 'readings'::regclass") == 2);
    BOOST_TEST(rejects().back().find("\"id\":\"b\"") != std::string::npos, rejects().back());
    BOOST_TEST(number("SELECT data->>'value' FROM readings WHERE sensor = 'b' ORDER BY data->>'at' LIMIT 1") == 1);
  }
}

BOOST_AUTO_TEST_CASE(takes_a_table_of_others_that_has_its_columns_and_key_in_any_order) {
  database.execute(
      "CREATE TABLE readings (n serial, data jsonb, value numeric, \"read \"\"at\"\"\" timestamptz, sensor text, "
      "PRIMARY KEY (\"read \"\"at\"\"\", sensor) INCLUDE (value))");
  const auto loader = open_sink(open(next_options(), readings()));
  loader->write(batches.next({{reading("a", 1, "1")}}));
  BOOST_TEST(loader->write(batches.next({{reading("a", 1, "1"), reading("a", 2, "1")}})).duplicates_skipped == 1u);
}

BOOST_AUTO_TEST_CASE(refuses_a_table_whose_key_is_another_and_says_which_it_needs) {
  for (const std::string key : {"sensor", "sensor, \"read \"\"at\"\"\", value"}) {
    database.execute(
        "DROP TABLE IF EXISTS readings; CREATE TABLE readings (sensor text NOT NULL, \"read \"\"at\"\"\" timestamptz "
        "NOT "
        "NULL, value numeric, data jsonb, PRIMARY KEY (" +
        key + "))");
    const auto o = next_options();
    const error e = error_of([&] { open(o, readings()); });
    BOOST_TEST((e.code() == errc::config));
    BOOST_TEST(std::string(e.what()).find("ADD PRIMARY KEY (\"sensor\", \"read \"\"at\"\"\")") != std::string::npos,
               e.what());
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_table_whose_key_would_cut_blanks_off_a_value_from_inside_the_record) {
  table_shape shape = readings_as_text();
  shape.columns[1].accepts.push_back("varchar");
  database.execute(
      "CREATE TABLE readings (sensor text, \"read \"\"at\"\"\" varchar(20), value numeric, data jsonb, "
      "PRIMARY KEY (sensor, \"read \"\"at\"\"\"))");
  const auto o = next_options();
  const error e = error_of([&] { open(o, shape); });
  BOOST_TEST((e.code() == errc::config));
  BOOST_TEST(std::string(e.what()).find("character varying(20)") != std::string::npos, e.what());
}

BOOST_AUTO_TEST_CASE(sets_a_row_aside_whose_line_has_a_key_that_its_column_would_cut_blanks_off) {
  table_shape shape = readings_as_text();
  shape.columns[0].accepts.push_back("varchar");
  database.execute(
      "CREATE TABLE readings (sensor varchar(1), \"read \"\"at\"\"\" text, value numeric, data jsonb, "
      "PRIMARY KEY (sensor, \"read \"\"at\"\"\"))");
  const auto done =
      open_sink(open(next_options(), shape))->write(batches.next({{reading("a", 1, "1"), reading("a ", 1, "2")}}));
  BOOST_TEST(done.rows_loaded == 1u);
  BOOST_TEST(done.rows_rejected == 1u);
  BOOST_TEST_REQUIRE(rejects().size() == 1u);
  BOOST_TEST(rejects()[0].find("22001") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

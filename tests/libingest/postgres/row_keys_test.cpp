// covers: which rows share a key, told by the text of the key: what PostgreSQL takes for one key is never told apart,
// and what may be is said not to be known.
#include "postgres/row_keys.hpp"

#include <boost/test/unit_test.hpp>

#include "support/page_batches.hpp"
#include "support/postgres_cluster.hpp"

using namespace ingest;
using namespace ingest::detail;
using ingest::testing::page_batches;
using ingest::testing::test_database;

namespace {

struct fixture {
  page_batches batches;

  static target_table table_of(const std::vector<std::string>& key, std::vector<std::string> types) {
    target_table table;
    table.shape = table_shape::of_members(typed_table{key, schema_policy::evolve}, disposition::merge);
    table.types = std::move(types);
    table.types.push_back("jsonb");
    table.rows_stand_alone = true;
    return table;
  }

  std::optional<record_keys> keys(const target_table& table, const std::vector<std::string>& lines) {
    const batch b = batches.next({lines});
    copy_rows rows;
    rows.assign(b, b.pages);
    return row_keys(table).of(rows);
  }

  /// Of one record that has nothing but an id.
  std::optional<record_keys> key(const std::string& type, const std::string& id) {
    return keys(table_of({"id"}, {type}), {"k\t{\"id\":" + id + "}"});
  }
};

const std::string small = "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(keys_of_rows, fixture)

BOOST_AUTO_TEST_CASE(are_those_of_the_line_where_the_table_has_the_whole_record) {
  target_table table;
  table.shape = table_shape::of_events(disposition::merge);
  table.types = {"text", "jsonb"};
  table.rows_stand_alone = true;
  BOOST_TEST(keys(table, {"a\t1", "b\t2", "a\t3"})->numbers.size() == 2u);
  BOOST_TEST((keys(table, {"a\t1"}) == keys(table, {"a\t[2]"})));
  table.types.front() = "uuid";
  BOOST_TEST(!keys(table, {"a\t1"}));
}

BOOST_AUTO_TEST_CASE(are_never_told_apart_where_postgresql_takes_them_for_one) {
  const test_database database;
  const auto are_one = [&](const std::string& type, const std::string& one, const std::string& other) {
    const auto as_value = [&](const std::string& id) {
      return "('{\"id\":" + id + "}'::json->>'id')::" + (type == "int8" ? "numeric" : type);
    };
    return database.value("SELECT " + as_value(one) + " = " + as_value(other)) == "t";
  };
  const std::vector<std::pair<std::string, std::vector<std::string>>> written = {
      {"text", {R"("a")", R"("\u0061")", R"("A")", R"("a ")", "1", R"("1")", "1.0", R"("")", "true"}},
      {"int8",
       {"1", "01", "1.0", "1e0", "-0", "0", R"("1")", R"(" 1")", R"("+1")", "10e-1", "-1", "9223372036854775807"}},
      {"numeric", {"1", "1.0", "1.00", "100e-2", R"("1")", "0", "-0", "0.0", R"("NaN")", R"("nan")", "10"}},
      {"uuid",
       {small, R"("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")", R"("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}")",
        R"("a0eebc999c0b4ef8bb6d6bb9bd380a11")", R"("a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11")"}}};
  for (const auto& [type, ids] : written) {
    std::size_t told = 0;
    for (const std::string& one : ids) {
      for (const std::string& other : ids) {
        const auto a = key(type, one);
        const auto b = key(type, other);
        const bool are_told_apart = a && b && *a != *b;
        told += are_told_apart ? 1 : 0;
        BOOST_TEST((!are_told_apart || !are_one(type, one, other)), type << ' ' << one << ' ' << other);
      }
    }
    BOOST_TEST((told > 0 || type == "uuid"), type);
  }
}

BOOST_AUTO_TEST_CASE(of_several_fields_do_not_run_into_one) {
  const target_table two = table_of({"a", "b"}, {"text", "text"});
  const auto line = [](const std::string& a, const std::string& b) {
    return "k\t{\"a\":\"" + a + "\",\"b\":\"" + b + "\"}";
  };
  BOOST_TEST(keys(two, {line("x", "yz"), line("xy", "z"), line("x", "yz")})->numbers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(are_not_known_of_types_that_write_one_value_in_several_ways) {
  for (const char* const type : {"timestamptz", "date", "float8", "citext", "bool", "jsonb", "bpchar", "inet"}) {
    BOOST_TEST(!key(type, R"("1")"), type);
  }
  BOOST_TEST(!keys(table_of({"a", "b"}, {"text", "date"}), {R"(k	{"a":"x","b":"2026-01-01"})"}));
}

BOOST_AUTO_TEST_CASE(are_not_known_of_a_column_that_a_member_of_another_name_may_have) {
  BOOST_TEST(!keys(table_of({"xmin_cdbff390"}, {"text"}), {R"(k	{"xmin_cdbff390":"a"})"}));
}

BOOST_AUTO_TEST_CASE(are_told_by_a_rule_that_types_and_fields_make) {
  const auto rule = [&](const std::string& name, const char* type) {
    return keys(table_of({name}, {type}), {"k\t{\"" + name + "\":7}"})->rule;
  };
  BOOST_TEST(rule("id", "int4") == rule("id", "int8"));
  BOOST_TEST(rule("id", "int8") != rule("id", "text"));
  BOOST_TEST(rule("id", "int8") != rule("nr", "int8"));
}

BOOST_AUTO_TEST_CASE(are_not_known_where_one_record_has_none_that_is_certain) {
  BOOST_TEST(key("int8", "7").has_value());
  for (const char* const id : {"7.0", "null", "{}", "[7]", "\"7 \""}) {
    BOOST_TEST(!key("int8", id), id);
  }
  BOOST_TEST(!key("text", R"("\u0000a")"), "it may go without its NUL");
  BOOST_TEST(!keys(table_of({"id"}, {"int8"}), {R"(k	{"id":7})", R"(k	{"other":8})"}));
}

BOOST_AUTO_TEST_CASE(are_not_known_where_rows_can_be_in_each_others_way) {
  target_table table = table_of({"id"}, {"int8"});
  table.rows_stand_alone = false;
  BOOST_TEST(!keys(table, {R"(k	{"id":7})"}));
}

BOOST_AUTO_TEST_SUITE_END()

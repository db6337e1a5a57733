#include "json/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"

using namespace ingest::detail;

namespace {

std::string shown(std::string_view schema) {
  const char* const names[] = {"boolean", "integer", "number", "text", "date", "time", "date_time", "uuid", "json"};
  std::string all;
  for (const schema_member& m : members_of_schema(schema)) {
    all += (all.empty() ? "" : " ") + m.name + ':' + names[static_cast<std::size_t>(m.kind)];
  }
  return all;
}

std::string of_one(const std::string& member) {
  return shown(R"({"properties": {"x": )" + member + "}}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_json_schema)

BOOST_AUTO_TEST_CASE(names_members_and_what_their_values_are_in_its_order) {
  BOOST_TEST(shown(R"({"type": "object", "properties": {
    "id": {"type": "string"}, "n": {"type": "integer"}, "price": {"type": "number"}, "paid": {"type": "boolean"},
    "at": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"},
    "opens": {"type": "string", "format": "time"}, "who": {"type": "string", "format": "uuid"},
    "mail": {"type": "string", "format": "email"}, "lines": {"type": "array"}, "to": {"type": "object"}, "any": {}}})") ==
             "id:text n:integer price:number paid:boolean at:date_time day:date opens:time who:uuid mail:text "
             "lines:json to:json any:json");
}

BOOST_AUTO_TEST_CASE(may_mean_times_by_numbers_where_it_is_read_so) {
  const std::string schema = R"({"properties": {"at": {"type": ["integer", "string", "null"], "format": "date-time"},
    "n": {"type": "integer"}, "x": {"type": "number", "format": "date-time"}}})";
  BOOST_TEST(shown(schema) == "at:json n:integer x:number");
  const auto read = members_of_schema(schema, true);
  BOOST_TEST((read.at(0).kind == schema_kind::date_time));
  BOOST_TEST((read.at(1).kind == schema_kind::integer));
  BOOST_TEST((read.at(2).kind == schema_kind::date_time));
}

BOOST_AUTO_TEST_CASE(may_allow_null_beside_a_type) {
  BOOST_TEST(of_one(R"({"type": ["null", "integer"]})") == "x:integer");
  BOOST_TEST(of_one(R"({"type": ["string", "null"], "format": "date-time"})") == "x:date_time");
  BOOST_TEST(of_one(R"({"anyOf": [{"type": "null"}, {"type": "string", "format": "uuid"}]})") == "x:uuid");
  BOOST_TEST(of_one(R"({"oneOf": [{"type": "boolean"}, {"type": "null"}]})") == "x:boolean");
  BOOST_TEST(of_one(R"({"type": "null"})") == "x:json");
}

BOOST_AUTO_TEST_CASE(that_allows_values_of_several_kinds_leaves_them_as_they_are) {
  BOOST_TEST(of_one(R"({"type": ["string", "integer"]})") == "x:json");
  BOOST_TEST(of_one(R"({"type": ["integer", "number"]})") == "x:number");
  BOOST_TEST(of_one(R"({"anyOf": [{"type": "string"}, {"type": "string", "format": "date"}]})") == "x:json");
}

BOOST_AUTO_TEST_CASE(may_say_it_elsewhere) {
  BOOST_TEST(shown(R"({"$ref": "#/definitions/order", "definitions": {
    "order": {"allOf": [{"$ref": "#/definitions/base"}, {"properties": {"n": {"$ref": "#/definitions/count"}}}]},
    "base": {"properties": {"id": {"type": "string"}, "n": {"allOf": [{"type": "integer"}]}}},
    "count": {"type": "integer"}}})") == "id:text n:integer");
  BOOST_TEST(
      shown(R"({"properties": {"a": {"$ref": "#/$defs/I"}, "b": {"$ref": "#/%24defs/I"}, "c": {"$ref": "#/$defs/a b"}},
    "$defs": {"I": {"type": "integer"}, "a b": {"type": "boolean"}}})") == "a:integer b:integer c:boolean");
  BOOST_TEST(of_one(R"({"type": "number", "airbyte_type": "integer"})") == "x:integer");
}

BOOST_AUTO_TEST_CASE(is_refused_where_it_is_none) {
  for (const char* schema :
       {"", "{", "[]", "{}", R"({"properties": []})", R"({"$ref": "#/definitions/x"})", R"({"$ref": "other.json"})",
        R"({"$ref": "#/$ref"})", R"({"$ref": "#"})", R"({"properties": {"x": {"$ref": "#/properties/x"}}})",
        R"({"allOf": [{"$ref": "#"}]})", R"({"properties": {"x": {"anyOf": [{"$ref": "#/properties/x"}]}}})"}) {
    BOOST_CHECK_EXCEPTION(members_of_schema(schema), ingest::error,
                          [](const ingest::error& e) { return e.code() == ingest::errc::config; });
  }
}

BOOST_AUTO_TEST_SUITE_END()

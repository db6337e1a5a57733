// Settings that a manifest changes before its components read them.
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/connectors/config_rules.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;

namespace {

node config_of(const std::string& json) {
  return parse_document(json, "config.json").root;
}

connection_settings normalized(const std::string& rules, const std::string& config) {
  const std::string text = R"(
type: DeclarativeSource
streams: []
spec:
  type: Spec
  connection_specification:
    type: object
    required: [mode]
    properties:
      mode: {type: string, enum: [fast, slow]}
      size: {type: integer, default: 7}
      key: {type: string, airbyte_secret: true}
  config_normalization_rules:
    type: ConfigNormalizationRules
)" + rules;
  return normalized_settings(prepared_manifest(parse_document(text, "test.yaml")), config_of(config));
}

std::string refusal_of(const std::string& rules, const std::string& config) {
  return ingest::testing::refusal_of([&] { normalized(rules, config); });
}

const std::string migration = "    config_migrations:\n      - type: ConfigMigration\n        transformations:\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(rules_of_settings)

BOOST_AUTO_TEST_CASE(move_a_setting_to_where_it_is_today_before_it_is_checked) {
  const auto made = normalized(migration + R"(
          - type: ConfigAddFields
            condition: "{{ config.get('old_mode', False) }}"
            fields: [{type: AddedFieldDefinition, path: [mode], value: "{{ config['old_mode'] }}"}]
          - type: ConfigRemoveFields
            field_pointers: [[old_mode], [not_there, at_all]]
)",
                               R"({"old_mode": "fast", "key": "k"})");
  BOOST_TEST(made.usable());
  BOOST_TEST(made.config.to_value().to_json() == R"({"key":"k","mode":"fast","size":7})");
  BOOST_TEST(made.secrets.front() == "k");
}

BOOST_AUTO_TEST_CASE(see_what_those_before_them_have_made) {
  const auto made = normalized(R"(
    transformations:
      - type: ConfigAddFields
        fields:
          - {type: AddedFieldDefinition, path: [a, b], value: "{{ config['size'] + 1 }}"}
          - {type: AddedFieldDefinition, path: [c], value: "{{ config['a']['b'] }}", value_type: string}
)",
                               R"({"mode": "slow"})");
  BOOST_TEST(made.config.to_value().to_json() == R"({"mode":"slow","size":7,"a":{"b":8},"c":"8"})");
}

BOOST_AUTO_TEST_CASE(replace_values_by_a_table_and_leave_others) {
  const std::string remap = R"(
    transformations:
      - type: ConfigRemapField
        field_path: [inner, "{{ config['which'] }}"]
        map: {EU: "https://eu.example", US: "{{ config['mode'] }}"}
)";
  const auto inner = [&](const std::string& region) {
    const auto made = normalized(remap, R"({"mode": "slow", "which": "r", "inner": {"r": ")" + region + "\"}}");
    return made.config.find("inner")->find("r")->scalar().text();
  };
  BOOST_TEST(inner("EU") == "https://eu.example");
  BOOST_TEST(inner("US") == "slow");
  BOOST_TEST(inner("AP") == "AP");
  BOOST_TEST(normalized(remap, R"({"mode": "slow", "which": "r"})").usable());
}

BOOST_AUTO_TEST_CASE(keep_the_lines_of_what_a_person_wrote) {
  const std::string rules =
      migration + "          - type: ConfigAddFields\n            fields: [{path: [mode], value: quick}]\n";
  const auto made = normalized(rules, "{\n\"size\": \"x\"}");
  BOOST_REQUIRE(made.findings.size() == 2u);
  BOOST_TEST(made.findings[1].line == 2);
}

BOOST_AUTO_TEST_CASE(say_what_a_validation_finds_without_its_value) {
  const std::string rules = R"(
    validations:
      - type: DpathValidator
        field_path: [reports, "*", names]
        validation_strategy:
          type: ValidateAdheresToSchema
          base_schema: {type: array, items: {type: string, enum: [day, week]}}
      - type: DpathValidator
        field_path: [missing]
        validation_strategy: {type: ValidateAdheresToSchema, base_schema: {type: array}}
)";
  BOOST_TEST(
      normalized(rules, R"({"mode": "slow", "reports": [{"names": ["day"]}, {"names": "[\"week\"]"}]})").usable());
  const auto wrong = normalized(rules, R"({"mode": "slow", "reports": [{"names": ["private"]}]})");
  BOOST_TEST(!wrong.usable());
  BOOST_TEST(has(to_text(wrong.findings.back()), "reports.*.names[0]"));
  BOOST_TEST(!has(to_text(wrong.findings.back()), "private"));
  BOOST_TEST(!normalized(rules, R"({"mode": "slow", "reports": [{"names": "no json"}]})").usable());
}

BOOST_AUTO_TEST_CASE(are_refused_by_line_and_without_a_value_where_they_cannot_be_followed) {
  const std::string rules =
      "\n    transformations:\n      - type: ConfigAddFields\n        fields:\n"
      "          - {path: [key, below], value: x}\n";
  const std::string why = refusal_of(rules, R"({"mode": "slow", "key": "very-secret"})");
  BOOST_TEST(has(why, "line 19"), why);
  BOOST_TEST(!has(why, "very-secret"), why);
}

BOOST_AUTO_TEST_SUITE_END()

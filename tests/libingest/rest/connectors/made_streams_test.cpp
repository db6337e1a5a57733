// Streams that are not written out in a manifest, and schemas that are asked for.
#include <boost/test/unit_test.hpp>
#include <map>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/connectors/connector.hpp"
#include "rest/connectors/made_streams.hpp"
#include "rest/connectors/record_reading.hpp"
#include "support/http_server.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;
using ingest::testing::http_server;
using ingest::testing::received_request;
using ingest::testing::refusal_of;
using ingest::testing::reply;

namespace {

manifest prepared(const std::string& yaml) {
  return prepared_manifest(parse_document(yaml, "test.yaml"));
}

std::unique_ptr<connector> connected(const std::string& yaml, const std::string& config = "{}",
                                     stream_states has_state = {}) {
  connector_options o;
  o.has_state = std::move(has_state);
  return std::make_unique<connector>(prepared(yaml), value::from_json(config), o);
}

std::string names_of(const connector& from) {
  std::string all;
  for (const declared_stream& s : from.streams()) {
    all += (all.empty() ? "" : " ") + s.name;
  }
  return all;
}

std::string records_of(const connector& from, const declared_stream& stream) {
  std::string all;
  read_all(from.open(stream), {}, [&all](const value& record, const stream_slice&) {
    all += record.to_json() + "\n";
    return true;
  });
  return all;
}

/// A stream that is read at `path`; more members behind it.
std::string stream(const std::string& name, const std::string& url, const std::string& path,
                   const std::string& more = "") {
  return "{type: DeclarativeStream, name: " + name + ", primary_key: id" + more +
         ", retriever: {type: SimpleRetriever, requester: {type: HttpRequester, url_base: \"" + url + "\", path: \"" +
         path + "\"}, record_selector: {extractor: {type: DpathExtractor, field_path: [items]}}}}";
}

std::string of_template(const std::string& resolver, const std::string& stream_template) {
  return "streams: []\ndynamic_streams:\n  - type: DynamicDeclarativeStream\n    name: shelf\n    stream_template: " +
         stream_template + "\n    components_resolver:\n" + resolver;
}

const std::string by_config = R"(      type: ConfigComponentsResolver
      stream_config: {type: StreamConfig, configs_pointer: [reports], default_values: [{title: always}]}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "r_{{ components_values['title'] }}"}
        - type: ComponentMappingDefinition
          field_path: ["**", path]
          value: "/{{ components_values['title'] }}"
        - type: ComponentMappingDefinition
          field_path: [primary_key]
          value: "{{ components_values['key'] }}"
          condition: "{{ components_values.get('key', False) }}"
        - type: ComponentMappingDefinition
          field_path: [incremental_sync, cursor_field]
          value: at
          create_or_update: true
)";

const std::string by_api = R"(      type: HttpComponentsResolver
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url_base: "URL", path: "/shelves"}
        record_selector: {extractor: {type: DpathExtractor, field_path: [shelves]}}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['title'] }}"}
        - {type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "/{{ components_values['id'] }}"}
)";

std::string with_url(std::string text, const std::string& url) {
  return text.replace(text.find("URL"), 3, url);
}

const std::string asked_schema = R"(, schema_loader: {type: DynamicSchemaLoader,
      retriever: {type: SimpleRetriever, requester: {type: HttpRequester, url_base: "URL", path: /fields},
        record_selector: {extractor: {type: DpathExtractor, field_path: []}}},
      schema_filter: {type: RecordFilter, condition: "{{ 'hidden' not in record }}"},
      schema_transformations: [{type: KeysToLower}],
      schema_type_identifier: {schema_pointer: [fields], key_pointer: [name], type_pointer: [kind], types_mapping: [
        {type: TypesMap, target_type: integer, current_type: count, condition: "{{ raw_schema['whole'] }}"},
        {type: TypesMap, target_type: number, current_type: count},
        {type: TypesMap, target_type: {field_type: array, items: string}, current_type: tags}]}})";

}  // namespace

BOOST_AUTO_TEST_SUITE(streams_of_templates)

BOOST_AUTO_TEST_CASE(are_made_of_the_settings) {
  const auto from = connected(of_template(by_config, stream("any", "http://a", "/")),
                              R"({"reports": [{"title": "day", "key": ["a", "b"]}, {"title": "week"}]})");
  BOOST_TEST(names_of(*from) == "r_day r_week r_always");
  const declared_stream& day = from->find("r_day");
  BOOST_TEST(day.primary_key.size() == 2u);
  BOOST_TEST(day.made_by == "shelf");
  BOOST_TEST(day.cursor_field == "at");
  BOOST_TEST(day.retriever.find("requester")->find("path")->text() == "/day");
  BOOST_TEST(from->find("r_week").primary_key.size() == 1u);
  BOOST_TEST(names_of(*connected(of_template(by_config, stream("any", "http://a", "/")))) == "r_always");
}

BOOST_AUTO_TEST_CASE(are_each_combination_of_several_lists) {
  const std::string resolver = R"(      type: ConfigComponentsResolver
      stream_config:
        - {type: StreamConfig, configs_pointer: [sites]}
        - {type: StreamConfig, configs_pointer: [kinds]}
      components_mapping:
        - type: ComponentMappingDefinition
          field_path: [name]
          value: "{{ components_values['site'] }}_{{ components_values['source_config_1'][1] }}"
)";
  const auto from = connected(of_template(resolver, stream("any", "http://a", "/")),
                              R"({"sites": [{"site": "x"}, {"site": "y"}], "kinds": ["a", "b"]})");
  BOOST_TEST(names_of(*from) == "x_a x_b y_a y_b");
}

BOOST_AUTO_TEST_CASE(have_names_of_their_own) {
  const std::string why = refusal_of([] {
    connected(of_template(by_config, stream("any", "http://a", "/")), R"({"reports": [{"title": "always"}]})");
  });
  BOOST_TEST(has(why, "r_always"), why);
}

BOOST_AUTO_TEST_CASE(of_a_list_in_the_manifest_are_known_before_the_settings_are) {
  const std::string resolver = R"(      type: ParametrizedComponentsResolver
      stream_parameters:
        type: StreamParametersDefinition
        list_of_parameters_for_stream: [{name: a, schema: {type: object, properties: {x: {type: integer}}}}, {name: b}]
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['name'] }}"}
        - type: ComponentMappingDefinition
          field_path: [schema_loader]
          value: "{{ {'type': 'InlineSchemaLoader', 'schema': components_values.get('schema', {})} }}"
          create_or_update: true
)";
  const auto streams =
      declared_streams(with_streams_of_manifest(prepared(of_template(resolver, stream("any", "http://a", "/")))));
  BOOST_REQUIRE(streams.size() == 2u);
  BOOST_TEST(streams[0].schema == R"({"type":"object","properties":{"x":{"type":"integer"}}})");
  BOOST_TEST(streams[1].name == "b");
}

BOOST_AUTO_TEST_CASE(are_asked_of_the_api_with_their_schemas) {
  http_server api([](const received_request& r) -> reply {
    if (r.path == "/shelves") {
      return {.body = R"({"shelves": [{"id": 1, "title": "old"}, {"id": 2, "title": "new"}]})"};
    }
    if (r.path == "/fields") {
      return {.body = R"({"fields": [{"name": "ID", "kind": "count", "whole": true}, {"name": "price", "kind": "count"},
        {"name": "tags", "kind": "tags"}, {"name": "hidden", "kind": "boolean"}, {"name": "at", "kind": "date"}]})"};
    }
    return {.body = R"({"items": [{"id": )" + r.path.substr(1) + "}]}"};
  });
  const auto from = connected(
      of_template(with_url(by_api, api.url()), stream("any", api.url(), "/", with_url(asked_schema, api.url()))));
  BOOST_TEST(names_of(*from).empty());
  BOOST_TEST(from->unasked().front() == "shelf");
  from->ask_for_streams([](const std::string&) { return false; }, {});
  BOOST_TEST(api.requests().empty());
  from->ask_for_streams([](const std::string& name) { return name == "shelf"; }, {});
  BOOST_TEST(names_of(*from) == "old new");
  BOOST_TEST(from->unasked().empty());
  BOOST_TEST(asks_for_schema(from->find("new")));
  const declared_stream with = from->with_schema(from->find("new"), {});
  const value schema = value::from_json(with.schema);
  BOOST_TEST(schema.find("properties")->to_json() ==
             R"({"id":{"type":["null","integer"]},"price":{"type":["null","number"]},)"
             R"("tags":{"type":["null","array"],"items":{"type":["null","string"]}},)"
             R"("at":{"type":["null","string"],"format":"date"}})");
  BOOST_TEST(!asks_for_schema(with));
  BOOST_TEST(records_of(*from, with) == "{\"id\":2}\n");
}

BOOST_AUTO_TEST_CASE(and_schemas_are_not_taken_for_none_where_an_answer_is_another_one) {
  std::string body = R"({"result": "later"})";
  http_server api([&body](const received_request&) -> reply { return {.body = body}; });
  const std::string yaml =
      of_template(with_url(by_api, api.url()), stream("any", api.url(), "/", with_url(asked_schema, api.url())));
  const auto ask = [&] { connected(yaml)->ask_for_streams([](const std::string&) { return true; }, {}); };
  const std::string why = refusal_of(ask, errc::bad_data);
  BOOST_TEST(has(why, "nothing where records are"), why);
  body = R"({"shelves": []})";
  BOOST_TEST(refusal_of(ask) == "", "an API may have none of them");
}

BOOST_AUTO_TEST_CASE(that_are_called_as_another_one_leave_all_as_it_was) {
  http_server api(
      [](const received_request&) -> reply { return {.body = R"({"shelves": [{"id": 1, "title": "one"}]})"}; });
  std::string yaml = of_template(with_url(by_api, api.url()), stream("any", api.url(), "/"));
  yaml.replace(yaml.find("[]"), 2, "[" + stream("one", api.url(), "/") + "]");
  const auto from = connected(yaml);
  const std::string why = refusal_of([&] { from->ask_for_streams([](const std::string&) { return true; }, {}); });
  BOOST_TEST(has(why, "a second stream is called \"one\""), why);
  BOOST_TEST(from->unasked().front() == "shelf");
  BOOST_TEST(names_of(*from) == "one");
}

BOOST_AUTO_TEST_CASE(name_a_type_that_nothing_is_known_of) {
  http_server api(
      [](const received_request&) -> reply { return {.body = R"({"fields": [{"name": "a", "kind": "odd"}]})"}; });
  const auto from = connected("streams:\n  - " + stream("one", api.url(), "/", with_url(asked_schema, api.url())));
  const std::string why = refusal_of([&] { from->with_schema(from->find("one"), {}); }, errc::bad_data);
  BOOST_TEST(has(why, "\"odd\""), why);
  BOOST_TEST(has(why, "types_mapping"), why);
}

BOOST_AUTO_TEST_CASE(with_a_condition_are_there_where_it_holds) {
  const std::string yaml =
      "streams:\n  - " + stream("a", "http://a", "/") +
      "\n  - type: ConditionalStreams\n    condition: \"{{ config['more'] }}\"\n    streams:\n      - " +
      stream("b", "http://a", "/") + "\n";
  BOOST_TEST(names_of(*connected(yaml, R"({"more": true})")) == "a b");
  BOOST_TEST(names_of(*connected(yaml, R"({"more": false})")) == "a");
  const auto verdict = check_manifest(prepared(yaml));
  BOOST_REQUIRE(verdict.streams.size() == 2u);
  BOOST_TEST(verdict.streams[1].name == "b");
  BOOST_TEST(verdict.streams[1].runs());
}

BOOST_AUTO_TEST_CASE(that_delegate_are_chosen_by_whether_there_is_a_state) {
  const std::string cursor =
      ", incremental_sync: {type: DatetimeBasedCursor, cursor_field: made, datetime_format: '%s', start_datetime: '1'}";
  const std::string yaml = "streams:\n  - type: StateDelegatingStream\n    name: s\n    full_refresh_stream: " +
                           stream("s", "http://a", "/all", cursor) +
                           "\n    incremental_stream: " + stream("s", "http://a", "/new", cursor) + "\n";
  const auto path = [&](const stream_states& has_state) {
    return std::string(connected(yaml, "{}", has_state)->find("s").retriever.find("requester")->find("path")->text());
  };
  BOOST_TEST(path({}) == "/all");
  const stream_states of_s = [](const std::string& name) { return name == "s"; };
  BOOST_TEST(path(of_s) == "/new");
  BOOST_TEST(connected(yaml, "{}", of_s)->find("s").cursor_field == "made");
  BOOST_TEST(connected(yaml, "{}", {})->find("s").cursor_field == "", "it is not read on by what tells no changes");
}

BOOST_AUTO_TEST_SUITE_END()

// Runs of connectors whose streams, schemas and settings are not written out in the manifest.
#include <signal.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <optional>

#include "support/http_server.hpp"
#include "support/ingest_run.hpp"

using namespace ingest::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Tables that the API tells of, with their fields, and pages of their rows.
class base_api {
 public:
  static constexpr int pages = 4;

  reply operator()(const received_request& r) {
    if (fault) {
      if (auto instead = fault(r)) {
        return *instead;
      }
    }
    if (r.path == "/tables") {
      return {.body = R"({"tables": [{"id": "t1", "title": "red"}, {"id": "t2", "title": "blue"}]})"};
    }
    if (r.path.ends_with("/fields")) {
      return {.body = R"({"fields": [{"name": "id", "kind": "integer"}, {"name": ")" + r.path.substr(1, 2) +
                      R"(_price", "kind": "money"}]})"};
    }
    const int page = r.parameter("page").empty() ? 0 : std::stoi(r.parameter("page"));
    std::string rows;
    for (int id = page * 2; id < page * 2 + 2; ++id) {
      rows += (rows.empty() ? "" : ", ") + (R"({"id": )" + std::to_string(id)) + ", \"" + r.path.substr(1, 2) +
              "_price\": " + std::to_string(id) + ".10}";
    }
    const std::string next = page + 1 < pages ? std::to_string(page + 1) : "null";
    return {.body = "{\"rows\": [" + rows + "], \"next\": " + next + "}"};
  }

  std::function<std::optional<reply>(const received_request&)> fault;
};

const char* const manifest = R"(
type: DeclarativeSource
version: 6.44.0
check: {type: CheckDynamicStream, stream_count: 1}
definitions:
  api: {type: HttpRequester, url_base: "{{ config['url'] }}"}
  rows: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [rows]}}
  pages:
    type: DefaultPaginator
    page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
    pagination_strategy: {type: CursorPagination, cursor_value: "{{ response['next'] }}", stop_condition: "{{ not response['next'] }}"}
streams:
  - type: DeclarativeStream
    name: plain
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester: {$ref: "#/definitions/api", path: /t9}
      record_selector: "#/definitions/rows"
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    components_resolver:
      type: HttpComponentsResolver
      retriever:
        type: SimpleRetriever
        requester: {$ref: "#/definitions/api", path: /tables}
        record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [tables]}}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['title'] }}"}
        - {type: ComponentMappingDefinition, field_path: [$parameters, table], value: "{{ components_values['id'] }}"}
    stream_template:
      type: DeclarativeStream
      name: ""
      $parameters: {table: ""}
      primary_key: id
      retriever:
        type: SimpleRetriever
        requester: {$ref: "#/definitions/api", path: "/{{ parameters['table'] }}"}
        record_selector: "#/definitions/rows"
        paginator: "#/definitions/pages"
      schema_loader:
        type: DynamicSchemaLoader
        retriever:
          type: SimpleRetriever
          requester: {$ref: "#/definitions/api", path: "/{{ parameters['table'] }}/fields"}
          record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
        schema_type_identifier:
          schema_pointer: [fields]
          key_pointer: [name]
          type_pointer: [kind]
          types_mapping: [{type: TypesMap, current_type: money, target_type: number}]
spec:
  type: Spec
  connection_specification:
    type: object
    required: [url]
    properties: {url: {type: string}}
  config_normalization_rules:
    type: ConfigNormalizationRules
    config_migrations:
      - type: ConfigMigration
        transformations:
          - type: ConfigAddFields
            condition: "{{ config.get('host', False) }}"
            fields: [{type: AddedFieldDefinition, path: [url], value: "{{ config['host'] }}"}]
)";

struct base_run : ingest_run {
  base_run() : ingest_run(1) {
    std::ofstream(file) << manifest;
    std::ofstream(directory / "config.yaml") << "host: " << server.url() << "\n";
    environment["CONNECTOR_CONFIG"] = (directory / "config.yaml").string();
    environment.erase("API_BASE_URL");
    environment.erase("TARGET_API_KEY");
    environment["RESTART_WINDOW_MS"] = "60000";
  }

  finished_process base(const std::string& command, std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), file);
    return run(command, flags);
  }

  std::size_t requests_for(const std::string& path) const {
    std::size_t count = 0;
    for (const received_request& r : server.requests()) {
      count += r.path == path ? 1 : 0;
    }
    return count;
  }

  const std::string file = (directory / "base.yaml").string();
  base_api api_of_base;
  http_server server{std::ref(api_of_base)};
};

constexpr int rows_each = 2 * base_api::pages;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_run_of_streams_that_the_api_tells_of, base_run)

BOOST_AUTO_TEST_CASE(brings_each_into_a_table_with_the_columns_that_the_api_says) {
  const auto p = base("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM red") == rows_each);
  BOOST_TEST(database.value("SELECT t2_price FROM blue WHERE id = 3") == "3.10");
  BOOST_TEST(database.value("SELECT data_type FROM information_schema.columns WHERE table_name = 'blue' AND "
                            "column_name = 't2_price'") == "numeric");
  BOOST_TEST(number("SELECT count(*) FROM plain") == 2);
  BOOST_TEST(requests_for("/tables") == 1u, "the streams are asked for once for all of them");
}

BOOST_AUTO_TEST_CASE(chooses_by_the_names_of_streams_and_of_templates) {
  BOOST_TEST(base("run", {"--stream", "plain"}).exit_code == 0);
  BOOST_TEST(base("run", {"--exclude", "tables"}).exit_code == 0);
  BOOST_TEST(requests_for("/tables") == 0u);
  const auto p = base("run", {"--stream", "tables", "--exclude", "red"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM blue") == rows_each);
  BOOST_TEST(database.value("SELECT to_regclass('red') IS NULL") == "t");
  const auto unknown = base("run", {"--stream", "green"});
  BOOST_TEST(unknown.exit_code == 78);
  BOOST_TEST(has(unknown.err, "plain, red, blue"), unknown.err);
}

BOOST_AUTO_TEST_CASE(goes_on_with_a_stream_when_it_was_killed) {
  std::atomic<bool> stands{false};
  api_of_base.fault = [&](const received_request& r) -> std::optional<reply> {
    stands = stands || (r.path == "/t2" && r.parameter("page") == "2");
    return stands ? std::optional(reply{.status = 503, .body = "down"}) : std::nullopt;
  };
  auto program = start("run", {file, "--stream", "blue"});
  await(program, [&] { return stands.load() && pages_in_ledger() > 0; });
  program.signal(SIGKILL);
  program.wait();
  api_of_base.fault = nullptr;
  const auto before = requests_for("/t2");
  const auto p = base("run", {"--stream", "blue"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(number("SELECT count(*) FROM blue") == rows_each);
  BOOST_TEST(requests_for("/t2") - before <= 3u, "the first page is not read again");
}

std::optional<reply> only_red_is_named(const received_request& r) {
  return r.path == "/tables" ? std::optional(reply{.body = R"({"tables": [{"id": "t1", "title": "red"}]})"})
                             : std::nullopt;
}

BOOST_AUTO_TEST_CASE(tells_of_a_run_whose_stream_the_api_does_not_name_any_more) {
  api_of_base.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/t2" ? std::optional(reply{.status = 404, .body = "{}"}) : std::nullopt;
  };
  BOOST_TEST(base("run").exit_code != 0);
  api_of_base.fault = only_red_is_named;
  const auto p = base("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "blue has a run that has not ended, and its stream is not there any more"), p.err);
}

BOOST_AUTO_TEST_CASE(tells_of_a_table_whose_stream_the_api_does_not_name_any_more) {
  BOOST_TEST(base("run").exit_code == 0);
  api_of_base.fault = only_red_is_named;
  const auto p = base("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "blue is of a stream that is not there any more"), p.err);
  BOOST_TEST(number("SELECT count(*) FROM blue") == rows_each);
}

BOOST_AUTO_TEST_CASE(reads_the_others_where_the_streams_cannot_be_asked_for) {
  api_of_base.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/tables" ? std::optional(reply{.status = 403, .body = R"({"message":"not yours"})"})
                               : std::nullopt;
  };
  const auto p = base("run");
  BOOST_TEST(p.exit_code != 0);
  BOOST_TEST(has(p.err, "1 of 2 streams are complete; not these: tables"), p.err);
  BOOST_TEST(number("SELECT count(*) FROM plain") == 2);
}

BOOST_AUTO_TEST_CASE(tells_where_the_api_names_nothing) {
  api_of_base.fault = [](const received_request& r) -> std::optional<reply> {
    return r.path == "/tables" ? std::optional(reply{.body = R"({"tables": []})"}) : std::nullopt;
  };
  const auto p = base("run");
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.err, "the API was asked, and names nothing"), p.err);
  BOOST_TEST(number("SELECT count(*) FROM plain") == 2);
}

BOOST_AUTO_TEST_CASE(can_be_looked_at_before) {
  const auto p = base("discover", {"--stream", "tables"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "red: table red; key id"), p.out);
  BOOST_TEST(has(p.out, "t2_price  numeric"), p.out);
}

BOOST_AUTO_TEST_CASE(leaves_out_of_a_recording_what_only_the_api_tells) {
  environment.erase("DATABASE_URL");
  const std::string folder = (directory / "recorded").string();
  const auto recorded = base("record", {"--into", folder});
  BOOST_TEST(recorded.exit_code == 78, recorded.err);
  BOOST_TEST(has(recorded.out, "tables: not recorded: which streams it has, only answers of the API tell"),
             recorded.out);
  const auto p = run("test", {folder});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "plain"), p.out);
}

BOOST_AUTO_TEST_CASE(prints_the_records_of_one) {
  environment.erase("DATABASE_URL");
  const auto p = base("read", {"--stream", "red"});
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(has(p.out, "{\"id\": 1, \"t1_price\": 1.10}\n"), p.out);
}

BOOST_AUTO_TEST_SUITE_END()

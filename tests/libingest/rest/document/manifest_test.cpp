#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/document/component_docs.hpp"
#include "rest/document/component_type.hpp"
#include "rest/document/manifest_report.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;
using ingest::testing::refusal_of;

namespace {

manifest prepared(const std::string& yaml) {
  return prepared_manifest(parse_document(yaml, "test.yaml"));
}

/// All findings, one a line.
std::string told(const manifest_verdict& v) {
  std::string text;
  const auto add = [&text](const std::vector<finding>& all) {
    for (const finding& f : all) {
      text += std::string(name_of(f.weight)) + " " + to_text(f) + "\n";
    }
  };
  add(v.findings);
  for (const stream_verdict& s : v.streams) {
    add(s.findings);
  }
  return text;
}

// Two streams, books and their pages; on lines that the cases below count on.
const std::string library = R"(version: 6.1.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [books]}
definitions:
  requester:
    type: HttpRequester
    url_base: https://library.example
    authenticator: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}
  selector:
    type: RecordSelector
    extractor: {type: DpathExtractor, field_path: [items]}
  books:
    type: DeclarativeStream
    name: books
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester: {$ref: "#/definitions/requester", path: /books}
      record_selector: "#/definitions/selector"
      paginator:
        type: DefaultPaginator
        pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}"}
    schema_loader:
      type: InlineSchemaLoader
      schema: {type: object, properties: {id: {type: integer}, type: {type: string}}}
streams:
  - "#/definitions/books"
  - type: DeclarativeStream
    name: pages
    primary_key: [book, number]
    retriever:
      type: SimpleRetriever
      requester: {$ref: "#/definitions/requester", path: "/books/{{ stream_partition.book }}/pages"}
      record_selector: {$ref: "#/definitions/selector"}
      partition_router:
        type: SubstreamPartitionRouter
        parent_stream_configs:
          - {type: ParentStreamConfig, parent_key: id, partition_field: book, stream: "#/definitions/books"}
)";

std::string with(std::string text, const std::string& what, const std::string& other) {
  const std::size_t at = text.find(what);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), other);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(component_table)

BOOST_AUTO_TEST_CASE(says_something_of_each_component_once) {
  std::set<std::pair<std::string_view, place>> seen;
  for (const component_type& t : component_types()) {
    BOOST_TEST_CONTEXT(t.name) {
      BOOST_TEST(seen.emplace(t.name, t.stands).second);
      BOOST_TEST(t.sentence.ends_with('.'));
      BOOST_TEST((t.stands != place::none && name_of(t.stands) != "a component"));
      for (const field_type& f : t.fields) {
        BOOST_TEST(!f.name.empty());
        const bool of_components = (f.holds & (holds_component | holds_components)) != 0;
        BOOST_TEST((!of_components || f.of != place::none));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(has_a_component_for_each_place_that_a_field_names) {
  for (const component_type& t : component_types()) {
    for (const field_type& f : t.fields) {
      const auto all = component_types();
      BOOST_TEST((f.of == place::none ||
                  std::any_of(all.begin(), all.end(), [&f](const auto& other) { return other.stands == f.of; })),
                 t.name << "." << f.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(is_printed_for_the_documents) {
  const std::string list = component_list();
  BOOST_TEST(has(list, "| an authenticator | `BearerAuthenticator` | yes | "));
  BOOST_TEST(has(list, "**`api_token`**"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(checks)

BOOST_AUTO_TEST_CASE(of_a_manifest_that_runs_find_nothing) {
  const manifest_verdict v = check_manifest(prepared(library));
  BOOST_TEST(told(v) == "");
  BOOST_TEST(v.runs());
  BOOST_TEST(v.streams.size() == 2u);
}

BOOST_AUTO_TEST_CASE(name_what_is_missing_by_line_and_path) {
  const auto v = check_manifest(prepared(with(library, "cursor_value: \"{{ response.next }}\"", "page_size: 5")));
  BOOST_TEST(has(told(v),
                 "error streams[0].retriever.paginator.pagination_strategy, line 22: CursorPagination misses "
                 "`cursor_value`"));
  BOOST_TEST(!v.streams[0].runs());
}

BOOST_AUTO_TEST_CASE(name_unknown_types_and_the_nearest_one) {
  const auto v = check_manifest(prepared(with(library, "BearerAuthenticator", "BearerAuthenticater")));
  BOOST_TEST(has(told(v), "unknown type `BearerAuthenticater`; did you mean `BearerAuthenticator`?"));
}

BOOST_AUTO_TEST_CASE(refuse_a_component_in_the_place_of_another) {
  const auto v = check_manifest(
      prepared(with(library, "{type: BearerAuthenticator, api_token:", "{type: RecordFilter, condition:")));
  BOOST_TEST(has(told(v), "`RecordFilter` is a filter of records, but an authenticator must stand here"));
}

BOOST_AUTO_TEST_CASE(note_fields_that_are_ignored) {
  const auto v = check_manifest(prepared(with(library, "name: pages\n", "name: pages\n    nonsense: 1\n")));
  BOOST_TEST(v.runs());
  const auto w = check_manifest(prepared(with(library, "cursor_value:", "stop_conditon: x, cursor_value:")));
  BOOST_TEST(has(told(w), "note streams[0].retriever.paginator.pagination_strategy.stop_conditon, line 22"));
  BOOST_TEST(has(told(w), "did you mean `stop_condition`?"));
  BOOST_TEST(w.runs());
}

BOOST_AUTO_TEST_CASE(refuse_values_of_another_kind) {
  const auto v = check_manifest(prepared(with(library, "field_path: [items]", "field_path: items")));
  BOOST_TEST(has(told(v), "field_path, line 11: must be a list of texts, not a text"));
  const auto w = check_manifest(prepared(with(library, "path: /books}", "path: /books, http_method: PUT}")));
  BOOST_TEST(has(told(w), "http_method, line 18: must be one of GET, POST"));
  const auto x = check_manifest(prepared(with(library, "path: /books}", "path: /books, use_cache: 'yes'}")));
  BOOST_TEST(has(told(x), "must be true or false, not a text"));
}

BOOST_AUTO_TEST_CASE(say_which_streams_lack_what) {
  const auto v = check_manifest(prepared(with(library, "type: SubstreamPartitionRouter",
                                              "type: CustomPartitionRouter\n"
                                              "        class_name: source_library.components.Shelves")));
  BOOST_TEST(v.streams[0].runs());
  BOOST_TEST(!v.streams[1].runs());
  BOOST_TEST(has(told(v),
                 "lack streams[1].retriever.partition_router, line 36: CustomPartitionRouter is Python code of "
                 "the connector (source_library.components.Shelves), which cannot be run"));
  BOOST_TEST(v.streams[1].findings[0].component == "CustomPartitionRouter");
}

BOOST_AUTO_TEST_CASE(name_expressions_that_cannot_be_read) {
  const auto v = check_manifest(prepared(with(library, "{{ response.next }}", "{{ response.next | shuffled }}")));
  BOOST_TEST(!v.streams[0].runs());
  BOOST_TEST(has(told(v), "lack streams[0].retriever.paginator.pagination_strategy.cursor_value, line 22: "));
  BOOST_TEST(has(told(v), "shuffled"));
  const auto w = check_manifest(prepared(with(library, "config['token'] }}", "config['token' }}")));
  BOOST_TEST(has(told(w), "streams[0].retriever.requester.authenticator.api_token, line 8: "));
}

BOOST_AUTO_TEST_CASE(count_what_changes_settings_against_each_stream) {
  const std::string rules =
      "spec:\n  type: Spec\n  connection_specification: {type: object}\n  config_normalization_rules:\n"
      "    transformations: [{type: CustomConfigTransformation, class_name: a.B}]\n";
  const auto v = check_manifest(prepared(library + rules));
  BOOST_TEST(!v.streams[0].runs());
  BOOST_TEST(!v.streams[1].runs());
  BOOST_TEST(has(told(v), "spec.config_normalization_rules.transformations[0]"));
}

BOOST_AUTO_TEST_CASE(give_templates_of_streams_a_verdict) {
  const auto v =
      check_manifest(prepared(library + "dynamic_streams: [{type: DynamicDeclarativeStream, name: shelves}]\n"));
  BOOST_REQUIRE(v.streams.size() == 3u);
  BOOST_TEST(v.streams[2].name == "shelves");
  BOOST_TEST(!v.streams[2].runs());
}

BOOST_AUTO_TEST_CASE(refuse_what_is_no_manifest) {
  BOOST_TEST(has(refusal_of([] { prepared("a: 1\n"); }), "no list of streams"));
  BOOST_TEST(has(refusal_of([] { prepared("[]\n"); }), "test.yaml, line 1"));
  BOOST_TEST(has(refusal_of([] { prepared("type: Other\nstreams: []\n"); }), "DeclarativeSource"));
  BOOST_TEST(has(refusal_of([] { prepared("streams: ['#/x']\n"); }), "test.yaml: the reference #/x, line 1"));
  BOOST_TEST(prepared("streams: []\n").root.find("type")->text() == "DeclarativeSource");
}

BOOST_AUTO_TEST_CASE(take_a_stream_that_is_no_dict) {
  const auto v = check_manifest(prepared("version: 1.0.0\ncheck: {type: CheckStream}\nstreams: [5, {type: [x]}]\n"));
  BOOST_TEST(!v.streams[0].runs());
  BOOST_TEST(!v.streams[1].runs());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(are_told_with_keys_parents_schema_and_where_they_resume) {
  const auto all = declared_streams(prepared(library));
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].name == "books");
  BOOST_TEST(all[0].line == 13);
  BOOST_TEST((all[0].primary_key == std::vector<declared_stream::path>{{"id"}}));
  BOOST_TEST(all[0].schema == R"({"type":"object","properties":{"id":{"type":"integer"},"type":{"type":"string"}}})");
  BOOST_TEST((all[0].resumes == resumption::page));
  BOOST_TEST((all[1].primary_key == std::vector<declared_stream::path>{{"book"}, {"number"}}));
  BOOST_TEST((all[1].parents == std::vector<std::string>{"books"}));
  BOOST_TEST((all[1].resumes == resumption::partition));
  BOOST_TEST(all[1].schema == "");
}

BOOST_AUTO_TEST_CASE(may_have_nested_keys_or_none) {
  const auto key = [](const std::string& text) {
    return declared_streams(prepared(with(library, "[book, number]", text)))[1].primary_key;
  };
  BOOST_TEST((key("[[book, id], [number]]") == std::vector<declared_stream::path>{{"book", "id"}, {"number"}}));
  BOOST_TEST(key("[]").empty());
  BOOST_TEST(key("''").empty());
  BOOST_TEST(has(refusal_of([&] { key("{a: 1}"); }), "line 30"));
  BOOST_TEST(has(refusal_of([&] { key("[1]"); }), "primary_key"));
}

BOOST_AUTO_TEST_CASE(resume_by_windows_where_they_are_asked_for_by_time) {
  const auto resumes = [](const std::string& cursor) {
    return declared_streams(
               prepared(with(library, "primary_key: [book, number]\n", "incremental_sync: {" + cursor + "}\n")))[1]
        .resumes;
  };
  const std::string times =
      "type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%s', start_datetime: '2024-01-01'";
  BOOST_TEST((resumes(times) == resumption::window));
  BOOST_TEST((resumes(times + ", is_client_side_incremental: true") == resumption::partition));
}

BOOST_AUTO_TEST_CASE(must_have_names_of_their_own) {
  BOOST_TEST(
      has(refusal_of([] { declared_streams(prepared(with(library, "name: pages", "name: books"))); }), "line 13"));
  BOOST_TEST(
      has(refusal_of([] { declared_streams(prepared(with(library, "name: pages", "name: ''"))); }), "no `name`"));
}

BOOST_AUTO_TEST_CASE(are_reported_for_people_and_for_programs) {
  const manifest_report r =
      report_of(prepared(with(library, "BearerAuthenticator, api_token", "CustomAuthenticator, class_name")));
  BOOST_TEST(has(to_text(r), "LACKS  books: key id; merge; resumes: page\n"));
  BOOST_TEST(has(to_text(r), "0 of 2 streams of test.yaml run here\n"));
  const manifest_report grows =
      report_of(prepared(with(library, "primary_key: [book, number]\n",
                              "incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, "
                              "datetime_format: '%s', start_datetime: '2024-01-01'}\n")));
  BOOST_TEST(has(to_text(grows), "no key; append; new ones by at;"), to_text(grows));
  const value json = value::from_json(to_json(r));
  BOOST_TEST(!json.find("runs")->boolean());
  BOOST_TEST(json.find("streams")->items()[0].find("write")->text() == "merge");
  BOOST_TEST(json.find("lacking")->items()[0].find("streams")->integer() == 2);
  BOOST_TEST(json.find("streams")->items()[1].find("primary_key")->to_json() == R"([["book"],["number"]])");
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>

#include <string>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/document/component_parameters.hpp"
#include "rest/document/document.hpp"
#include "rest/document/references.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;
using ingest::testing::refusal_of;

namespace {

node parsed(const std::string& yaml) {
  return parse_document(yaml, "test.yaml").root;
}

std::string resolved(const std::string& yaml) {
  return resolved_references(parsed(yaml)).to_json();
}

std::string filled(const std::string& yaml) {
  return with_parameters(parsed(yaml)).to_json();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(references)

BOOST_AUTO_TEST_CASE(lead_from_texts_and_from_ref_to_what_stands_at_their_path) {
  BOOST_TEST(resolved("a: {b: [1, {c: 2}]}\nx: '#/a/b/1/c'\ny: {$ref: '#/a/b/1'}\nz: ['#/a/b/-2']\n") ==
             R"({"a":{"b":[1,{"c":2}]},"x":2,"y":{"c":2},"z":[1]})");
}

BOOST_AUTO_TEST_CASE(give_way_to_members_that_are_there) {
  BOOST_TEST(resolved("a: {b: 1, c: 2}\nx: {c: 3, $ref: '#/a', d: 4}\n") ==
             R"({"a":{"b":1,"c":2},"x":{"b":1,"c":3,"d":4}})");
  BOOST_TEST(resolved("a: text\nx: {$ref: '#/a', d: 4}\n") == R"({"a":"text","x":"text"})");
}

BOOST_AUTO_TEST_CASE(lead_on_through_other_references) {
  BOOST_TEST(resolved("a: '#/b'\nb: {$ref: '#/c', k: '#/d'}\nc: {l: 1}\nd: 5\n") ==
             R"({"a":{"l":1,"k":5},"b":{"l":1,"k":5},"c":{"l":1},"d":5})");
}

BOOST_AUTO_TEST_CASE(try_the_whole_rest_of_a_path_as_a_name_first) {
  BOOST_TEST(resolved("n: {p: one}\nn/p: two\nv: '#/n/p'\n") == R"({"n":{"p":"one"},"n/p":"two","v":"two"})");
  BOOST_TEST(resolved("n: {p: {q: one}, p/q: two}\nv: '#/n/p/q'\n") ==
             R"({"n":{"p":{"q":"one"},"p/q":"two"},"v":"two"})");
}

BOOST_AUTO_TEST_CASE(that_lead_to_nothing_are_told_by_their_line) {
  const std::string told = refusal_of([] { resolved("a: 1\nb: '#/c/d'\n"); });
  BOOST_TEST(has(told, "#/c/d"));
  BOOST_TEST(has(told, "line 2"));
}

BOOST_AUTO_TEST_CASE(that_lead_back_to_themselves_are_told_with_all_their_lines) {
  const std::string told = refusal_of([] { resolved("a: '#/b'\nb:\n  c: '#/d'\nd: ['#/b']\n"); });
  BOOST_TEST(has(told, "#/b"));
  BOOST_TEST(has(told, "back to itself"));
  BOOST_TEST(has(told, "line 3"));
  BOOST_TEST(has(told, "line 4"));
  BOOST_TEST(has(refusal_of([] { resolved("a: '#/'\n"); }), "back to itself"));
}

BOOST_AUTO_TEST_CASE(with_nothing_beside_them_keep_the_line_of_what_they_name) {
  const node n = resolved_references(
      parsed("definitions:\n  a:\n    b: 1\nx: {$ref: '#/definitions/a'}\ny:\n  $ref: '#/definitions/a'\n  c: 2\n"));
  BOOST_TEST(n.find("x")->line() == 3);
  BOOST_TEST(n.find("y")->line() == 6);
}

BOOST_AUTO_TEST_CASE(are_texts_below_config_overrides) {
  BOOST_TEST(resolved("config_overrides: {a: '#/nowhere'}\n") == R"({"config_overrides":{"a":"#/nowhere"}})");
}

BOOST_AUTO_TEST_CASE(of_definitions_that_nobody_uses_are_not_looked_at) {
  BOOST_TEST(resolved("definitions: {a: '#/nowhere', b: 1}\nx: '#/definitions/b'\n") == R"({"x":1})");
}

BOOST_AUTO_TEST_CASE(that_multiply_are_refused_without_being_written_out) {
  std::string yaml = "definitions:\n  d0: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
  for (int i = 1; i < 50; ++i) {
    const std::string ref = "'#/definitions/d" + std::to_string(i - 1) + "'";
    yaml += "  d" + std::to_string(i) + ": [" + ref + ", " + ref + ", " + ref + ", " + ref + "]\n";
  }
  BOOST_TEST(has(refusal_of([&] { resolved(yaml + "x: '#/definitions/d49'\n"); }), "says too much"));
}

BOOST_AUTO_TEST_CASE(in_a_long_chain_are_refused_before_the_stack_ends) {
  std::string yaml = "definitions:\n  d0: 1\n";
  for (int i = 1; i < 100000; ++i) {
    yaml += "  d" + std::to_string(i) + ": '#/definitions/d" + std::to_string(i - 1) + "'\n";
  }
  BOOST_TEST(has(refusal_of([&] { resolved(yaml + "x: '#/definitions/d99999'\n"); }), "more than 1000 times"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(parameters)

BOOST_AUTO_TEST_CASE(become_fields_of_components_and_of_those_below) {
  BOOST_TEST(filled("type: A\n$parameters: {k: 1}\nb: {type: B, c: {type: C, k: 2}}\n") ==
             R"({"type":"A","b":{"type":"B","c":{"type":"C","k":2,"$parameters":{"k":1}},"k":1,"$parameters":{"k":1}},)"
             R"("k":1,"$parameters":{"k":1}})");
}

BOOST_AUTO_TEST_CASE(of_their_own_beat_those_from_above) {
  BOOST_TEST(filled("type: A\n$parameters: {k: 1}\nb: {type: B, $parameters: {k: 2}}\n") ==
             R"({"type":"A","b":{"type":"B","k":2,"$parameters":{"k":2}},"k":1,"$parameters":{"k":1}})");
}

BOOST_AUTO_TEST_CASE(take_the_place_of_what_is_false) {
  BOOST_TEST(filled("type: A\n$parameters: {k: 1, l: 2, m: 3}\nk: ''\nl: 0\nm: 4\n") ==
             R"({"type":"A","k":1,"l":2,"m":4,"$parameters":{"k":1,"l":2,"m":3}})");
}

BOOST_AUTO_TEST_CASE(are_not_handed_into_the_field_of_their_name) {
  BOOST_TEST(filled("type: A\n$parameters: {b: {type: B}}\n") ==
             R"({"type":"A","b":{"type":"B"},"$parameters":{"b":{"type":"B"}}})");
}

BOOST_AUTO_TEST_CASE(leave_json_schemas_alone) {
  BOOST_TEST(filled("type: A\n$parameters: {k: 1}\ns: {type: object, properties: {a: {type: string}}}\n") ==
             R"({"type":"A","s":{"type":"object","properties":{"a":{"type":"string"}}},"k":1,"$parameters":{"k":1}})");
}

BOOST_AUTO_TEST_CASE(reach_components_among_plain_values) {
  BOOST_TEST(filled("type: A\n$parameters: {k: 1}\nr: {x: 1, q: {type: Q}}\n") ==
             R"({"type":"A","r":{"x":1,"q":{"type":"Q","k":1,"$parameters":{"k":1}}},"k":1,"$parameters":{"k":1}})");
}

BOOST_AUTO_TEST_CASE(must_be_a_dict) {
  BOOST_TEST(has(refusal_of([] { filled("type: A\n$parameters: 5\n"); }), "line 2"));
}

BOOST_AUTO_TEST_CASE(that_multiply_each_other_are_refused) {
  std::string yaml = "type: A\n$parameters:\n";
  for (int i = 0; i < 30; ++i) {
    yaml += "  p" + std::to_string(i) + ": {type: T}\n";
  }
  BOOST_TEST(!refusal_of([&] { filled(yaml); }).empty());
}

BOOST_AUTO_TEST_CASE(are_beside_types_that_components_do_without) {
  const node n =
      with_parameters(parsed("type: SimpleRetriever\nrequester: {url_base: x, authenticator: {class_name: y}}\n"
                             "paginator: {a: 1}\nrecord_selector: {extractor: {field_path: []}}\n"));
  BOOST_TEST(n.find("requester")->find("type")->text() == "HttpRequester");
  BOOST_TEST(n.find("requester")->find("authenticator")->find("type")->text() == "CustomAuthenticator");
  BOOST_TEST(n.find("paginator")->find("type")->text() == "NoPagination");
  BOOST_TEST(n.find("record_selector")->find("extractor")->find("type")->text() == "DpathExtractor");
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

#include "ingest/error.hpp"
#include "rest/document/settings/connection_settings.hpp"
#include "rest/document/settings/setting_expansion.hpp"
#include "rest/document/settings/settings_draft.hpp"

using namespace ingest;
using namespace ingest::rest;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

setting_origins origins() {
  return {[](const std::string& name) -> std::optional<std::string> {
            const std::map<std::string, std::string> all = {
                {"TOKEN", "t0p"}, {"EMPTY", ""}, {"PORT", "8080"}, {"CREDENTIALS_DIRECTORY", "/run"}};
            const auto found = all.find(name);
            return found == all.end() ? std::nullopt : std::optional(found->second);
          },
          [](const std::string& path) -> std::string {
            if (path != "/run/key") {
              throw error(errc::io, "cannot read " + path);
            }
            return "from a file";
          }};
}

std::string expanded(const std::string& yaml) {
  return expanded_settings(parse_document(yaml, "config.yaml"), origins()).to_json();
}

manifest with_specification(const std::string& specification) {
  std::string indented;
  for (const char c : specification) {
    indented += c == '\n' ? std::string("\n    ") : std::string(1, c);
  }
  return prepared_manifest(parse_document(
      "streams: []\nspec:\n  type: Spec\n  connection_specification:\n    " + indented + "\n", "manifest.yaml"));
}

connection_settings checked(const std::string& specification, const std::string& config) {
  return checked_settings(with_specification(specification), parse_document(config, "config.yaml").root);
}

std::string told(const connection_settings& s) {
  std::string text;
  for (const finding& f : s.findings) {
    text += std::string(name_of(f.weight)) + " " + to_text(f) + "\n";
  }
  return text;
}

const std::string specification = R"(type: object
required: [api_key, start_date]
properties:
  api_key: {type: string, airbyte_secret: true}
  start_date: {type: string, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', pattern_descriptor: YYYY-MM-DD}
  page_size: {type: integer, default: 100, minimum: 1, maximum: 500}
  region: {type: string, enum: [eu, us]}
  sandbox: {type: boolean}
  tags: {type: array, items: {type: string}}
  credentials:
    type: object
    oneOf:
      - title: token
        required: [kind, token]
        properties: {kind: {type: string, const: token}, token: {type: string, airbyte_secret: true}}
      - title: login
        required: [kind, user, password]
        properties:
          kind: {type: string, const: login}
          user: {type: string}
          password: {type: string, airbyte_secret: true})";

const std::string good = "api_key: s3cret\nstart_date: 2024-01-01\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(expansion)

BOOST_AUTO_TEST_CASE(takes_values_from_the_environment_and_from_files) {
  BOOST_TEST(expanded("a: ${TOKEN}\nb: ['x-${TOKEN}-${PORT}']\nc: ${file:/run/key}\nd: 5\n") ==
             R"({"a":"t0p","b":["x-t0p-8080"],"c":"from a file","d":5})");
}

BOOST_AUTO_TEST_CASE(takes_values_from_credentials) {
  BOOST_TEST(expanded("a: x-${credential:key}\n") == R"({"a":"x-from a file"})");
  const auto refusal = [](const std::string& name, const setting_origins& from) -> std::string {
    try {
      expanded_settings(parse_document("a: ${credential:" + name + "}\n", "config.yaml"), from);
      return "taken";
    } catch (const error& e) {
      return e.what();
    }
  };
  BOOST_TEST(has(refusal("other", origins()), "config.yaml: a, line 1: cannot read /run/other"));
  for (const char* const odd : {"", ".", "..", "../key", "/run/key"}) {
    BOOST_TEST(has(refusal(odd, origins()), std::string("\"") + odd + "\" is no name of a credential"), odd);
  }
  setting_origins none = origins();
  none.variable = [](const std::string&) { return std::nullopt; };
  BOOST_TEST(has(refusal("key", none), "there is no credential key: the environment has no CREDENTIALS_DIRECTORY"));
}

BOOST_AUTO_TEST_CASE(knows_defaults_and_dollar_signs) {
  BOOST_TEST(expanded("a: ${NONE:-other}\nb: ${EMPTY:-other}\nc: '${EMPTY}'\nd: $5 $$ $${TOKEN}\n") ==
             R"({"a":"other","b":"other","c":"","d":"$5 $$ ${TOKEN}"})");
}

BOOST_AUTO_TEST_CASE(names_all_that_is_missing_and_no_values) {
  try {
    expanded("x: ${TOKEN}\na:\n  b: ${NONE}\nc: ${file:/nowhere}\nd: '${oops'\n");
    BOOST_ERROR("nothing was missing");
  } catch (const error& e) {
    const std::string what = e.what();
    BOOST_TEST(has(what, "config.yaml: a.b, line 3: the environment has no NONE"));
    BOOST_TEST(has(what, "c, line 4: cannot read /nowhere"));
    BOOST_TEST(has(what, "d, line 5"));
    BOOST_TEST(!has(what, "t0p"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(that_are_right_get_their_defaults) {
  const connection_settings s = checked(specification, good);
  BOOST_TEST(told(s) == "");
  BOOST_TEST(s.usable());
  BOOST_TEST(s.config.to_json() == R"({"api_key":"s3cret","start_date":"2024-01-01","page_size":100})");
  BOOST_TEST((s.secrets == std::vector<std::string>{"s3cret"}));
}

BOOST_AUTO_TEST_CASE(that_are_missing_are_named) {
  const connection_settings s = checked(specification, "start_date: 2024-01-01\n");
  BOOST_TEST(told(s) == "error api_key, line 1: is required\n");
  BOOST_TEST(!s.usable());
  BOOST_TEST(has(told(checked(specification, "")), "start_date: is required"));
}

BOOST_AUTO_TEST_CASE(of_another_type_are_named_without_their_value) {
  const connection_settings s = checked(specification, "api_key: 123456\nstart_date: 2024-01-01\n");
  BOOST_TEST(told(s) == "error api_key, line 1: must be a text, not a whole number: put it in quotes\n");
  BOOST_TEST((s.secrets == std::vector<std::string>{"123456"}));
  BOOST_TEST(has(told(checked(specification, good + "tags: x\n")), "tags, line 3: must be a list, not a text"));
  BOOST_TEST(has(told(checked(specification, good + "tags: [a, {}]\n")), "tags[1], line 3: must be a text"));
}

BOOST_AUTO_TEST_CASE(that_spell_numbers_and_booleans_become_them) {
  const connection_settings s = checked(specification, good + "page_size: '20'\nsandbox: 'true'\n");
  BOOST_TEST(told(s) == "");
  BOOST_TEST(s.config.find("page_size")->to_json() == "20");
  BOOST_TEST(s.config.find("sandbox")->to_json() == "true");
}

BOOST_AUTO_TEST_CASE(beyond_patterns_choices_and_bounds_are_refused) {
  BOOST_TEST(told(checked(specification, "api_key: x\nstart_date: yesterday\n")) ==
             "error start_date, line 2: must be like YYYY-MM-DD\n");
  BOOST_TEST(
      has(told(checked(specification, good + "region: asia\n")), "region, line 3: must be one of \"eu\", \"us\""));
  BOOST_TEST(has(told(checked(specification, good + "page_size: 501\n")), "must be at most 500"));
  BOOST_TEST(has(told(checked(specification, good + "page_size: 0\n")), "must be at least 1"));
}

BOOST_AUTO_TEST_CASE(that_nobody_knows_are_noted_with_the_nearest_name) {
  const connection_settings s = checked(specification, good + "regoin: eu\n");
  BOOST_TEST(told(s) == "note regoin, line 3: the connector has no such setting; did you mean `region`?\n");
  BOOST_TEST(s.usable());
  const connection_settings closed = checked(specification + "\nadditionalProperties: false", good + "regoin: eu\n");
  BOOST_TEST(!closed.usable());
}

BOOST_AUTO_TEST_CASE(of_several_forms_are_told_apart_by_their_constants) {
  const connection_settings s =
      checked(specification, good + "credentials: {kind: login, user: me, password: h1dden}\n");
  BOOST_TEST(told(s) == "");
  BOOST_TEST((s.secrets == std::vector<std::string>{"s3cret", "h1dden"}));
  BOOST_TEST(has(told(checked(specification, good + "credentials: {kind: login, user: me}\n")),
                 "credentials.password, line 3: is required"));
  BOOST_TEST(has(told(checked(specification, good + "credentials: {kind: other}\n")),
                 "credentials.kind, line 3: must say which form is meant, and be one of \"token\", \"login\""));
  const connection_settings guessed = checked(specification, good + "credentials: {token: t0k3n}\n");
  BOOST_TEST(told(guessed) == "");
  BOOST_TEST(guessed.config.find("credentials")->to_json() == R"({"token":"t0k3n","kind":"token"})");
}

BOOST_AUTO_TEST_CASE(must_be_a_dict) {
  BOOST_TEST(!checked(specification, "[1]\n").usable());
}

BOOST_AUTO_TEST_CASE(are_taken_as_they_are_where_there_is_no_specification) {
  const manifest m = prepared_manifest(parse_document("streams: []\n", "manifest.yaml"));
  const connection_settings s = checked_settings(m, parse_document("a: 1\n", "config.yaml").root);
  BOOST_TEST(s.config.to_json() == R"({"a":1})");
  BOOST_TEST(s.findings.empty());
}

BOOST_AUTO_TEST_CASE(with_a_pattern_that_is_none_are_told_of_it) {
  const connection_settings s = checked("type: object\nproperties: {a: {type: string, pattern: '('}}", "a: x\n");
  BOOST_TEST(has(told(s), "cannot be checked"));
}

namespace {

const std::string of_a_shop = R"(type: object
required: [start_date, credentials, page_size]
properties:
  page_size: {type: integer, title: Page size, default: 100, minimum: 1, maximum: 500}
  start_date:
    {type: string, title: Start, description: "Nothing\n before it", format: date, examples: ["2026-01-31"], order: 1}
  region: {type: string, enum: [eu, us]}
  template: {type: string, default: "${x}"}
  credentials:
    type: object
    title: Who asks
    oneOf:
      - title: By key
        required: [kind, api_key]
        properties: {kind: {type: string, const: key}, api_key: {type: string, airbyte_secret: true}}
      - title: By name
        required: [kind, name, password]
        properties:
          kind: {type: string, enum: [name]}
          name: {type: string}
          password: {type: string, airbyte_secret: true})";

/// The draft, as it is once somebody has gone over it.
std::string filled_in(std::string draft, const std::vector<std::pair<std::string, std::string>>& with) {
  for (const auto& [from, to] : with) {
    const std::size_t at = draft.find(from);
    BOOST_TEST_REQUIRE(at != std::string::npos, from + " is not in\n" + draft);
    draft.replace(at, from.size(), to);
  }
  return draft;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_draft_of_settings_has_what_is_required_open_and_all_else_behind_a_hash) {
  const manifest m = with_specification(of_a_shop);
  const std::string draft = drafted_settings(m);
  BOOST_TEST(draft == R"(# Start. Nothing before it
# Required; format date; for example "2026-01-31".
start_date:

# Page size
# Need not be said; integer; minimum 1; maximum 500.
#page_size: 100

# region
# Need not be said; one of "eu", "us".
#region:

# template
# Need not be said.
#template: "$${x}"

# Who asks
# Required; object.
credentials:
  # This form, or one of those below: By key
  kind: "key"
  # api_key
  # Required.
  api_key: ${CREDENTIALS_API_KEY}

  # In place of that: By name
  #kind: "name"
  ## name
  ## Required.
  #name:

  ## password
  ## Required.
  #password: ${CREDENTIALS_PASSWORD}
)");
  BOOST_TEST(told(checked_settings(m, parse_document(draft, "d").root)) ==
             "error start_date, line 3: must be a text, not nothing\n");
  const std::string filled = filled_in(draft, {{"start_date:", "start_date: '2026-01-01'"}});
  BOOST_TEST(told(checked_settings(m, parse_document(filled, "d").root)) == "");
  const std::string other = filled_in(filled, {{"  kind: \"key\"", ""},
                                               {"  api_key: ${CREDENTIALS_API_KEY}", ""},
                                               {"  #kind:", "  kind:"},
                                               {"  #name:", "  name: me"},
                                               {"  #password:", "  password:"},
                                               {"#template:", "template:"},
                                               {"#page_size: 100", "page_size: 7"}});
  const connection_settings by_name = checked_settings(m, parse_document(other, "d").root);
  BOOST_TEST(told(by_name) == "");
  BOOST_TEST(by_name.config.find("page_size")->to_json() == "7");
}

BOOST_AUTO_TEST_CASE(a_draft_of_settings_cannot_be_broken_by_what_a_manifest_says) {
  const manifest m = with_specification(
      R"(type: object
required: ["a: b", "no"]
properties:
  "x\nbad: ${file:/etc/hostname}\n#": {type: string}
  "a: b": {type: string, title: "x\nevil: 1", description: "\u2028evil: 2\u0085evil: 3\r\nevil: 4"}
  "no": {type: string, airbyte_secret: true, examples: ["\nevil: 5"]})");
  const node draft = parse_document(drafted_settings(m), "d").root;
  BOOST_TEST(draft.to_json() == R"({"a: b":null,"no":"${NO}"})", drafted_settings(m));
  BOOST_TEST(drafted_settings(with_specification("{type: object, properties: {}}")) ==
             "# It does not say that it has settings.\n");
}

BOOST_AUTO_TEST_SUITE_END()

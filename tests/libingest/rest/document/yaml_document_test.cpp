#include <boost/test/unit_test.hpp>

#include <string>

#include "ingest/error.hpp"
#include "libingest/rest/refusals.hpp"
#include "rest/document/document.hpp"

using namespace ingest;
using namespace ingest::rest;
using ingest::testing::has;

namespace {

document parsed(const std::string& text) {
  return parse_document(text, "test.yaml");
}

std::string json_of(const std::string& text) {
  return parsed(text).root.to_json();
}

/// What a plain scalar becomes.
std::string typed(const std::string& scalar) {
  return json_of("[" + scalar + "]");
}

std::string refusal_of(const std::string& text) {
  return ingest::testing::refusal_of([&] { parsed(text); });
}

/// Ten aliases in each of `levels` lists of the one before.
std::string bomb(int levels) {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= levels; ++i) {
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) {
      yaml += (k == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    }
    yaml += "]\n";
  }
  return yaml;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scalars)

BOOST_AUTO_TEST_CASE(words_of_yaml_1_1_are_booleans_and_nulls) {
  for (const char* const word : {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
    BOOST_TEST(typed(word) == "[true]");
  }
  for (const char* const word : {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
    BOOST_TEST(typed(word) == "[false]");
  }
  BOOST_TEST(json_of("a: ~\nb:\nc: null\nd: Null\ne: NULL\n") == R"({"a":null,"b":null,"c":null,"d":null,"e":null})");
  for (const char* const word : {"y", "n", "yEs", "oN", "nULL", "none", "None", "t"}) {
    BOOST_TEST(typed(word) == "[\"" + std::string(word) + "\"]");
  }
}

BOOST_AUTO_TEST_CASE(whole_numbers_have_five_spellings) {
  const std::pair<const char*, const char*> numbers[] = {
      {"0", "0"},
      {"7", "7"},
      {"-12", "-12"},
      {"+12", "12"},
      {"1_000", "1000"},
      {"010", "8"},
      {"-010", "-8"},
      {"00", "0"},
      {"0x1F", "31"},
      {"-0xff", "-255"},
      {"0b1_01", "5"},
      {"1:30", "90"},
      {"190:20:30", "685230"},
      {"-1:00", "-60"},
      {"-0", "0"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"},
  };
  for (const auto& [text, number] : numbers) {
    BOOST_TEST(typed(text) == "[" + std::string(number) + "]");
  }
}

BOOST_AUTO_TEST_CASE(real_numbers_need_a_point) {
  const std::pair<const char*, const char*> numbers[] = {
      {"1.5", "1.5"},       {"-1.50", "-1.5"},  {"1.", "1.0"},      {".5", "0.5"},  {"1_0.2_5", "10.25"},
      {"1.5e+3", "1500.0"}, {"1.0e-2", "0.01"}, {"1:30.5", "90.5"}, {"0.1", "0.1"}, {"685_230.15", "685230.15"},
  };
  for (const auto& [text, number] : numbers) {
    BOOST_TEST(typed(text) == "[" + std::string(number) + "]");
  }
  for (const char* const text :
       {"1e5", "1.0e5", "+.5", "-.5", "1.2.3", "1:60.5", "_1.0", ".", ".e+1", ".nan5", "+.nan"}) {
    BOOST_TEST(typed(text) == "[\"" + std::string(text) + "\"]");
  }
}

BOOST_AUTO_TEST_CASE(infinity_and_nan_are_real_numbers) {
  for (const char* const text : {".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN"}) {
    BOOST_TEST((parsed("[" + std::string(text) + "]").root.items()[0].scalar().kind() == value::kind::real));
  }
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_number_is_a_text) {
  for (const char* const text :
       {"08", "0o17", "0x", "0b", "0b2", "1:60", "1:2:99", "+", "--1", "1-1", "0xG", "_1", "12a", "1,5"}) {
    BOOST_TEST(json_of("a: " + std::string(text)) == "{\"a\":\"" + std::string(text) + "\"}");
  }
}

BOOST_AUTO_TEST_CASE(dates_become_the_text_that_python_writes) {
  const std::pair<const char*, const char*> dates[] = {
      {"2024-01-31", "2024-01-31"},
      {"2024-1-3 4:05:06", "2024-01-03 04:05:06"},
      {"2024-01-31T10:20:30Z", "2024-01-31 10:20:30+00:00"},
      {"2024-01-31t10:20:30.5", "2024-01-31 10:20:30.500000"},
      {"2024-01-31 10:20:30.1234567 +02:30", "2024-01-31 10:20:30.123456+02:30"},
      {"2024-01-31T10:20:30-5", "2024-01-31 10:20:30-05:00"},
  };
  for (const auto& [text, written] : dates) {
    BOOST_TEST(json_of("a: " + std::string(text)) == "{\"a\":\"" + std::string(written) + "\"}");
  }
  for (const char* const text : {"2024-1-3", "2024-02-31", "2024-13-01", "2024-01-31T25:00:00Z", "24-01-31"}) {
    BOOST_TEST(json_of("a: " + std::string(text)) == "{\"a\":\"" + std::string(text) + "\"}");
  }
}

BOOST_AUTO_TEST_CASE(quotes_blocks_and_the_tag_str_make_texts) {
  BOOST_TEST(json_of("a: '5'\nb: \"no\"\nc: !!str 010\nd: |\n  7\ne: >-\n  8\nf: ! 9\n") ==
             R"({"a":"5","b":"no","c":"010","d":"7\u000a","e":"8","f":"9"})");
}

BOOST_AUTO_TEST_CASE(standard_tags_decide_on_the_type) {
  BOOST_TEST(json_of("[!!int '010', !!float '3', !!bool 'yes', !!null '', !!seq [1], !!map {a: 1}]") ==
             R"([8,3.0,true,null,[1],{"a":1}])");
  BOOST_TEST(has(refusal_of("a: 1\nb: !!int x\n"), "line 2"));
  BOOST_TEST(has(refusal_of("a: !mine 5\n"), "!mine"));
  BOOST_TEST(has(refusal_of("a: !!python/object:os.system x\n"), "python/object"));
  BOOST_TEST(has(refusal_of("a: !!binary aGk=\n"), "binary"));
}

BOOST_AUTO_TEST_CASE(endless_numbers_are_refused_and_not_computed) {
  BOOST_TEST(has(refusal_of("a: 0x" + std::string(100000, 'f')), "4300 digits"));
  BOOST_TEST(has(refusal_of("a: 1" + std::string(100000, '0')), "put it in quotes"));
  BOOST_TEST(typed("1" + std::string(4000, '0')) == "[1" + std::string(4000, '0') + "]");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(members_keep_their_order_and_their_lines) {
  const document d = parsed("b: 1\na:\n  - x\n  - y: 2\n    z: 3\n");
  BOOST_TEST(d.root.to_json() == R"({"b":1,"a":["x",{"y":2,"z":3}]})");
  BOOST_TEST(d.root.line() == 1);
  BOOST_TEST(d.root.find("a")->items()[1].line() == 4);
  BOOST_TEST(d.root.find("a")->items()[1].find("z")->line() == 5);
}

BOOST_AUTO_TEST_CASE(names_keep_their_spelling) {
  BOOST_TEST(json_of("on: 1\n010: 2\n~: 3\n'5': 4\n") == R"({"on":1,"010":2,"~":3,"5":4})");
}

BOOST_AUTO_TEST_CASE(of_a_name_that_is_there_twice_the_last_one_counts_and_is_noted) {
  const document d = parsed("a: 1\nb: 2\na: 3\n");
  BOOST_TEST(d.root.to_json() == R"({"a":3,"b":2})");
  BOOST_REQUIRE(d.notes.size() == 1u);
  BOOST_TEST(d.notes[0].line == 3);
  BOOST_TEST(has(d.notes[0].text, "\"a\" stands here twice, at line 1"));
}

BOOST_AUTO_TEST_CASE(an_alias_is_what_its_anchor_was) {
  BOOST_TEST(json_of("a: &x {b: 1}\nc: *x\nd: &x 2\ne: *x\n") == R"({"a":{"b":1},"c":{"b":1},"d":2,"e":2})");
  BOOST_TEST(json_of("&k name: 1\nb: *k\n*k : 2\n") == R"({"name":2,"b":"name"})");
  BOOST_TEST(has(refusal_of("a: *x\n"), "no anchor"));
  BOOST_TEST(has(refusal_of("a: 1\nb: &x\n  - *x\n"), "line 3"));
}

BOOST_AUTO_TEST_CASE(merged_members_stand_first_and_give_way) {
  BOOST_TEST(json_of("x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x\n  c: 4\n") ==
             R"({"x":{"a":1,"b":2},"y":{"a":1,"b":3,"c":4}})");
  BOOST_TEST(json_of("<<: [{a: 1, b: 1}, {b: 2, c: 2}]\n") == R"({"b":1,"c":2,"a":1})");
  BOOST_TEST(parsed("<<: {a: 1}\na: 2\n").notes.empty());
  BOOST_TEST(json_of("'<<': {a: 1}\n") == R"({"<<":{"a":1}})");
  BOOST_TEST(has(refusal_of("a: 1\n<<: 5\n"), "line 2"));
  BOOST_TEST(has(refusal_of("<<: [5]\n"), "list of dicts"));
}

BOOST_AUTO_TEST_CASE(a_bomb_of_aliases_is_refused_without_being_written_out) {
  BOOST_TEST(refusal_of(bomb(5)).empty());
  BOOST_TEST(has(refusal_of(bomb(60)), "says too much"));
}

BOOST_AUTO_TEST_CASE(depth_is_bounded) {
  BOOST_TEST(refusal_of(std::string(150, '[') + std::string(150, ']')).empty());
  BOOST_TEST(has(refusal_of(std::string(5000, '[') + std::string(5000, ']')), "nested"));
  BOOST_TEST(has(refusal_of("x: " + std::string(100000, '[')), "test.yaml"));
}

BOOST_AUTO_TEST_CASE(a_file_holds_one_document) {
  BOOST_TEST(has(refusal_of("a: 1\n---\nb: 2\n"), "second document"));
  BOOST_TEST(json_of("---\na: 1\n...\n") == R"({"a":1})");
  BOOST_TEST(parsed("").root.is_none());
  BOOST_TEST(parsed("# nothing\n").root.is_none());
}

BOOST_AUTO_TEST_CASE(what_is_no_yaml_is_told_by_its_line) {
  BOOST_TEST(has(refusal_of("a: 1\nb: [1, 2\nc: 3\n"), "test.yaml, line 3"));
  BOOST_TEST(has(refusal_of("a: \"x\n"), "test.yaml, line"));
  BOOST_TEST(has(refusal_of("? [a]\n: b\n"), "a name must be a text"));
  BOOST_TEST(has(refusal_of("a: \x01\n"), "test.yaml"));
  BOOST_TEST(has(refusal_of("a: \xff\xfe\n"), "test.yaml"));
}

BOOST_AUTO_TEST_CASE(json_is_read_as_json) {
  const document d =
      parse_document("{\"a\": 1e5,\n\t\"b\": \"\\ud83d\\ude00\", \"c\": 1.10, \"b\": [true, null]}", "x.json");
  BOOST_TEST(d.root.to_json() == R"({"a":1e5,"b":[true,null],"c":1.10})");
  BOOST_TEST(d.root.find("b")->line() == 2);
  BOOST_TEST(d.notes.size() == 1u);
  BOOST_CHECK_EXCEPTION(parse_document("{\"a\": 1,\n\"b\": }", "x.json"), error,
                        [](const error& e) { return has(e.what(), "x.json, line 2"); });
  BOOST_CHECK_EXCEPTION(parse_document("{\"a\":" + std::string(300, '[') + std::string(300, ']') + "}", "x.json"),
                        error, [](const error& e) { return has(e.what(), "nested"); });
}

BOOST_AUTO_TEST_CASE(a_dict_of_yaml_in_braces_is_read_as_yaml) {
  BOOST_TEST(json_of("{a: yes, b: 010}") == R"({"a":true,"b":8})");
}

BOOST_AUTO_TEST_CASE(nodes_become_values) {
  const value v = parsed("a: [1, x, {b: 1.5}]\nc: ~\n").root.to_value();
  BOOST_TEST(v.to_json() == R"({"a":[1,"x",{"b":1.5}],"c":null})");
  BOOST_TEST(v.find("a")->items()[0].integer() == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_told_by_its_path) {
  BOOST_CHECK_EXCEPTION(read_document("/nowhere/manifest.yaml"), error,
                        [](const error& e) { return e.code() == errc::io && has(e.what(), "/nowhere/manifest.yaml"); });
  BOOST_CHECK_THROW(read_document("/"), error);
}

BOOST_AUTO_TEST_SUITE_END()

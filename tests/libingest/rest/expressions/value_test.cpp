#define BOOST_TEST_MODULE value
#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "rest/expressions/literal.hpp"
#include "rest/expressions/value.hpp"

using namespace ingest;
using namespace ingest::rest;

namespace {

std::string through_json(const std::string& json) {
  return value::from_json(json).to_json();
}

/// The repr of a literal, or "text" where Python's reader would leave it one.
std::string read(std::string_view text) {
  const auto found = expressions::literal(text);
  return found ? found->to_repr() : "text";
}

bool is_bad_data(const error& e) {
  return e.code() == errc::bad_data;
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_keeps_digits_order_and_characters) {
  for (const std::string json : {R"({"b":1.10,"a":[1E400,-0,12345678901234567890123,0.1e-7],"":null})",
                                 R"("\"\\\u0001ü")", R"("a\ud83d\u000a")", "\"\xff\"", "[]", "{}", "true"}) {
    BOOST_TEST(through_json(json) == json);
  }
}

BOOST_AUTO_TEST_CASE(of_equal_names_the_last_one_counts_in_the_first_ones_place) {
  BOOST_TEST(through_json(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
}

BOOST_AUTO_TEST_CASE(damaged_json_is_refused_with_the_place) {
  for (const char* const json : {"", "{", R"({"a":})", "[1,]", "01", "nul", R"("a)", "1 2"}) {
    BOOST_CHECK_EXCEPTION(value::from_json(json), error, [](const error& e) {
      return is_bad_data(e) && std::string(e.what()).find("byte") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(json_that_is_nested_too_deeply_is_refused) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  BOOST_TEST(through_json(nested(512)) == nested(512));
  BOOST_CHECK_EXCEPTION(value::from_json(nested(513)), error, is_bad_data);
}

BOOST_AUTO_TEST_CASE(what_json_has_no_number_for_is_refused) {
  BOOST_CHECK_EXCEPTION(value::real_of(std::numeric_limits<double>::infinity()).to_json(), error, is_bad_data);
}

BOOST_AUTO_TEST_CASE(real_numbers_are_printed_as_python_prints_them) {
  const std::pair<double, std::string> numbers[] = {{1, "1.0"},
                                                    {0.1, "0.1"},
                                                    {1e16, "1e+16"},
                                                    {1e15, "1000000000000000.0"},
                                                    {1e-4, "0.0001"},
                                                    {1e-5, "1e-05"},
                                                    {1.5e300, "1.5e+300"},
                                                    {-0.0, "-0.0"},
                                                    {123456.789, "123456.789"},
                                                    {5e-324, "5e-324"},
                                                    {0.1 + 0.2, "0.30000000000000004"}};
  for (const auto& [number, text] : numbers) {
    BOOST_TEST(value::real_of(number).to_text() == text);
  }
  BOOST_TEST(value::number_of("1.10").to_text() == "1.1");
}

BOOST_AUTO_TEST_CASE(a_text_is_quoted_as_python_quotes_it) {
  BOOST_TEST(value::text_of("it's").to_repr() == "\"it's\"");
  BOOST_TEST(value::text_of("it's \"x\"").to_repr() == "'it\\'s \"x\"'");
  BOOST_TEST(value::text_of("a\n\t\x01\\ü\u00a0\u200b").to_repr() == "'a\\n\\t\\x01\\\\ü\\xa0\\u200b'");
}

BOOST_AUTO_TEST_CASE(containers_are_printed_as_python_prints_them) {
  const value one = value::integer_of(1);
  BOOST_TEST(value::tuple_of({one}).to_text() == "(1,)");
  BOOST_TEST(value::list_of({one, {}, value::boolean_of(true)}).to_text() == "[1, None, True]");
  BOOST_TEST(value::dict_of({{"a", value::text_of("b")}}).to_text() == "{'a': 'b'}");
}

BOOST_AUTO_TEST_CASE(values_of_different_kinds_are_equal_where_they_are_in_python) {
  BOOST_TEST((value::integer_of(1) == value::real_of(1)));
  BOOST_TEST((value::integer_of(1) == value::boolean_of(true)));
  BOOST_TEST(!(value::integer_of(1) == value::text_of("1")));
  BOOST_TEST(!(value::list_of({}) == value::tuple_of({})));
  BOOST_TEST((value::from_json(R"({"a":1,"b":[2.0]})") == value::from_json(R"({"b":[2],"a":1.0})")));
}

BOOST_AUTO_TEST_CASE(large_dicts_find_their_members) {
  dictionary many;
  for (int i = 0; i < 1000; ++i) {
    many.set("name " + std::to_string(i), value::integer_of(i));
  }
  many.set(value::integer_of(7), value::text_of("by number"));
  BOOST_TEST(many.find("name 999")->integer() == 999);
  BOOST_TEST(many.find(value::real_of(7))->text() == "by number");
  BOOST_TEST(many.erase("name 0"));
  BOOST_TEST(!many.erase("name 0"));
  BOOST_TEST(many.find("name 1")->integer() == 1);
  BOOST_TEST(many.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(values_that_share_their_parts_are_not_printed_without_end) {
  value twice = value::list_of({});
  for (int i = 0; i < 60; ++i) {
    twice = value::list_of({twice, twice});
  }
  BOOST_CHECK_EXCEPTION(twice.to_text(), error, is_bad_data);
  BOOST_CHECK_EXCEPTION(twice.to_json(), error, is_bad_data);
}

BOOST_AUTO_TEST_CASE(values_are_not_nested_without_end) {
  value deep = value::list_of({});
  BOOST_CHECK_EXCEPTION(
      for (int i = 0; i < 100'000; ++i) { deep = value::list_of({deep}); }, error, is_bad_data);
}

BOOST_AUTO_TEST_CASE(literals_are_read_as_python_reads_them) {
  const std::pair<std::string_view, std::string_view> literals[] = {
      {"5", "5"},
      {" -5 ", "-5"},
      {"+.5", "0.5"},
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"0b101", "5"},
      {"-12345678901234567890123", "-12345678901234567890123"},
      {"-1.10", "-1.1"},
      {"-0", "0"},
      {"0xffffffffffffffffffff", "1208925819614629174706175"},
      {"12345678901234567890123", "12345678901234567890123"},
      {"1.e3", "1000.0"},
      {"00", "0"},
      {"007.5", "7.5"},
      {"None", "None"},
      {"True", "True"},
      {"'a' \"b\"", "'ab'"},
      {R"('\x41\u00e9\101\q')", R"('AéA\\q')"},
      {R"(r'\n')", R"('\\n')"},
      {"'''a\r\nb'''", "'a\\nb'"},
      {R"(b'a\xff')", R"(b'a\xff')"},
      {"[1, (2,), {'a': {3}}, ]", "[1, (2,), {'a': {3}}]"},
      {"1, 2", "(1, 2)"},
      {"(1)", "1"},
      {"()", "()"},
      {"set()", "set()"},
      {"[ # comment\n 1 ]", "[1]"},
      {"\n1 # comment\n", "1"},
      {"{1: 'a', 1.0: 'b'}", "{1: 'b'}"},
  };
  for (const auto& [text, repr] : literals) {
    BOOST_TEST(read(text) == repr, "of " << text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_literal_stays_a_text) {
  for (const char* const text :
       {"",        " ",     "007",      "1__0",   "1_", "_1",         "1j",    "1+2j",   "1 2",         "--1",
        "-'a'",    "true",  "null",     "nan",    "a",  "2024-01-01", "f'x'",  "'a",     "'a\nb'",      "['a'",
        "{[]: 1}", "{{1}}", "1 + 1",    "[1,,]",  ",",  "(,)",        "...",   "'\\x4'", "b'\xc3\xa9'", "\n 1",
        "1\n1",    "ub'x'", "b'a' 'b'", "set(1)", "0x", "1..2",       "1.2.3", "\xff"}) {
    BOOST_TEST(read(text) == "text", "of " << text);
  }
}

BOOST_AUTO_TEST_CASE(a_literal_that_is_nested_too_deeply_stays_a_text) {
  BOOST_TEST(read(std::string(90, '[') + std::string(90, ']')) != "text");
  BOOST_TEST(read(std::string(100'000, '[')) == "text");
  BOOST_TEST(read(std::string(100'000, '-') + "1") == "text");
  BOOST_TEST(read("-" + std::string(100'000, '(') + "1") == "text");
}

#include "ingest/record_encoder.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "records/record_line.hpp"

using ingest::keyed_encoder;
using ingest::ndjson_encoder;
using namespace ingest::detail;

namespace {

template <class Encoder>
std::string line(std::optional<std::string_view> key, std::string_view json) {
  std::string out = "before";
  Encoder().append(key, json, out);
  BOOST_REQUIRE(out.starts_with("before"));
  return out.substr(6);
}

std::string key_of(std::string_view whole) {
  std::string key;
  append_key_text(parse_record_line(whole).key, key);
  return key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_encoders)

BOOST_AUTO_TEST_CASE(write_a_line_of_key_and_json_as_they_came) {
  BOOST_TEST(line<keyed_encoder>("a1", R"({"id":"a1","t":"\n\\ä"})") == "a1\t{\"id\":\"a1\",\"t\":\"\\n\\\\ä\"}\n");
}

BOOST_AUTO_TEST_CASE(make_blanks_of_breaks_and_tabs_between_tokens) {
  BOOST_TEST(line<keyed_encoder>("x", "{\n\t\"a\": 1\r\n}") == "x\t{  \"a\": 1  }\n");
  BOOST_TEST(line<ndjson_encoder>(std::nullopt, "{\r\n\t\"a\": 1\n}") == "{  \t\"a\": 1 }\n");
}

BOOST_AUTO_TEST_CASE(escape_in_a_key_what_would_end_it_and_nothing_else) {
  BOOST_TEST(line<keyed_encoder>("a\tb\\c\nd\re\"f\x01/ü", "{}") == "a\\tb\\\\c\\nd\\re\\\"f\\u0001/ü\t{}\n");
  BOOST_TEST(key_of("a\\tb\\\\c\\nd\\re\\\"f\\u0001/ü\t{}\n") == "a\tb\\c\nd\re\"f\x01/ü");
}

BOOST_AUTO_TEST_CASE(tell_a_missing_key_from_an_empty_one_and_from_one_of_two_quotes) {
  BOOST_TEST(line<keyed_encoder>(std::nullopt, "{}") == "\t{}\n");
  BOOST_TEST(line<keyed_encoder>("", "{}") == "\"\"\t{}\n");
  BOOST_TEST(line<keyed_encoder>("\"\"", "{}") == "\\\"\\\"\t{}\n");
  BOOST_TEST(parse_record_line("\t{}\n").key.empty());
  BOOST_TEST(key_of("\"\"\t{}\n") == "");
  BOOST_TEST(key_of("\\\"\\\"\t{}\n") == "\"\"");
}

BOOST_AUTO_TEST_CASE(write_what_is_no_record_with_its_bytes_and_the_reason) {
  std::string out;
  keyed_encoder().append_refused("not\tthis", "a\tb\n\xff", out);
  BOOST_TEST(out == "\ta\\tb\\n\xff\tnot\\tthis\n");
  const auto parsed = parse_record_line(out);
  std::string bytes;
  append_bytes(parsed.record, bytes);
  BOOST_TEST(bytes == "a\tb\n\xff");
  BOOST_TEST(parsed.reason.value() == "not\\tthis");
}

BOOST_AUTO_TEST_CASE(write_equal_keys_as_equal_bytes_whatever_bytes_they_are) {
  std::mt19937 random(42);
  constexpr std::string_view alphabet("ab\\\t\n\r.N\"\0\x1f/", 12);
  for (int round = 0; round < 2000; ++round) {
    std::string key;
    const auto size = random() % 70;
    for (std::size_t i = 0; i < size; ++i) {
      key.push_back(random() % 3 == 0 ? alphabet[random() % alphabet.size()] : 'x');
    }
    const std::string whole = line<keyed_encoder>(key, "{}");
    BOOST_REQUIRE(whole.ends_with("\t{}\n"));
    BOOST_REQUIRE(whole.find_first_of("\t\n\r") == whole.size() - 4);
    BOOST_REQUIRE(key_of(whole) == key);
  }
}

BOOST_AUTO_TEST_CASE(read_a_damaged_line_without_complaint) {
  std::string text;
  append_bytes("\\u00zz\\x\\u12\\", text);
  BOOST_TEST(text == "\\u00zz\\x\\u12\\");
  BOOST_TEST(parse_record_line("no tab").record == "");
}

BOOST_AUTO_TEST_SUITE_END()

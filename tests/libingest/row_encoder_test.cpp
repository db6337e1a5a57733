#include "ingest/row_encoder.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

using ingest::copy_text_encoder;
using ingest::ndjson_encoder;

namespace {

template <class Encoder>
std::string row(std::optional<std::string_view> id, std::string_view json) {
  std::string out = "before";
  Encoder().append(id, json, out);
  BOOST_REQUIRE(out.starts_with("before"));
  return out.substr(6);
}

// What PostgreSQL reads from a field of its COPY text format, as far as we write it.
std::string unescaped(std::string_view field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\') {
      out.push_back(field[i]);
      continue;
    }
    switch (field[++i]) {
      case 't':
        out.push_back('\t');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      default:
        out.push_back(field[i]);
    }
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(row_encoders)

BOOST_AUTO_TEST_CASE(writes_a_copy_line_of_id_and_json) {
  BOOST_TEST(row<copy_text_encoder>("a1", R"({"id":"a1"})") == "a1\t{\"id\":\"a1\"}\n");
}

BOOST_AUTO_TEST_CASE(escapes_what_copy_would_misread) {
  BOOST_TEST(row<copy_text_encoder>("a\tb\\c\nd\re", R"({"a":"\n\\"})") ==
             "a\\tb\\\\c\\nd\\re\t{\"a\":\"\\\\n\\\\\\\\\"}\n");
  BOOST_TEST(row<copy_text_encoder>("x", "{\n\t\"a\": 1\r\n}") == "x\t{\\n\\t\"a\": 1\\r\\n}\n");
}

BOOST_AUTO_TEST_CASE(keeps_an_id_that_looks_like_the_end_of_data_or_null_apart_from_them) {
  BOOST_TEST(row<copy_text_encoder>("\\.", "{}") == "\\\\.\t{}\n");
  BOOST_TEST(row<copy_text_encoder>("\\N", "{}") == "\\\\N\t{}\n");
}

BOOST_AUTO_TEST_CASE(writes_a_missing_id_as_null_and_an_empty_one_as_empty) {
  BOOST_TEST(row<copy_text_encoder>(std::nullopt, "{}") == "\\N\t{}\n");
  BOOST_TEST(row<copy_text_encoder>("", "{}") == "\t{}\n");
}

BOOST_AUTO_TEST_CASE(leaves_other_bytes_alone) {
  const std::string bytes("\x00\x01\x7f\xc3\xa9\xff", 6);
  BOOST_TEST(row<copy_text_encoder>(bytes, bytes) == bytes + "\t" + bytes + "\n");
}

BOOST_AUTO_TEST_CASE(loses_nothing_of_random_bytes_wherever_they_lie) {
  std::mt19937 random(42);
  constexpr std::string_view alphabet = "ab\\\t\n\r.N\"";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    const auto size = random() % 70;
    for (std::size_t i = 0; i < size; ++i) {
      text.push_back(random() % 3 == 0 ? alphabet[random() % alphabet.size()] : 'x');
    }
    const std::string line = row<copy_text_encoder>("k", text);
    BOOST_REQUIRE(line.starts_with("k\t") && line.ends_with('\n'));
    const std::string field = line.substr(2, line.size() - 3);
    BOOST_REQUIRE(field.find_first_of("\t\n\r") == std::string::npos);
    BOOST_REQUIRE(unescaped(field) == text);
  }
}

BOOST_AUTO_TEST_CASE(writes_an_event_on_one_line_of_ndjson) {
  BOOST_TEST(row<ndjson_encoder>("a", R"({"a":"\n\\"})") == "{\"a\":\"\\n\\\\\"}\n");
  BOOST_TEST(row<ndjson_encoder>(std::nullopt, "{\r\n\t\"a\": 1\n}") == "{  \t\"a\": 1 }\n");
}

BOOST_AUTO_TEST_SUITE_END()

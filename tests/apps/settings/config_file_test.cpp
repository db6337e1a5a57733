#include "settings/config_file.hpp"

#include <boost/test/unit_test.hpp>

using ingest::config_entry;
using ingest::parse_config_file;

namespace {

std::string complaint_about(std::string_view text) {
  try {
    parse_config_file(text, "c.json");
  } catch (const ingest::error& e) {
    BOOST_TEST(static_cast<int>(e.code()) == static_cast<int>(ingest::errc::config));
    return e.what();
  }
  return "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_files)

BOOST_AUTO_TEST_CASE(give_keys_values_and_lines) {
  const auto entries = parse_config_file(
      "{\n  \"batch_size\": 100, \"table\": \"a\\\"b\",\n\n  \"big\": 18446744073709551616,\n"
      "  \"keep\": true, \"off\": false,\n  \"extra_headers\": [\"A: 1\",\n \"B: 2\"], \"none\": null\n}\n",
      "c.json");
  const std::vector<config_entry> expected{
      {"batch_size", "100", 2}, {"table", "a\"b", 2}, {"big", "18446744073709551616", 4},
      {"keep", "true", 5},      {"off", "false", 5},  {"extra_headers", "A: 1\nB: 2", 6},
      {"none", "", 7}};
  BOOST_TEST((entries == expected));
}

BOOST_AUTO_TEST_CASE(may_be_empty_objects) {
  BOOST_TEST(parse_config_file("{}", "c.json").empty());
}

BOOST_AUTO_TEST_CASE(are_refused_with_file_line_and_reason) {
  BOOST_TEST(complaint_about("{\n\"a\": {\"b\": 1}}") == "c.json line 2: \"a\" holds an object");
  BOOST_TEST(complaint_about("{\"a\": [[1]]}") == "c.json line 1: \"a\" holds a list of lists");
  BOOST_TEST(complaint_about("{\"a\": [{}]}") == "c.json line 1: \"a\" holds an object");
  BOOST_TEST(complaint_about("{\"a\": 1,\n\"a\": 2}") == "c.json line 2: \"a\" occurs twice");
  BOOST_TEST(complaint_about("[1]") == "c.json line 1: must be one JSON object");
  BOOST_TEST(complaint_about("5") == "c.json line 1: must be one JSON object");
  BOOST_TEST(complaint_about("{\n\"a\": 1,\n}").starts_with("c.json line 3: is no JSON: "));
  BOOST_TEST(complaint_about("").starts_with("c.json line 1: is no JSON: "));
  BOOST_TEST(complaint_about("{} x").starts_with("c.json line 1: is no JSON: "));
  BOOST_TEST(complaint_about("{\"a\": \"\xFF\"}").starts_with("c.json line 1: is no JSON: "));
  BOOST_TEST(complaint_about(std::string(1'000'000, '[')) == "c.json line 1: must be one JSON object");
}

BOOST_AUTO_TEST_SUITE_END()

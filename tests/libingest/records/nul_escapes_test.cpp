#include "records/nul_escapes.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "json/json_scanner.hpp"

using namespace ingest::detail;

namespace {

std::string replaced(std::string_view json, std::string_view by = "") {
  std::string out;
  return replace_nuls(json, by, out) > 0 ? out : std::string(json);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nul_escapes)

BOOST_AUTO_TEST_CASE(are_replaced_in_values_and_nowhere_else) {
  BOOST_TEST(replaced(R"({"a":"x\u0000y","b":["\u0000\u0000",{"c":"\u0000"}]})") == R"({"a":"xy","b":["",{"c":""}]})");
  BOOST_TEST(replaced(R"({"a":"x\u0000y"})", "\\\\u0000") == R"({"a":"x\\u0000y"})");
  // An escaped backslash, and then the letters.
  BOOST_TEST(replaced(R"({"a":"x\\u0000y"})") == R"({"a":"x\\u0000y"})");
  BOOST_TEST(replaced(R"({"a":"x\\\u0000y"})") == R"({"a":"x\\y"})");
  BOOST_TEST(replaced(R"({"a":"\\u0000\u0000\\"})") == R"({"a":"\\u0000\\"})");
}

BOOST_AUTO_TEST_CASE(stay_where_one_is_in_a_name) {
  for (const std::string_view json : {R"({"a\u0000":1})", R"({"b":"\u0000","a\u0000" : 1})", R"({"a\u0000\"":"x"})"}) {
    BOOST_TEST(replaced(json) == json);
  }
}

BOOST_AUTO_TEST_CASE(stay_in_what_is_no_json) {
  for (const std::string_view json : {R"(\u0000)", R"({"a":"\u0000)", R"({"a":"\u0000\)", ""}) {
    BOOST_TEST(replaced(json) == json);
  }
}

BOOST_AUTO_TEST_CASE(leave_json_that_differs_in_nothing_else) {
  std::mt19937 random(1);
  const std::string_view parts[] = {"\\u0000", "\\\\", "\\\"", "u0000", "x", "\\u0001", "\\n", "0000"};
  for (int round = 0; round < 20'000; ++round) {
    std::string with, without;
    for (int n = static_cast<int>(random() % 8); n > 0; --n) {
      const std::string_view part = parts[random() % std::size(parts)];
      with += part;
      without += part == parts[0] ? "" : part;
    }
    BOOST_REQUIRE_EQUAL(replaced("{\"a\": \"" + with + "\", \"b\":1}"), "{\"a\": \"" + without + "\", \"b\":1}");
  }
}

BOOST_AUTO_TEST_SUITE_END()

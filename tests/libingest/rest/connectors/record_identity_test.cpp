#include "rest/connectors/record_identity.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace ingest::rest;

namespace {

std::string identity_in(const std::string& of, const std::string& record) {
  return record_identity(partition{value::from_json(of)}).of(record);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(identities_of_records)

BOOST_AUTO_TEST_CASE(are_the_same_in_whatever_order_members_come) {
  const std::string known = identity_in("{}", R"({"at":"2026-06-01","clicks":5,"of":{"a":1,"b":[2,3]}})");
  BOOST_TEST(identity_in("{}", R"({"of": {"b":[2, 3], "a":1}, "clicks":5, "at":"2026-06-01"})") == known);
  BOOST_TEST(known.size() == 36U);
  BOOST_TEST(known[14] == '8');
}

BOOST_AUTO_TEST_CASE(differ_by_each_digit_and_by_the_partition) {
  std::set<std::string> all;
  for (const char* const record :
       {R"({"at":1,"n":5})", R"({"at":1,"n":5.0})", R"({"at":1,"n":"5"})",
        R"({"at":1,"n":50000000000000000000000000001})", R"({"at":1,"n":50000000000000000000000000002})",
        R"({"at":1,"n":null})", R"({"at":1})", R"({"at":1,"n":[5]})"}) {
    all.insert(identity_in("{}", record));
  }
  for (const char* const partition : {R"({"account":"a"})", R"({"account":"b"})", R"({"account":1})"}) {
    all.insert(identity_in(partition, R"({"at":1})"));
  }
  BOOST_TEST(all.size() == 11U);
}

BOOST_AUTO_TEST_CASE(are_told_by_the_bytes_of_what_is_nested_too_deeply) {
  const std::string deep = R"({"n":)" + std::string(700, '[') + std::string(700, ']') + "}";
  BOOST_TEST(identity_in("{}", deep) == identity_in("{}", deep));
  BOOST_TEST(identity_in("{}", deep) != identity_in("{}", "[" + deep + "]"));
}

BOOST_AUTO_TEST_CASE(of_equal_records_differ_within_a_page_and_are_the_same_on_the_next) {
  record_identity known{partition()};
  known.begin_page();
  const std::string first = known.of(R"({"at":1})");
  const std::string second = known.of(R"({"at": 1})");
  const std::string third = known.of(R"({"at":1})");
  BOOST_TEST(std::set({first, second, third}).size() == 3U);
  known.begin_page();
  BOOST_TEST(known.of(R"({"at":1})") == first);
  BOOST_TEST(known.of(R"({"at":1})") == second);
}

BOOST_AUTO_TEST_CASE(are_the_last_member_of_their_record) {
  BOOST_TEST(record_identity::with(R"({"a":{"b":1}})", "X") == R"({"a":{"b":1},"_ingest_id":"X"})");
  BOOST_TEST(record_identity::with("{ }", "X") == R"({ "_ingest_id":"X"})");
  BOOST_TEST(record_identity::with("{}", "X") == R"({"_ingest_id":"X"})");
  BOOST_TEST(record_identity::with(R"(["}"])", "X") == R"(["}"])");
  BOOST_TEST(record_identity::with("5", "X") == "5");
  BOOST_TEST(record_identity::with(R"({"_ingest_id":17,"a":1.50})", "X") ==
             R"({"_ingest_id_of_record":17,"a":1.50,"_ingest_id":"X"})");
}

BOOST_AUTO_TEST_SUITE_END()

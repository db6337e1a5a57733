#include "rest/connectors/record_identity.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace ingest::rest;

namespace {

stream_slice slice_of(const std::string& partition, const std::string& window) {
  return {{value::from_json(partition)}, value::from_json(window)};
}

const stream_slice may = slice_of("{}", R"({"start_time":"2026-05-01","end_time":"2026-06-01"})");
const stream_slice june = slice_of("{}", R"({"start_time":"2026-06-01","end_time":"2026-07-01"})");

std::string identity_in(const stream_slice& slice, const std::string& record) {
  return record_identity(slice, "at").of(record);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(identities_of_records)

BOOST_AUTO_TEST_CASE(are_those_that_the_record_had_in_another_window_and_in_whatever_order_its_members_come) {
  const std::string known = identity_in(may, R"({"at":"2026-06-01","clicks":5,"of":{"a":1,"b":[2,3]}})");
  BOOST_TEST(identity_in(june, R"({"of": {"b":[2, 3], "a":1}, "clicks":5, "at":"2026-06-01"})") == known);
  BOOST_TEST(known.size() == 36U);
  BOOST_TEST(known[14] == '8');
}

BOOST_AUTO_TEST_CASE(differ_by_each_digit_and_by_the_partition) {
  std::set<std::string> all;
  for (const char* const record :
       {R"({"at":1,"n":5})", R"({"at":1,"n":5.0})", R"({"at":1,"n":"5"})",
        R"({"at":1,"n":50000000000000000000000000001})", R"({"at":1,"n":50000000000000000000000000002})",
        R"({"at":1,"n":null})", R"({"at":1})", R"({"at":1,"n":[5]})"}) {
    all.insert(identity_in(may, record));
  }
  for (const char* const partition : {R"({"account":"a"})", R"({"account":"b"})", R"({"account":1})"}) {
    all.insert(identity_in(slice_of(partition, "{}"), R"({"at":1})"));
  }
  BOOST_TEST(all.size() == 11U);
}

BOOST_AUTO_TEST_CASE(are_of_their_window_where_the_record_does_not_tell_when_it_was) {
  BOOST_TEST(identity_in(may, R"({"n":1})") != identity_in(june, R"({"n":1})"));
  BOOST_TEST(identity_in(may, R"({"n":1,"at":null})") != identity_in(june, R"({"n":1,"at":null})"));
}

BOOST_AUTO_TEST_CASE(of_equal_records_differ_within_a_page_and_are_the_same_on_the_next) {
  record_identity known(may, "at");
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
}

BOOST_AUTO_TEST_SUITE_END()

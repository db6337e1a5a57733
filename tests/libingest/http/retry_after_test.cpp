#include "http/retry_after.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using ingest::parse_retry_after;
using std::chrono::milliseconds;

namespace {

const auto date = std::chrono::system_clock::from_time_t(1'445'412'480);  // Wed, 21 Oct 2015 07:28:00 GMT

std::optional<milliseconds> parsed(std::string_view text) {
  return parse_retry_after(text, date);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_after)

BOOST_AUTO_TEST_CASE(is_read_in_seconds) {
  BOOST_TEST((parsed("0") == 0ms));
  BOOST_TEST((parsed(" 120 ") == 120s));
  BOOST_TEST((parsed("1.5") == 1500ms));
}

BOOST_AUTO_TEST_CASE(is_read_as_a_date_in_all_three_forms) {
  BOOST_TEST((parsed("Wed, 21 Oct 2015 07:28:30 GMT") == 30s));
  BOOST_TEST((parsed("Wednesday, 21-Oct-15 07:28:30 GMT") == 30s));
  BOOST_TEST((parsed("Wed Oct 21 07:28:30 2015") == 30s));
}

BOOST_AUTO_TEST_CASE(is_no_wait_where_the_time_has_passed) {
  BOOST_TEST((parsed("-7") == 0ms));
  BOOST_TEST((parsed("Wed, 21 Oct 2015 07:00:00 GMT") == 0ms));
}

BOOST_AUTO_TEST_CASE(is_clamped_where_it_is_huge) {
  const milliseconds year = std::chrono::hours(24 * 365);
  BOOST_TEST((parsed("99999999999999999999999999") == year));
  BOOST_TEST((parsed("Fri, 31 Dec 9999 23:59:59 GMT") == year));
  BOOST_TEST((parsed(std::string(400, '9')) == year));
}

BOOST_AUTO_TEST_CASE(is_ignored_where_it_is_garbage) {
  for (const auto* text : {"", " ", "soon", "-", "--1", "1e9", "0x10", "inf", "nan", "12 apples", "Wed", "10:30",
                           "Wed, 99 Foo 2015 07:28:00 GMT"}) {
    BOOST_TEST(!parsed(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

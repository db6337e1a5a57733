#include "actors/written_account.hpp"

#include <boost/test/unit_test.hpp>

using namespace ingest;
using actors::written_account;

namespace {

batch batch_of(std::uint64_t records, std::string bytes = "12345") {
  batch b;
  b.data = std::make_shared<const std::string>(std::move(bytes));
  b.records = records;
  b.position = "here";
  return b;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(account_of_what_is_written)

BOOST_AUTO_TEST_CASE(what_is_being_written_counts_against_limits_until_it_is_withdrawn) {
  stream_limits limits;
  limits.records = 3;
  written_account account(limits, nullptr, true);
  account.admit(batch_of(2));
  BOOST_CHECK_THROW(account.admit(batch_of(2)), error);
  account.withdraw(batch_of(2));
  account.admit(batch_of(3));
  account.add(batch_of(3), {});
  BOOST_TEST(account.total().records == 3u);
  BOOST_TEST(account.total().bytes == 5u);
  BOOST_CHECK_THROW(account.admit(batch_of(1)), error);
}

BOOST_AUTO_TEST_CASE(the_position_is_told_only_where_there_is_one_stream) {
  written_account one({}, nullptr, true);
  one.add(batch_of(1), {});
  BOOST_TEST(one.total().position == "here");
  written_account several({}, nullptr, false);
  several.add(batch_of(1), {});
  BOOST_TEST(several.total().position == "");
}

BOOST_AUTO_TEST_CASE(what_a_listener_throws_is_no_reason_to_start_again) {
  written_account account(
      {}, [](const stream_progress&) { throw std::runtime_error("tired"); }, true);
  try {
    account.tell();
    BOOST_ERROR("nothing was thrown");
  } catch (const error& e) {
    BOOST_TEST(!e.transient());
    BOOST_TEST(std::string(e.what()) == "tired");
  }
}

BOOST_AUTO_TEST_CASE(before_the_first_write_any_sink_can_be_replaced_and_everything_begun_anew) {
  for (const auto c : {commit_point::each_write, commit_point::finalize, commit_point::unknown}) {
    written_account account({}, nullptr, true);
    account.note(c);
    BOOST_TEST(account.can_begin_anew());
    BOOST_TEST(account.can_replace_sink());
    account.admit(batch_of(1));
    BOOST_TEST(account.can_begin_anew() == (c == commit_point::finalize));
    BOOST_TEST(account.can_replace_sink() == (c == commit_point::each_write));
    account.reset();
    BOOST_TEST(account.can_begin_anew());
  }
}

BOOST_AUTO_TEST_SUITE_END()

#include "actors/credit.hpp"

#include <boost/test/unit_test.hpp>

using ingest::actors::credit_account;

BOOST_AUTO_TEST_SUITE(credit)

BOOST_AUTO_TEST_CASE(nothing_may_be_sent_before_an_epoch_is_opened) {
  credit_account account;
  BOOST_TEST(!account.spend(1));
}

BOOST_AUTO_TEST_CASE(a_batch_larger_than_the_balance_waits_for_a_grant) {
  credit_account account;
  account.open(1, 100);
  BOOST_TEST(account.spend(70));
  BOOST_TEST(!account.spend(31));
  BOOST_TEST(account.balance() == 30u);
  account.grant(1, 70);
  BOOST_TEST(account.spend(31));
}

BOOST_AUTO_TEST_CASE(a_batch_larger_than_the_window_goes_alone) {
  credit_account account;
  account.open(1, 100);
  BOOST_TEST(account.spend(10));
  BOOST_TEST(!account.spend(500));
  account.grant(1, 10);
  BOOST_TEST(account.spend(500));
  BOOST_TEST(account.balance() == 0u);
  BOOST_TEST(!account.spend(1));
  account.grant(1, 500);
  BOOST_TEST(account.balance() == 100u);
}

BOOST_AUTO_TEST_CASE(a_grant_of_an_older_epoch_is_ignored) {
  credit_account account;
  account.open(1, 100);
  BOOST_TEST(account.spend(60));
  account.open(2, 100);
  BOOST_TEST(account.spend(100));
  account.grant(1, 60);
  BOOST_TEST(!account.spend(1));
}

BOOST_AUTO_TEST_CASE(an_empty_payload_is_not_free) {
  BOOST_TEST(ingest::actors::credit_cost(0) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

#include "actors/credit.hpp"

#include <boost/test/unit_test.hpp>

using ingest::actors::credit_account;

BOOST_AUTO_TEST_SUITE(credit)

BOOST_AUTO_TEST_CASE(nothing_may_be_sent_before_a_life_has_begun) {
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

BOOST_AUTO_TEST_CASE(a_grant_of_an_older_life_is_ignored) {
  credit_account account;
  account.open(1, 100);
  BOOST_TEST(account.spend(60));
  account.open(2, 100);
  BOOST_TEST(account.spend(100));
  account.grant(1, 60);
  BOOST_TEST(!account.spend(1));
}

BOOST_AUTO_TEST_CASE(a_batch_costs_the_memory_that_it_takes_and_not_its_bytes_only) {
  ingest::batch b;
  BOOST_TEST(ingest::actors::credit_cost(b) == ingest::actors::credit_overhead);
  b.data = std::make_shared<const std::string>("x");
  b.position = std::string(1'000, 'p');
  BOOST_TEST(ingest::actors::credit_cost(b) == 1'001 + ingest::actors::credit_overhead);
}

BOOST_AUTO_TEST_SUITE_END()

#include "core/payload_pool.hpp"

#include <boost/test/unit_test.hpp>

using ingest::payload_pool;

BOOST_AUTO_TEST_SUITE(payload_pools)

BOOST_AUTO_TEST_CASE(give_nobody_a_string_that_is_held) {
  payload_pool pool;
  auto first = pool.take();
  const auto other_holder = first;
  const std::string* held = first.get();
  first.reset();
  BOOST_TEST(pool.take().get() != held);
}

BOOST_AUTO_TEST_CASE(leave_a_string_as_it_was_used_last) {
  payload_pool pool;
  auto used = pool.take();
  used->assign(1000, 'x');
  const void* bytes = used->data();
  used.reset();
  used = pool.take();
  BOOST_TEST(used->size() == 1000u);
  BOOST_TEST(static_cast<const void*>(used->data()) == bytes);
}

BOOST_AUTO_TEST_CASE(keep_no_more_than_they_were_told) {
  payload_pool pool(1);
  auto a = pool.take();
  auto b = pool.take();
  a->assign(1000, 'a');
  b->assign(1000, 'b');
  a.reset();
  b.reset();
  BOOST_TEST(pool.take()->front() == 'a');
  const auto kept = pool.take();
  BOOST_TEST(pool.take()->empty());
}

BOOST_AUTO_TEST_CASE(keep_no_string_that_has_grown_beyond_what_they_were_told) {
  payload_pool pool(2, 10'000);
  auto usual = pool.take();
  auto large = pool.take();
  usual->assign(10'000, 'u');
  large->assign(20'000, 'l');
  large.reset();
  usual.reset();
  const auto kept = pool.take();
  BOOST_TEST(kept->front() == 'u');
  BOOST_TEST(pool.take()->empty());
}

BOOST_AUTO_TEST_CASE(may_die_before_their_strings) {
  std::shared_ptr<std::string> survivor;
  {
    payload_pool pool;
    survivor = pool.take();
  }
  survivor->assign("still there");
  BOOST_TEST(*survivor == "still there");
}

BOOST_AUTO_TEST_SUITE_END()

#include "actors/range_queue.hpp"

#include <boost/test/unit_test.hpp>

using ingest::page;
using ingest::actors::range_queue;

namespace {

page page_at(ingest::page_id id, std::uint64_t segment, std::uint64_t offset, std::uint64_t length) {
  page p;
  p.id = id;
  p.segment = segment;
  p.offset = offset;
  p.length = length;
  return p;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ranges)

BOOST_AUTO_TEST_CASE(a_short_range_waits_for_more_pages) {
  range_queue queue(100);
  queue.push(page_at(1, 1, 0, 40));
  BOOST_TEST(!queue.take().has_value());
  queue.push(page_at(2, 1, 40, 40));
  BOOST_TEST(!queue.take().has_value());
  queue.push(page_at(3, 1, 80, 40));
  const auto r = queue.take();
  BOOST_REQUIRE(r.has_value());
  BOOST_TEST(r->pages.front().id == 1u);
  BOOST_TEST(r->pages.back().id == 2u);
  BOOST_TEST(r->bytes() == 80u);
}

BOOST_AUTO_TEST_CASE(a_range_never_crosses_a_segment_or_a_hole) {
  range_queue queue(1000);
  queue.push(page_at(1, 1, 0, 10));
  queue.push(page_at(2, 2, 0, 10));
  queue.push(page_at(3, 2, 50, 10));
  BOOST_TEST(queue.take()->pages.back().id == 1u);
  BOOST_TEST(queue.take()->pages.back().id == 2u);
  BOOST_TEST(!queue.take().has_value());
}

BOOST_AUTO_TEST_CASE(the_end_of_input_and_a_flush_give_out_what_is_there) {
  range_queue queue(1000);
  queue.push(page_at(1, 1, 0, 10));
  queue.flush();
  BOOST_TEST(queue.take()->pages.front().id == 1u);
  queue.push(page_at(2, 1, 10, 10));
  BOOST_TEST(!queue.take().has_value());
  queue.finish();
  BOOST_TEST(queue.take()->pages.front().id == 2u);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_range_of_tiny_pages_has_no_more_of_them_than_may_be_known_by_name) {
  range_queue queue(1'000'000);
  for (std::size_t i = 0; i <= range_queue::most_pages; ++i) {
    queue.push(page_at(i + 1, 1, i, 1));
    BOOST_TEST(queue.empty() == false);
  }
  BOOST_TEST(queue.take()->pages.size() == range_queue::most_pages);
  BOOST_TEST(!queue.take().has_value());
  queue.finish();
  BOOST_TEST(queue.take()->pages.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_page_larger_than_the_target_is_a_range_of_its_own) {
  range_queue queue(100);
  queue.push(page_at(1, 1, 0, 500));
  BOOST_TEST(queue.take()->bytes() == 500u);
}

BOOST_AUTO_TEST_SUITE_END()

#include "postgres/copy_rows.hpp"

#include <boost/test/unit_test.hpp>

#include "ingest/error.hpp"
#include "ingest/record_encoder.hpp"
#include "support/page_batches.hpp"

using namespace ingest;
using ingest::detail::copy_rows;
using ingest::testing::page_batches;

namespace {

struct fixture {
  page_batches batches;
  copy_rows rows;

  /// The error's message for a page with this content, whose index record claims `count` rows.
  std::string refusal(const std::string& bytes, std::uint64_t count) {
    batch b = batches.next({{}});
    b.data = std::make_shared<const std::string>(bytes);
    b.pages[0].length = bytes.size();
    b.pages[0].rows = count;
    try {
      rows.assign(b, b.pages);
    } catch (const error& e) {
      return e.code() == errc::bad_data ? e.what() : "another code";
    }
    return "";
  }
};

bool names(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(copy_rows_of_pages, fixture)

BOOST_AUTO_TEST_CASE(puts_rows_in_the_order_of_their_ids_bytes) {
  const batch b = batches.next({{"b\t1", "\xc3\xa4\t2", "abcdefghi\t3"}, {"abcdefgh\t4", "B\t5", "b\t6"}});
  rows.assign(b, b.pages);
  std::string order;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view text = rows.text(i);
    order += text.substr(text.size() - 2, 1);
  }
  BOOST_TEST(order == "543162");  // equal ids stay in the order in which they came
}

BOOST_AUTO_TEST_CASE(keeps_rows_apart_that_are_marked_as_refused) {
  std::string refused;
  keyed_encoder().append_refused("a\tb \\ c", "re\tcord", refused);
  refused.pop_back();
  const batch b = batches.next({{"z\t1", "\t2"}, {"y\t3", refused}});
  rows.assign(b, b.pages);
  BOOST_TEST(rows.size() == 3u);
  BOOST_TEST(rows.total() == 4u);
  BOOST_REQUIRE(rows.refused().size() == 1u);
  const auto found = rows.refused().front();
  BOOST_TEST(found.of->id == 2u);
  BOOST_TEST(found.row == 2u);
  BOOST_TEST(found.reason == "a\tb \\ c");
  BOOST_TEST(found.text == refused + "\n");
}

BOOST_AUTO_TEST_CASE(knows_the_page_and_line_of_each_row) {
  const batch b = batches.next({{"z\t1", "y\t2"}, {}, {"x\t3"}});
  rows.assign(b, b.pages);
  BOOST_TEST(rows.page_of(0).id == 3u);
  BOOST_TEST(rows.row_in_page(0) == 1u);
  BOOST_TEST(rows.page_of(1).id == 1u);
  BOOST_TEST(rows.row_in_page(1) == 2u);
  BOOST_TEST(rows.row_in_page(2) == 1u);
}

BOOST_AUTO_TEST_CASE(takes_only_the_pages_it_is_told_to) {
  const batch b = batches.next({{"a\t1"}, {"b\t2", "c\t3"}, {"d\t4"}});
  rows.assign(b, {b.pages[1]});
  BOOST_TEST(rows.size() == 2u);
  BOOST_TEST(rows.bytes() == 8u);
  BOOST_TEST(rows.text(0) == "b\t2\n");
}

BOOST_AUTO_TEST_CASE(refuses_lines_that_keyed_encoder_does_not_write) {
  BOOST_TEST(names(refusal("a\t1\n\\.\nb\t2\n", 3), "row 2"));
  BOOST_TEST(names(refusal("a\t1\n\nb\t2\n", 3), "without a tab: row 2"));
  BOOST_TEST(names(refusal("a\t1\r\n", 1), "carriage return"));
  BOOST_TEST(refusal("a\t1\\\n\\\\\t2\\\\\n.\t\\.\n", 3) == "");
}

BOOST_AUTO_TEST_CASE(refuses_a_page_that_is_not_as_its_index_record_says) {
  BOOST_TEST(names(refusal("a\t1\nb\t2", 2), "newline"));
  BOOST_TEST(names(refusal("a\t1\n", 2), "holds 1 rows, but its index record says 2"));
  batch b = batches.next({{"a\t1"}, {"b\t2"}});
  b.pages[1].offset += 1;
  BOOST_CHECK_THROW(rows.assign(b, b.pages), error);
  b = batches.next({{"a\t1"}, {"b\t2"}});
  b.data = std::make_shared<const std::string>("a\t1\n");
  BOOST_CHECK_THROW(rows.assign(b, b.pages), error);
}

BOOST_AUTO_TEST_SUITE_END()

// covers: the bytes that files are made of, against the examples of the specifications.
#include <boost/test/unit_test.hpp>

#include "parquet/column_bounds.hpp"
#include "parquet/run_length_encoder.hpp"
#include "parquet/string_dictionary.hpp"
#include "parquet/thrift_encoder.hpp"
#include "support/parquet_reader.hpp"

using namespace ingest;
using namespace ingest::testing;
using detail::parquet_value;

namespace {

std::string encoded(unsigned width, const std::vector<std::uint32_t>& numbers) {
  detail::run_length_encoder encoder(width);
  for (const std::uint32_t n : numbers) {
    encoder.add(n);
  }
  return parquet_cell(encoder.finish());
}

detail::column_bounds bounds_of(const std::vector<std::string>& texts) {
  detail::column_bounds bounds(parquet_type::string);
  for (const std::string& t : texts) {
    bounds.add({.bytes = t});
  }
  return bounds;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parquet_encodings)

BOOST_AUTO_TEST_CASE(pack_numbers_from_the_lowest_bit_on) {
  BOOST_TEST(encoded(3, {0, 1, 2, 3, 4, 5, 6, 7}) ==
             "x03"
             "88c6fa");
  BOOST_TEST(encoded(1, {1, 0, 1}) ==
                 "x03"
                 "05",
             "the rest of a group is zeros");
}

BOOST_AUTO_TEST_CASE(count_numbers_that_repeat) {
  BOOST_TEST(encoded(1, std::vector<std::uint32_t>(100, 1)) ==
             "xc801"
             "01");
  BOOST_TEST(encoded(9, std::vector<std::uint32_t>(8, 257)) ==
             "x10"
             "0101");
  BOOST_TEST(encoded(1, {}) == "x");
}

BOOST_AUTO_TEST_CASE(fill_a_group_before_they_count) {
  std::vector<std::uint32_t> numbers{0, 1, 0};
  numbers.insert(numbers.end(), 20, 1);  // five fill the group, fifteen are a run
  numbers.push_back(0);
  BOOST_TEST(encoded(1, numbers) ==
             "x03fa"
             "1e01"
             "0300");
}

BOOST_AUTO_TEST_CASE(write_fields_by_how_far_their_ids_are_apart) {
  std::string bytes;
  detail::thrift_encoder out(bytes);
  out.element([&] {
    out.i32(1, -1);
    out.boolean(2, true);
    out.structure(20, [&] { out.i64(1, 150); });
    out.binary(21, "ab");
    out.list(22, detail::thrift_encoder::type::i32, 15);
  });
  BOOST_TEST(parquet_cell(bytes) ==
             "x"
             "1501"
             "11"
             "0c28"
             "16ac02"
             "00"
             "18026162"
             "19f50f"
             "00");
}

BOOST_AUTO_TEST_CASE(know_each_text_by_one_number) {
  detail::string_dictionary texts;
  for (int i = 0; i < 1000; ++i) {
    BOOST_REQUIRE(texts.number_of("text " + std::to_string(i)) == static_cast<std::uint32_t>(i));
  }
  BOOST_TEST(texts.number_of("text 999") == 999u);
  BOOST_TEST(texts.text_of(0) == "text 0");
  BOOST_TEST(texts.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(have_bounds_in_the_order_of_bytes) {
  const auto bounds = bounds_of({"b", "", "ä", "z"});
  BOOST_TEST(bounds.smallest()->bytes == "");
  BOOST_TEST(bounds.largest()->bytes == "ä");
  BOOST_TEST(bounds.largest()->exact);
  BOOST_TEST(!bounds_of({}).smallest());
}

BOOST_AUTO_TEST_CASE(have_bounds_of_whole_characters_behind_long_texts) {
  const std::string sixty_three(63, 'a');
  const auto bounds = bounds_of({sixty_three + "é and more"});
  BOOST_TEST(bounds.smallest()->bytes == sixty_three);
  BOOST_TEST(!bounds.smallest()->exact);
  BOOST_TEST(bounds.largest()->bytes == std::string(62, 'a') + "b");
  const std::string last = "\xf4\x8f\xbf\xbf";
  std::string highest;
  for (int i = 0; i < 20; ++i) {
    highest += last;
  }
  BOOST_TEST(!bounds_of({highest}).largest(), "nothing is behind it");
  BOOST_TEST(bounds_of({std::string(60, 'a') + "\xed\x9f\xbf and more"}).largest()->bytes ==
             std::string(60, 'a') + "\xed\x9f\xbf!");
}

BOOST_AUTO_TEST_CASE(take_two_zeros_for_one) {
  detail::column_bounds bounds(parquet_type::real64);
  bounds.add({.real = 0.0});
  BOOST_TEST(parquet_cell(bounds.smallest()->bytes) == "x0000000000000080");
  BOOST_TEST(parquet_cell(bounds.largest()->bytes) == "x0000000000000000");
}

BOOST_AUTO_TEST_SUITE_END()
